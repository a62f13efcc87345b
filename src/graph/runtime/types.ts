import type { DType, TensorData } from '../dtype.ts';
import type { TensorType } from '../tensor.ts';

/** A computed tensor that a runtime can read and write. `data` is live memory, row-major. */
export interface RuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** Where a graph runs: one machine, one kind of processor. */
export interface Runtime {
  /** `node/cpu`, `web/wasm`, … */
  readonly name: string;
  /**
   * Loads an ONNX model.
   * @throws E_RUNTIME where the bytes are no model, or use what this runtime lacks
   */
  load(model: Uint8Array, options?: LoadOptions): Promise<Program>;
  /** Wraps an array as a tensor, without a copy. */
  tensor(type: DType, data: TensorData, dims: readonly number[]): RuntimeTensor;
}

export interface LoadOptions {
  /**
   * `inference` rewrites the graph for constant weights (blocked layouts, pre-packing); `training` leaves out the
   * rewrites that cost more than they earn when the weights are inputs. Default `inference`.
   */
  readonly purpose?: 'inference' | 'training';
  /** Write a profile of each op to a file with this prefix (Node only). */
  readonly profilePrefix?: string;
}

/** A loaded graph. */
export interface Program {
  readonly inputs: Readonly<Record<string, TensorType>>;
  readonly outputs: Readonly<Record<string, TensorType>>;
  /** Runs that are worth handing over at once. Left out: one, since each takes all cores. */
  readonly concurrency?: number;
  /**
   * Runs the graph once.
   * @param fetches tensors to write results into, so that Node allocates and copies nothing; outputs without one are
   *   new tensors, which the caller owns
   * @throws E_RUNTIME
   */
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches?: Readonly<Record<string, RuntimeTensor>>,
  ): Promise<Record<string, RuntimeTensor>>;
  /** Frees the memory of the graph. */
  close(): Promise<void>;
}

/** What a runtime may be told when it is made. */
export interface RuntimeOptions {
  /** Threads for one op. Default: one for each processor (Node), up to 4 (web). */
  readonly numThreads?: number;
  /** Node: `cpu` (default), `cuda`, `coreml`, `dml`. Web: the one of the build. */
  readonly provider?: string;
  /** Web: address of the folder with ONNX Runtime's own files, ending in a slash. Default: beside the script. */
  readonly wasmPaths?: string;
}
