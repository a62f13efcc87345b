import type { AugmentOptions } from '../augment/options.ts';
import type { PixelTarget } from '../pixels/decode.ts';
import type { BadImage, ImageSet, ProgressEvent } from '../types.ts';
import type { Contents } from './contents.ts';

/** Frozen features of images and of their augmented views; rows are float16 bits. */
export interface FeatureStore {
  /** Numbers a row. */
  readonly rowLength: number;
  /** Images of the set, the unusable ones included: an index here is an index in the set. */
  readonly numImages: number;
  /** Augmented views an image; 0 where none were asked for. */
  readonly numViews: number;
  /** Images that could not be read or decoded, in order of index. */
  readonly bad: readonly BadImage[];
  /** int32, ascending: the images that have features. */
  readonly usable: Int32Array;
  /**
   * Copies rows into `out`: uint16 `[indices.length, rowLength]`, bits of float16, in the order of `indices`, repeats
   * included. `out` may be longer.
   * @param views int32 `[indices.length]`: 0 the image as it is, 1 … `numViews` an augmented view; or 0 for all
   * @throws E_SHAPE where `out` or `views` is too short; E_DATA for an image that is not usable, a view that it does not
   *   have, or a row that was damaged on disk since the store was opened; E_IO
   */
  gather(indices: Int32Array, views: Int32Array | 0, out: Uint16Array): Promise<void>;
  /** Gives back memory and files. The store is of no use afterwards. */
  close(): Promise<void>;
}

/** The frozen part of a network. */
export interface Trunk {
  /** Names the frozen graph, what it does to pixels included: mostly its SHA-256. Another key never answers for it. */
  readonly key: string;
  /** What it is, for people: `mobilenet-v2 up to block 13`. Told by the list of what is kept. */
  readonly about?: string;
  readonly rowLength: number;
  /**
   * The features of a batch.
   * @param pixels uint8 `[numImages, height, width, channels]`, the caller's own from now on: it may be transferred
   * @returns uint16 `[numImages, rowLength]`, bits of float16
   */
  extract(pixels: Uint8Array, numImages: number): Promise<Uint16Array>;
  /** How many batches may be in `extract` at once. Default 1; two for each worker keep every worker busy. */
  readonly concurrency?: number;
}

/** Which images have augmented views, and how these come about. */
export interface ViewOptions {
  /** Views an image, from 1. */
  readonly numViews: number;
  /** int32: the images that have them, mostly those that are trained on. */
  readonly indices: Int32Array;
  readonly augment: AugmentOptions;
  /** Controls what the views look like, together with the image's content and the view's number. */
  readonly seed: string | number;
}

/** What filling will cost, measured on the batches after the first, which wait for threads to start. */
export interface FillEstimate {
  /** Rows that are needed, of them so many there already. */
  readonly numRows: number;
  readonly numCached: number;
  /** Bytes of the missing rows on disk. */
  readonly bytes: number;
  /** For the rows that are still missing then. */
  readonly secondsGuess: number;
}

export interface FillOptions {
  readonly set: ImageSet;
  readonly target: PixelTarget;
  /** Folder of the cache: for each trunk a folder in it. */
  readonly folder: string;
  readonly trunk: Trunk;
  readonly views?: ViewOptions;
  /** What `hashContents` gave of the set, for who opens it more than once. Default: every image is read and hashed. */
  readonly contents?: Contents;
  /**
   * Images a call of `extract`. Default 2 of 224×224, 1 of larger ones, up to 16 of smaller ones: what it works on stays in
   * the processor's cache (one thread of MobileNetV2's first 70 % took 1.09 times as long an image with 4 as with 2),
   * and fewer cost more calls.
   */
  readonly batchSize?: number;
  /** Bytes of rows to keep in memory; the others are read when they are gathered. Default 1 GiB. */
  readonly memoryBytes?: number;
  /** Share of bad images from 0 to 1 that is put up with. Default .2, as for pixels. */
  readonly maxBadShare?: number;
  /** Called once. What it throws ends the filling; what is done by then stays. */
  readonly onEstimate?: (cost: FillEstimate) => void;
  /** Called at most ten times a second, and at the end of each stage: `hash` (images), then `features` (rows). */
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly signal?: AbortSignal;
}
