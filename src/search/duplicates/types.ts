/** How two images are known to be copies, the surest first. */
export type Tier =
  /** The same bytes. */
  | 'bytes'
  /** The same size and the same pixels. */
  | 'pixels'
  /** The same picture to the eye: perceptual hashes of the whole or of windows, confirmed on the pixels. */
  | 'hash'
  /** Near embeddings, by a calibrated threshold or confirmed on the pixels. */
  | 'embedding';

export const TIERS: readonly Tier[] = ['bytes', 'pixels', 'hash', 'embedding'];

/** Two images that were found to be copies, and why. */
export interface Link {
  /** Indices in the set, `a < b`. */
  readonly a: number;
  readonly b: number;
  readonly tier: Tier;
  /**
   * Lower is closer, comparable within a tier: 0 of `bytes` and `pixels`; of `hash` and of an `embedding` confirmed on
   * the pixels `1 − correlation` of what both show; of another `embedding` the model's own distance.
   */
  readonly distance: number;
  /** A sentence without its full stop. */
  readonly reason: string;
  /** Whether one of them is the mirror image of the other. */
  readonly isMirrored: boolean;
}

/** Whether two images may be compared at all. Default: any two. */
export type Pairing = (a: number, b: number) => boolean;
