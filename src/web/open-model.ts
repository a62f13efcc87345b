/// <reference lib="dom" />
import { checkOptionNames } from '../base/suggest.ts';
import { judge } from '../model/judge.ts';
import { connect } from './connection.ts';
import type { OpenModelArgs } from './messages.ts';
import { asFolder, checkHeaders, sendable } from './sendable.ts';
import type { ModelSource, OpenModelOptions, WebImage, WebModel } from './types.ts';

const OPTION_NAMES = ['runtime', 'wasmPaths', 'numThreads', 'headers', 'workerUrl', 'onProgress', 'signal'];

/**
 * Opens a model in this tab: from a folder on any static host, or from files that somebody has. All of it is checked as in
 * Node: the configuration, the checksums, the shapes of the networks.
 * @throws E_NOT_FOUND where the host has no such model, E_UNAUTHORIZED or E_FORBIDDEN where it wants other `headers`,
 *   E_DOWNLOAD where it does not answer; E_CONFIG for headers that are none, or without an address to send them to;
 *   E_MODEL where a file is missing, cut or changed; E_MODEL_VERSION; E_RUNTIME where the network or the runtime cannot be
 *   loaded
 * @example
 * const model = await openModel('/models/mugs/');
 * const { verdict, probability } = await model.compare(fileA, fileB);
 * await model.close();
 */
export async function openModel(source: ModelSource, options: OpenModelOptions = {}): Promise<WebModel> {
  checkOptionNames('openModel', options, OPTION_NAMES);
  const { runtime, wasmPaths, numThreads, headers, workerUrl, onProgress, signal } = options;
  signal?.throwIfAborted();
  if (headers !== undefined) checkHeaders(headers, source);
  const connection = connect(workerUrl);
  const args: OpenModelArgs = {
    source: sendable(source),
    runtime,
    numThreads,
    headers: headers && { ...headers },
    wasmPaths: wasmPaths === undefined ? undefined : asFolder(wasmPaths),
  };
  const opened = await connection.call('openModel', args, { onProgress, signal }).catch((error) => {
    connection.release();
    throw error;
  });
  const { handle, info } = opened;
  const { config } = info;
  const embed: WebModel['embed'] = (images, options = {}) =>
    connection.call('embed', { handle, images: [...images] }, options);
  const distances: WebModel['distances'] = (left, right) =>
    connection.call('distances', { handle, left, right });
  return {
    info,
    embed,
    distances,
    judge: (distance, options) => judge(distance, config, options),
    async compare(left: WebImage, right: WebImage, { prior, signal } = {}) {
      // Before any work, what judge would say after it.
      judge(0, config, { prior });
      const both = await embed([left, right], { signal });
      const { embeddingSize } = info;
      const [distance] = await distances(both.slice(0, embeddingSize), both.slice(embeddingSize));
      return judge(distance, config, { prior });
    },
    async explain(left, right, { prior, signal, onProgress } = {}) {
      judge(0, config, { prior });
      return connection.call('explain', { handle, images: [left, right], prior }, { signal, onProgress });
    },
    async close() {
      await connection.call('closeModel', { handle }).catch(() => {});
      connection.release();
    },
  };
}
