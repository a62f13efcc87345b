import type { MapPoint, ProjectionName } from '../../src/projection/index.ts';

/** Embeddings of images, float32 `[N, D]`. */
export interface Embeddings {
  readonly values: Float32Array;
  readonly numImages: number;
}

export interface Places {
  /** The one that was drawn. */
  readonly method: ProjectionName;
  /** One an image, in their order. */
  readonly points: readonly MapPoint[];
}

export interface ShareEvent {
  /** 0…1. */
  readonly share: number;
}

/** What the page's own worker does: whatever would make the page stand still, apart from the model's work. */
export interface EngineApi {
  /** Places of embeddings on a plane. */
  places: { args: Embeddings; answer: Places; event: ShareEvent };
  /** Groups of images within a distance of their first, by place in the embeddings; closest groups first. */
  groups: {
    args: Embeddings & { readonly within: number };
    answer: readonly NearGroup[];
    event: ShareEvent;
  };
  /** A small JPEG of each image, in their order; null for what is no image. */
  thumbnails: {
    args: { readonly files: readonly Blob[]; readonly side: number };
    answer: readonly (Thumbnail | null)[];
    event: never;
  };
}

export interface NearGroup {
  readonly places: readonly number[];
  /** From the first of the group, in the order of `places`. */
  readonly distances: readonly number[];
}

export interface Thumbnail {
  readonly picture: Blob;
  /** Of the image itself, in pixels. */
  readonly width: number;
  readonly height: number;
  /** SHA-256 of the file's bytes, in hexadecimal digits. */
  readonly sha256: string;
}
