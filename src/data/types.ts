/** The part of a data set that an image belongs to. */
export type SplitName = 'train' | 'validation' | 'test';

/** How an image of any size becomes `[height, width]`. */
export type ResizeRule =
  /** Keep the aspect, fit inside, pad the rest with black. */
  | 'fit'
  /** Keep the aspect, fill the frame, crop what stands out at the centre. */
  | 'cover'
  /** Ignore the aspect. */
  | 'stretch';

/** Size of the decoded pixels of one image. Grey has 1 channel, RGB has 3. */
export interface PixelShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** Images that are listed but not yet decoded to one size. */
export interface ImageSet {
  /** What it is, for people: a path, or `MNIST train`. */
  readonly name: string;
  readonly numImages: number;
  /** int32 `[numImages]`: index into `classNames`, or −1 where the image has no label. */
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
  /** The split that the source itself assigns, where it does. */
  readonly splits?: readonly (SplitName | undefined)[];
  /** What the reader left out, where it left something out. */
  readonly skipped?: SkippedFiles;
  /** Name of image `index`: its path below the source, or its place in the file. The same on every machine. */
  id(index: number): string;
  readonly pixels: DecodedPixels | EncodedPixels;
}

/** What a reader found beside the images. Hidden files are not counted. */
export interface SkippedFiles {
  /** Files that are not images by their name. */
  readonly numOther: number;
  /** Images outside every class folder, in a set that has class folders. */
  readonly numUnlabelled: number;
  /** Folders that may not be read, below the source. */
  readonly unreadableFolders: readonly string[];
}

/** Images that arrive as arrays (IDX, npz): all of one size. */
export interface DecodedPixels extends PixelShape {
  readonly kind: 'decoded';
  /** uint8 `[numImages, height, width, channels]`. */
  readonly data: Uint8Array;
}

/** Images that arrive as files. */
export interface EncodedPixels {
  readonly kind: 'encoded';
  /** Path of image `index`. */
  path(index: number): string;
}

/** Two images each, by their index in one `ImageSet`. */
export interface PairList {
  readonly numPairs: number;
  /** int32 `[numPairs]`. */
  readonly left: Int32Array;
  /** int32 `[numPairs]`. */
  readonly right: Int32Array;
  /** float32 `[numPairs]`: 1 the same thing, 0 not; between them for graded pairs. */
  readonly similar: Float32Array;
}

/** An image that could not be read, and why. */
export interface BadImage {
  readonly id: string;
  readonly reason: string;
}

/** Progress of work over a known number of things. */
export interface ProgressEvent {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}
