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
}

/** A network from an image to an embedding. */
export interface Encoder {
  /** Its name on the command line and in the model's config. */
  readonly name: string;
  /** D of the embedding `[N, D]`. */
  readonly embeddingSize: number;
  /** Whether embeddings have length 1, so that distances lie in 0…2. */
  readonly normalized: boolean;
  /** Scaled images `float32 [N, C, H, W]` to embeddings `float32 [N, D]`. */
  readonly layer: Layer;
}
