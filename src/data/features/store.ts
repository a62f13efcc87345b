import type { BadImage } from '../types.ts';

/** Frozen features of images and of their augmented views; rows are the bits of halves. */
export interface FeatureStore {
  /** Numbers of a row. */
  readonly rowLength: number;
  readonly numImages: number;
  readonly bad: readonly BadImage[];
  readonly usable: Int32Array;
  /** View 0 is the image as it is. out: uint16 `[indices.length, rowLength]`. */
  gather(indices: Int32Array, views: Int32Array | 0, out: Uint16Array): Promise<void>;
  close(): Promise<void>;
}
