import { euclideanComparer } from '../../model/comparator.ts';
import type { ModelConfig } from '../../model/config.ts';
import type { Artefact } from '../../model/load.ts';
import { createBatcher } from './batcher.ts';
import { openPool } from './pool.ts';

export interface EngineOptions {
  readonly artefact: Artefact;
  /** Threads that run the model, each on one core. */
  readonly numThreads: number;
  readonly provider?: string;
  readonly maxBatch: number;
  readonly windowMs: number;
  readonly onBatch?: (numImages: number) => void;
  readonly onThreadEnd?: (cause: Error) => void;
}

/** The files that a model is loaded from. */
export const MODEL_FILES = ['config.json', 'encoder.onnx', 'comparator.onnx'] as const;
export type ModelFileName = (typeof MODEL_FILES)[number];

/** One loaded model that answers many requests at once. */
export interface Engine {
  readonly config: ModelConfig;
  /** Names this very model; equal for equal model folders. */
  readonly checksum: string;
  /** What it was loaded from, by the names of a model's folder: `config.json`, `encoder.onnx`, `comparator.onnx`. */
  readonly files: ReadonlyMap<ModelFileName, Uint8Array>;
  /** When it was loaded: milliseconds since 1970. */
  readonly loadedMs: number;
  /**
   * @param pixels uint8 `[H, W, C]` of one image, of the size that `config.input` names
   * @returns float32 `[D]`
   * @throws E_RUNTIME; what `signal` aborts with
   */
  embed(pixels: Uint8Array, signal?: AbortSignal): Promise<Float32Array>;
  /** The model's own distance of two embeddings. @throws E_RUNTIME */
  distance(left: Float32Array, right: Float32Array): Promise<number>;
  /** Images that wait, images in the network, and threads that are alive. */
  readonly load: () => { readonly waiting: number; readonly running: number; readonly threads: number };
  /** Ends the threads when they have answered what they were asked. */
  close(): Promise<void>;
}

/** Loads a model into its threads. @throws E_MODEL, E_RUNTIME */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { artefact, numThreads, maxBatch, windowMs, onBatch } = options;
  const { config, checksum } = artefact;
  const { height, width, channels } = config.input;
  const pool = await openPool(options);
  const euclidean = euclideanComparer(config.encoder.embeddingSize);
  const batcher = createBatcher({
    imageBytes: height * width * channels,
    numThreads,
    maxBatch,
    windowMs,
    onBatch,
    run: (pixels) => pool.ask({ kind: 'embed', pixels }, [pixels.buffer as ArrayBuffer]),
  });
  return {
    config,
    checksum,
    files: filesOf(artefact),
    loadedMs: Date.now(),
    embed: batcher.add,
    async distance(left, right) {
      // A sum over D numbers is less work than a message to a thread; a head is a network.
      const [distance] =
        config.distance === 'comparator'
          ? await pool.ask({ kind: 'distances', left, right })
          : await euclidean.distances(left, right);
      return distance;
    },
    load: () => ({
      waiting: batcher.numWaiting(),
      running: batcher.numRunning(),
      threads: pool.numAlive(),
    }),
    close: pool.close,
  };
}

/** The very bytes that the threads were given. */
function filesOf({ configText, encoder, comparator }: Artefact): Map<ModelFileName, Uint8Array> {
  const files = new Map<ModelFileName, Uint8Array>([
    ['config.json', Buffer.from(configText)],
    ['encoder.onnx', encoder],
  ]);
  if (comparator !== undefined) files.set('comparator.onnx', comparator);
  return files;
}
