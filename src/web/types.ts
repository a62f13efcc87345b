/// <reference lib="dom" />
import type { Carried } from '../jobs/explain/carried.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Comparison, JudgeOptions } from '../model/judge.ts';

/** Where a model's files come from. */
export type ModelSource =
  /** Address of a model folder on any static host; `config.json` and `encoder.onnx` lie in it. */
  | string
  | URL
  /** The folder as one .zip. */
  | Blob
  /** The files of a folder that somebody chose or dropped; or one .zip. */
  | readonly File[]
  /** The files by name: `config.json`, `encoder.onnx`, `comparator.onnx` where the model has a learned head. */
  | ReadonlyMap<string, Blob | Uint8Array>;

/** What an image may be: a file, a bitmap, or pixels. It stays the caller's: it is copied, never taken. */
export type WebImage = Blob | ImageBitmap | ImageData;

/** Where a network may run. `auto`: on WebGPU where this browser has a graphics adapter for it, else on WASM. */
export type WebRuntimeName = 'auto' | 'wasm' | 'webgpu';

export interface WorkerOptions {
  /**
   * Address of the library's worker, for pages whose bundler does not know `new Worker(new URL(…, import.meta.url))`.
   * Default: the one that the bundler made.
   */
  readonly workerUrl?: string | URL;
}

export interface OpenModelOptions extends WorkerOptions {
  /** Default `auto`. */
  readonly runtime?: WebRuntimeName;
  /** Folder of ONNX Runtime's own `.wasm` and `.mjs` files. Default: where the bundler put them. */
  readonly wasmPaths?: string | URL;
  /**
   * Sent with each request for the model's files: `{ authorization: 'Bearer …' }`. Only with an address. A host other than
   * the page's has to allow them (`Access-Control-Allow-Headers`). Default: none.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: up to 4 where the page is cross-origin isolated, else 1; browsers allow no more. */
  readonly numThreads?: number;
  /** Stages `config`, `encoder`, `comparator` in bytes, then `runtime`. `total` is 0 where the host does not tell it. */
  readonly onProgress?: (event: WebProgress) => void;
  readonly signal?: AbortSignal;
}

export interface WebProgress {
  readonly stage: 'config' | 'encoder' | 'comparator' | 'runtime' | 'embed' | 'explain';
  readonly done: number;
  readonly total: number;
}

/** What there is to know of an open model. */
export interface ModelInfo {
  /** Name of the network. */
  readonly network: string;
  /** D. */
  readonly embeddingSize: number;
  /** What an image becomes before the network reads it. */
  readonly input: ModelConfig['input'];
  /** `euclidean` between embeddings, or `comparator`: one minus the learned head's similarity. */
  readonly distance: ModelConfig['distance'];
  /** Pairs below this distance are the same thing. */
  readonly threshold: number;
  /** The curve from distance to probability, and the two cuts of a calibrated model. */
  readonly calibration: ModelConfig['calibration'];
  readonly answers?: ModelConfig['answers'];
  /** Names of the classes that the model was trained on. */
  readonly classes: readonly string[];
  /** The data set that it was trained on, by name. */
  readonly dataset: string;
  /** What embeddings depend on, as 64 hexadecimal digits; equal to that of `samesame index`. Names the model to a vector store. */
  readonly fingerprint: string;
  /** Bytes of the model's networks. */
  readonly sizeBytes: number;
  /** Where it runs: `web/wasm` or `web/webgpu`. */
  readonly runtime: string;
  readonly numThreads: number;
  /** All of `config.json`. */
  readonly config: ModelConfig;
}

export interface EmbedOptions {
  /** Stage `embed`, in images. */
  readonly onProgress?: (event: WebProgress) => void;
  readonly signal?: AbortSignal;
}

export interface CompareOptions extends JudgeOptions {
  readonly signal?: AbortSignal;
}

export interface ExplainOptions extends CompareOptions {
  /** Stage `explain`: three steps. */
  readonly onProgress?: (event: WebProgress) => void;
}

/** Where the agreement of one photo with the other comes from. */
export interface HeatMap {
  /** Of the heat: the photo's part of the network's input, in the network's pixels. */
  readonly height: number;
  readonly width: number;
  /** float32 `[height · width]`, row by row; below 0 where a pixel speaks against. Owned by the caller. */
  readonly heat: Float32Array;
  /** What of the photo the heat lies over, in shares of its sides: all of it, but for what `cover` crops. */
  readonly seen: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  /** The marked part: all pixels of this heat and above, and their share of the photo. */
  readonly level: number;
  readonly areaShare: number;
  /** Of the heat, what lies on the bars that `fit` puts beside a photo. 0…1. */
  readonly barShare: number;
}

export interface WebExplanation {
  readonly comparison: Comparison;
  /** `path`: the parts add up. `descriptors`: each cell asked alone. */
  readonly method: 'path' | 'descriptors';
  readonly left: HeatMap;
  readonly right: HeatMap;
  /** How much of the similarity the marked parts carry. */
  readonly carried: Carried;
  /** All of it in plain words. */
  readonly sentence: string;
}

/** A model that answers in this tab. All of its work is done in a worker; no image leaves the machine. */
export interface WebModel {
  readonly info: ModelInfo;
  /**
   * @returns float32 `[N, D]`, one row an image, owned by the caller
   * @throws E_IMAGE with `details.index` of the image that cannot be read; E_RUNTIME; what `signal` aborts with
   */
  embed(images: readonly WebImage[], options?: EmbedOptions): Promise<Float32Array<ArrayBuffer>>;
  /**
   * Whether two images show the same thing, in the words of `samesame compare --json`.
   * @throws E_IMAGE, E_RUNTIME; E_CONFIG for a prior out of range; what `signal` aborts with
   */
  compare(left: WebImage, right: WebImage, options?: CompareOptions): Promise<Comparison>;
  /**
   * Distances of pairs of embeddings: float32 `[P, D]` twice → float32 `[P]`, lower is closer.
   * @throws E_SHAPE, E_RUNTIME
   */
  distances(left: Float32Array, right: Float32Array): Promise<Float32Array<ArrayBuffer>>;
  /** What a distance means under the model's calibration. @throws E_CONFIG for a prior out of range */
  judge(distance: number, options?: JudgeOptions): Comparison;
  /**
   * Where the agreement of two images comes from, or null where the network has no grid to place it on.
   * @throws as `compare`
   */
  explain(left: WebImage, right: WebImage, options?: ExplainOptions): Promise<WebExplanation | null>;
  /** Frees the model. Calls that are under way are aborted. */
  close(): Promise<void>;
}
