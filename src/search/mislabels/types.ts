import type { DistanceName } from '../../evaluate/index.ts';
import type { GalleryProducts } from '../../model/products.ts';

export const MISLABEL_METHODS = ['linear', 'neighbours'] as const;
/**
 * `linear`: what a linear classifier that was fitted on all other images says of each. `neighbours`: what the labels of the
 * nearest images say.
 */
export type MislabelMethod = (typeof MISLABEL_METHODS)[number];

/** Labelled rows. */
export interface LabelledRows {
  /** float32 `[N, D]`. */
  readonly embeddings: Float32Array;
  /** int32 `[N]`: class of each row, from 0 to numClasses − 1. */
  readonly labels: Int32Array;
  readonly numClasses: number;
}

export interface MislabelOptions extends LabelledRows {
  /** Default `linear`, which names more of the wrong labels and fewer of the right ones (docs/duplicates.md). */
  readonly method?: MislabelMethod;
  /** Of `neighbours`: how many vote, from 1 to N − 1. Default: `defaultVoters`. */
  readonly k?: number;
  /** Default `euclidean`. */
  readonly distance?: DistanceName;
  /** How large matrices are multiplied. Default: plain TypeScript, which is slow above a few thousand rows. */
  readonly openProducts?: OpenProducts;
}

/** Inner products with a gallery, float32 `[G, D]`, which is read anew at every call. */
export type OpenProducts = (gallery: Float32Array, numGallery: number) => Promise<GalleryProducts>;

/** A row whose label is doubtful. */
export interface Mislabel {
  readonly row: number;
  readonly given: number;
  readonly suggested: number;
  /** By how much what speaks for `suggested` is ahead of what speaks for `given`, from 0 to 1. */
  readonly confidence: number;
  /** Rows that are labelled as suggested and look like this one, the nearest first. */
  readonly witnesses: readonly number[];
}

/** Labels that are probably wrong, and how often each class is taken for each. */
export interface Mislabels {
  /** The surest first. */
  readonly mislabels: readonly Mislabel[];
  /** int32 `[numClasses, numClasses]`: rows labelled i that are confidently j. */
  readonly confidentJoint: Int32Array;
}
