import type { Layer } from '../layers/layer.ts';

/** Height, width and channels of the images that an encoder reads. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What some networks leave open. */
export interface EncoderOptions {
  /** D. Default: the network's own. */
  readonly embeddingSize?: number;
  /**
   * Whether embeddings are scaled to length 1, so that distances lie in 0…2. Default true. In two dimensions they would
   * all lie on a circle.
   */
  readonly normalize?: boolean;
  /** Share of the numbers before the embedding that a training step leaves out, from 0 to below 1. Default 0. */
  readonly dropout?: number;
  /** Whether an image is embedded together with its mirror image (`mirrored`). Default false. */
  readonly mirror?: boolean;
}

/** A network from an image to an embedding. */
export interface Encoder {
  /** Its name on the command line and in the model's config. */
  readonly name: string;
  /** D of the embedding `[N, D]`. */
  readonly embeddingSize: number;
  /** Whether embeddings have length 1, so that distances lie in 0…2. */
  readonly normalized: boolean;
  /** Scaled images `float32 [N, C, H, W]`, or what the trunk makes of them, to embeddings `float32 [N, D]`. */
  readonly layer: Layer;
  /** A part in front of `layer` that no step changes, where the network has one. */
  readonly trunk?: Trunk;
}

/** The frozen part of a network: run once an image, and not once a step. */
export interface Trunk {
  /** Scaled images `float32 [N, C, H, W]` to features `float32 [N, ...featureShape]`. It has no parameters. */
  readonly layer: Layer;
  /** Shape of an image's features. */
  readonly featureShape: readonly number[];
}
