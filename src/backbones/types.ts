import type { ResizeRule } from '../data/types.ts';

/** How bytes become the numbers that a network reads: `(byte / 255 − mean) / deviation`, each channel by itself. */
export interface ChannelScale {
  /** In 0…1, in the order that the network reads its channels. */
  readonly mean: Channels;
  /** Above 0, in the same order. */
  readonly deviation: Channels;
  /** What the network reads first. Decoded images are RGB. */
  readonly order: ChannelOrder;
}

export type Channels = readonly [number, number, number];
export type ChannelOrder = 'rgb' | 'bgr';

/** What a pretrained network wants its photos to be. */
export interface Preprocessing {
  readonly height: number;
  readonly width: number;
  /**
   * Many recipes shrink a photo to 256 and keep the middle 224. Here the middle is cut to the shape of the frame and no
   * more (`cover`): what a photo shows near its border may be what it is asked for.
   */
  readonly resize: ResizeRule;
  readonly scale: ChannelScale;
}

/** A pretrained network that can be fetched by name. */
export interface Backbone {
  /** What it is asked for by: `mobilenet-v2`. */
  readonly name: string;
  readonly title: string;
  /** What it is good for, in a sentence. */
  readonly about: string;
  /** Of the weights. */
  readonly licence: { readonly text: string; readonly url: string };
  readonly file: HubFile;
  /** Exact, where it is published. */
  readonly sizeBytes?: number;
  /** As the hub's page shows it. */
  readonly roughSizeBytes?: number;
  /** Published SHA-256, lower-case hex. Where there is none, the hub is asked for it at the first download. */
  readonly sha256?: string;
  /** Of the tensor that takes `[N, 3, height, width]`. */
  readonly input: string;
  /** Numbers in the features that its authors describe an image by. */
  readonly embeddingSize: number;
  /** What is worth freezing on a laptop: all of it, or this share of its layers. */
  readonly freeze: 'all' | number;
  readonly preprocessing: Preprocessing;
}

/** A file of a model repository on the Hugging Face hub. */
export interface HubFile {
  /** `owner/name`. */
  readonly repo: string;
  /** A commit, or a branch where no commit is known. */
  readonly revision: string;
  /** Path in the repository. */
  readonly path: string;
}
