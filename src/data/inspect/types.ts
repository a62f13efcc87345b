import type { ImageHash } from '../hash/perceptual.ts';
import type { ImageHeader } from '../pixels/decode.ts';
import type { ImageSet } from '../types.ts';

/** `error`: what is measured would be wrong, or training stops. `warning`: it costs quality. `note`: worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

/** The worst first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

export type CheckName =
  | 'animations'
  | 'blank'
  | 'class-balance'
  | 'class-colours'
  | 'class-labels'
  | 'class-names'
  | 'exact-copies'
  | 'extreme-shapes'
  | 'file-names'
  | 'held-out-parts'
  | 'huge'
  | 'identical-pixels'
  | 'label-conflicts'
  | 'leaks'
  | 'lonely-classes'
  | 'misnamed'
  | 'mixed-colours'
  | 'near-black'
  | 'near-copies'
  | 'near-label-conflicts'
  | 'near-leaks'
  | 'near-white'
  | 'other-files'
  | 'small-classes'
  | 'tiny'
  | 'turned'
  | 'unlabelled'
  | 'unpaired'
  | 'unreadable'
  | 'unreadable-folders';

/** What one check found. */
export interface Finding {
  readonly check: CheckName;
  readonly severity: Severity;
  /** What is the matter, as a sentence without its full stop. */
  readonly title: string;
  /** What to do about it. */
  readonly advice: string;
  /** Images that belong together: copies of each other, or one alone. Empty where it is not about single images. */
  readonly groups: readonly FindingGroup[];
}

export interface FindingGroup {
  /** Indices in the set, ascending. */
  readonly images: readonly number[];
  /** What is to say about them: why one cannot be read, which classes they are in. */
  readonly caption?: string;
}

/** What is known of one image. */
export interface ImageFacts {
  readonly index: number;
  readonly sizeBytes: number;
  /** SHA-256 (hex) of the file, or of the pixels where the source holds pixels. Empty where it cannot be read. */
  readonly content: string;
  /** Undefined where it cannot be read. */
  readonly header?: ImageHeader;
  /** Undefined where it cannot be decoded. */
  readonly look?: ImageLook;
  /** Why it cannot be decoded. */
  readonly problem?: string;
}

/** What an image looks like from afar: all of it measured on the image squeezed to 64×64. */
export interface ImageLook {
  /** Brightness of the darkest and the brightest spot, 0 … 255. */
  readonly darkest: number;
  readonly brightest: number;
  /** Largest range of a channel over the image: 0 for one colour. */
  readonly range: number;
  readonly isGrey: boolean;
  readonly hash: ImageHash;
  /** int8 `[16, 16]`: brightness without its mean, the farthest from it at ±127; all 0 for one brightness. */
  readonly patch: Int8Array;
}

/** Images that are the same, by how much they are. Groups have two images at least, ascending, and share none. */
export interface Copies {
  /** The same bytes. */
  readonly exact: readonly (readonly number[])[];
  /** The same size and the same pixels; not all of the same bytes. */
  readonly pixels: readonly (readonly number[])[];
  /** The same picture to the eye: the first image of each set of identical ones. */
  readonly near: readonly (readonly number[])[];
}

/** All that the checks look at. */
export interface Examined {
  readonly set: ImageSet;
  /** Whether the source names its pairs, so that classes are not what is learned. */
  readonly namesPairs: boolean;
  /** Halves of couples whose other half is missing, below the source. They are not in the set. */
  readonly unpaired?: readonly string[];
  /** Of the images that were looked at, ascending by index. */
  readonly images: readonly ImageFacts[];
  readonly copies: Copies;
}

/** Pure: the same facts, the same findings. */
export type Check = (examined: Examined) => readonly Finding[];
