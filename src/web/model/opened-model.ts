/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import type { PairComparer } from '../../model/comparator.ts';
import type { ModelConfig } from '../../model/config.ts';
import type { Embedder } from '../../model/embedder.ts';
import { openNetworks } from '../../model/networks.ts';
import type { OpenModelArgs } from '../messages.ts';
import { sha256 } from '../sha256.ts';
import type { ModelInfo } from '../types.ts';
import { readModel } from './read-model.ts';
import type { ReadOptions } from './read-source.ts';
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
  const bytes = await readModel(source, { headers, onProgress, signal });
  const { config, encoder, comparator } = bytes;
  signal.throwIfAborted();
  onProgress({ stage: 'runtime', done: 0, total: 1 });
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
