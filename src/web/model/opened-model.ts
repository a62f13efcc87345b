/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import type { PairComparer } from '../../model/comparator.ts';
import { type ModelConfig, parseModelConfig } from '../../model/config.ts';
import type { Embedder } from '../../model/embedder.ts';
import { openNetworks } from '../../model/networks.ts';
import type { OpenModelArgs } from '../messages.ts';
import { sha256 } from '../sha256.ts';
import type { ModelInfo } from '../types.ts';
import { openSource, type ReadOptions } from './read-source.ts';
import { checkRuntime, type OpenedRuntime, runtimesFor } from './runtime.ts';

/** A model inside the worker. */
export interface OpenedModel {
  readonly info: ModelInfo;
  readonly runtime: Runtime;
  /** Bytes of `encoder.onnx`. */
  readonly encoder: Uint8Array;
  readonly embedder: Embedder;
  readonly comparer: PairComparer;
}

/** @throws as `openModel` says */
export async function loadModel(
  { source, headers, ...wanted }: OpenModelArgs,
  { onProgress, signal }: Omit<ReadOptions, 'headers'>,
): Promise<OpenedModel> {
  checkRuntime(wanted);
  // Browsers take their time to say whether there is a graphics adapter: meanwhile the files come.
  const found = runtimesFor(wanted);
  found.catch(() => {});
  const files = await openSource(source, { headers, onProgress, signal });
  const { path } = files;
  const text = new TextDecoder().decode(await files.read('config.json', 'config'));
  const config = parseModelConfig(text, `${path}config.json`);
  const readChecked = async (stage: 'encoder' | 'comparator', checksum: string) =>
    checked(await files.read(`${stage}.onnx`, stage), `${path}${stage}.onnx`, checksum);
  const encoder = await readChecked('encoder', config.encoder.sha256);
  const comparator = config.comparator && (await readChecked('comparator', config.comparator.sha256));
  signal.throwIfAborted();
  onProgress({ stage: 'runtime', done: 0, total: 1 });
  const bytes = { config, path, encoder, comparator };
  const runtimes = await found;
  const { opened, networks } = await firstThatWorks(runtimes, async (opened) => ({
    opened,
    networks: await openNetworks(bytes, opened.runtime),
  }));
  onProgress({ stage: 'runtime', done: 1, total: 1 });
  const sizeBytes = encoder.length + (comparator?.length ?? 0);
  const { runtime } = opened;
  const info = await describe(config, { sizeBytes, runtime: runtime.name, numThreads: opened.numThreads });
  return { info, runtime, encoder, ...networks };
}

async function describe(
  config: ModelConfig,
  facts: Pick<ModelInfo, 'sizeBytes' | 'runtime' | 'numThreads'>,
): Promise<ModelInfo> {
  const { encoder, input, distance, threshold, calibration, answers, classes, provenance } = config;
  return {
    network: encoder.name,
    embeddingSize: encoder.embeddingSize,
    input,
    distance,
    threshold,
    calibration,
    answers,
    classes,
    dataset: provenance.dataset,
    fingerprint: await fingerprintOf(config),
    ...facts,
    config,
  };
}

/** As `modelFingerprint` of the search room, whose digest is Node's own. */
function fingerprintOf({ encoder, input }: ModelConfig): Promise<string> {
  const { height, width, channels, resize } = input;
  return sha256(new TextEncoder().encode(JSON.stringify([encoder.sha256, height, width, channels, resize])));
}

/** @throws the last one's error */
async function firstThatWorks<T>(
  runtimes: readonly (() => Promise<OpenedRuntime>)[],
  open: (runtime: OpenedRuntime) => Promise<T>,
): Promise<T> {
  let problem: unknown;
  for (const start of runtimes) {
    try {
      return await open(await start());
    } catch (error) {
      // Another runtime makes no better file of it.
      if (error instanceof SamesameError && error.code === 'E_MODEL') throw error;
      problem = error;
    }
  }
  if (problem instanceof SamesameError) throw problem;
  throw new SamesameError('E_RUNTIME', {
    what: 'ONNX Runtime could not be started',
    received: problem instanceof Error ? problem.message : String(problem),
    help: 'see that its .wasm and .mjs files are served with the page, or name their folder by wasmPaths',
    cause: problem,
  });
}

async function checked(bytes: Uint8Array, path: string, checksum: string): Promise<Uint8Array> {
  const received = await sha256(bytes);
  if (received === checksum) return bytes;
  throw new SamesameError('E_MODEL', {
    what: `${path} is not the file that this model was saved with`,
    expected: `sha256 ${checksum}`,
    received: `sha256 ${received}, ${bytes.length} bytes`,
    help: 'it was cut or changed on the way; copy the model folder again',
  });
}
