/// <reference lib="dom" />
import type { ResizeRule } from '../../data/types.ts';
import type { Interval } from '../../evaluate/interval.ts';
import type { EncoderName } from '../../nn/networks/by-name.ts';
import type { ModelSource } from '../types.ts';

/** Images of one thing: what a shopkeeper calls *mugs*. */
export interface TeachGroup {
  readonly name: string;
  /**
   * Files as people drop them (PNG, JPEG, WebP, whatever this browser shows), or pixels from a camera. They stay the
   * caller's: nothing is changed or sent anywhere.
   */
  readonly images: readonly (Blob | ImageData)[];
}

export interface TeachOptions {
  /** Two or more, of different names, each with two images or more. */
  readonly groups: readonly TeachGroup[];
  /** What the data is called in the model's card. Default `images taught in the browser`. */
  readonly name?: string;
  /** Side of the square that the network sees, in pixels, 8 to 128. Default: that of the images from 16 to 32, else 32 for grey and 48 for colour. */
  readonly size?: number;
  /** Grey or colour. Default: colour where an image has some. */
  readonly channels?: 1 | 3;
  /** How an image of other proportions becomes a square. Default: `cover`, its middle, in colour; in grey `fit`, all of it with black bars. */
  readonly resize?: ResizeRule;
  /** Default `slim`, the one that learns most in a minute. Not with `base`. */
  readonly network?: EncoderName;
  /**
   * A model to start from: its folder's address, or its files. Its network stays as it is and sees images as it was made to;
   * a dense layer on it is learned. Where it knows things of that kind, such as photos, a handful of images is enough. It
   * takes the place of `network`, `size`, `channels` and `resize`. Default: from nothing.
   */
  readonly base?: ModelSource;
  /** Sent with each request for the files of `base`, as by `openModel`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Passes over the images. Default: as many as make about 350 steps, from 6 to 60. */
  readonly epochs?: number;
  /** Seconds of training after which no further epoch begins; the best one so far is kept. Default: no limit. */
  readonly seconds?: number;
  /** What every random draw comes from. Default 1. */
  readonly seed?: number | string;
  /** Threads of the network. Default: a core less than there are, up to 4, where the page is cross-origin isolated; else 1. */
  readonly numThreads?: number;
  /** Called with everything that happens, in the page's own thread. */
  readonly onEvent?: (event: TeachEvent) => void;
  /** Folder of ONNX Runtime's own `.wasm` and `.mjs` files. Default: where the bundler put them. */
  readonly wasmPaths?: string | URL;
  /**
   * Address of the worker that trains (`samesame/web/teach/worker`), for pages whose bundler does not know
   * `new Worker(new URL(…, import.meta.url))`. Default: the one that the bundler made.
   */
  readonly workerUrl?: string | URL;
}

/** An image by its place in `groups`: `groups[group].images[image]`. */
export interface ImagePlace {
  readonly group: number;
  readonly image: number;
}

/** How many validation pairs are told apart at the best threshold for them, and how far to trust that. */
export interface TaughtValidation {
  /** Share of balanced pairs; the interval takes into account how few images the pairs are made of. */
  readonly accuracy: Interval;
  /** Images that no step has seen. */
  readonly numImages: number;
}

/** What teaching tells while it works. */
export type TeachEvent =
  /** Before the first step: the engine is loaded, images are decoded. */
  | {
      readonly kind: 'prepare';
      readonly stage: 'load' | 'decode' | 'features' | 'compile';
      readonly done: number;
      readonly total: number;
    }
  /** What will be done; once, before the first step. */
  | ({ readonly kind: 'plan' } & TeachPlan)
  /** Something that a person should know; training goes on. */
  | { readonly kind: 'warning'; readonly message: string }
  /** At most ten times a second. */
  | {
      readonly kind: 'step';
      /** From 1. */
      readonly epoch: number;
      readonly numEpochs: number;
      readonly step: number;
      readonly stepsPerEpoch: number;
      /** Mean over the epoch so far. */
      readonly loss: number;
      readonly imagesPerSecond: number;
      /** Estimate for the rest of the training. */
      readonly secondsLeft: number;
    }
  | {
      readonly kind: 'epoch';
      readonly epoch: number;
      readonly numEpochs: number;
      readonly loss: number;
      readonly validation: TaughtValidation;
      /** Whether it is the best so far, which is then kept. */
      readonly isBest: boolean;
      readonly seconds: number;
      readonly secondsLeft: number;
      readonly imagesPerSecond: number;
    }
  /** Where a fixed sample of images lies after each epoch, on the plane in which they spread most. */
  | { readonly kind: 'map'; readonly epoch: number; readonly places: readonly MapPlace[] }
  /** The validation pairs that are most wrong after each epoch, worst first; no image twice. */
  | { readonly kind: 'mistakes'; readonly epoch: number; readonly pairs: readonly MistakenPair[] }
  /** Training is over; the kept model is being measured. */
  | { readonly kind: 'measure' }
  | { readonly kind: 'done'; readonly summary: TeachSummary };

export interface MapPlace extends ImagePlace {
  readonly x: number;
  readonly y: number;
  /** Whether training has seen it. */
  readonly isTrained: boolean;
}

export interface MistakenPair {
  readonly left: ImagePlace;
  readonly right: ImagePlace;
  readonly distance: number;
  /** Distance below which two images are called the same. */
  readonly threshold: number;
  /** Whether both are of one group. */
  readonly similar: boolean;
}

/** The settings that were chosen for the images. */
export interface TeachPlan {
  readonly network: string;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly numTrain: number;
  readonly numValidation: number;
  /** 0 where there are too few images to measure on. */
  readonly numTest: number;
  readonly numEpochs: number;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  readonly numThreads: number;
  /** Images that could not be read, and why. */
  readonly bad: readonly (ImagePlace & { readonly reason: string })[];
}

/** A number beside what needs no learning, for the same pairs. */
export interface TaughtAccuracy extends Interval {
  readonly numPairs: number;
  /** Images that the pairs are made of; nothing was chosen by them. */
  readonly numImages: number;
  /** Accuracy of always giving the commoner verdict. */
  readonly majority: number;
  /** Accuracy by the distance of the bare pixels, with a threshold of its own from validation pairs. */
  readonly rawPixels: number;
  /** Accuracy by the features of the model that it started from, likewise. Null where it started from nothing. */
  readonly base: number | null;
}

export interface TeachSummary {
  /** On images that neither training nor the threshold has seen. Null where there were too few to hold any out. */
  readonly accuracy: TaughtAccuracy | null;
  /** On the images that chose the threshold: too good, as a rule. */
  readonly validation: TaughtValidation;
  /** One or two sentences for people: how good it is, and how little that means for few images. */
  readonly words: string;
  readonly threshold: number;
  /** Epochs that were done, and the one that was kept. */
  readonly numEpochs: number;
  readonly bestEpoch: number;
  readonly stopped: 'finished' | 'stopped' | 'out of time';
  /** From the call to the model. */
  readonly seconds: number;
  readonly trainSeconds: number;
  readonly imagesPerSecond: number;
  readonly plan: TeachPlan;
}

/** A model that was taught in this tab: the files that `samesame train` leaves in `model/`. */
export interface TaughtModel {
  /** `encoder.onnx`, `config.json`, `README.md`, `reference.safetensors`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly summary: TeachSummary;
  /** The files in one .zip, to download. */
  toZip(): Blob;
}

/** A training under way. */
export interface Teaching {
  /**
   * @throws E_DATA_ONE_CLASS, E_DATA_FEW_IMAGES, E_DATA for images that are all the same, E_IMAGES_BAD, E_CONFIG, E_NAN,
   *   E_RUNTIME; an `AbortError` after `cancel`
   */
  readonly done: Promise<TaughtModel>;
  /** Ends training after the current step; the best epoch is kept and measured. Before the end of the first epoch, the state as it is. */
  stop(): void;
  /** Ends everything at once and frees it. */
  cancel(): void;
}
