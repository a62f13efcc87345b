import type { Random } from '../base/random.ts';
import type { Augment } from '../data/augment/augmenter.ts';
import { turnQuarters } from '../data/augment/quarter-turn.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { PairSampler } from '../data/samplers/pairs.ts';
import type { RedrawnPairSampler } from '../data/samplers/redrawn.ts';
import type { BatchSampler } from '../data/samplers/sampler.ts';
import type { StepBatch } from './stepper.ts';

/** Gives each step its images. */
export interface Feeder {
  readonly stepsPerEpoch: number;
  readonly imagesPerStep: number;
  /** Draws its pairs anew before each epoch, where it does: somebody gives it a `prepareEpoch`. */
  readonly redrawn?: RedrawnPairSampler;
  /** Called before the batches of an epoch, from batch `first` on, where what they hold depends on what was learned. */
  readonly prepareEpoch?: (
    epoch: number,
    first: number,
    readState: () => ReadonlyMap<string, Float32Array>,
  ) => Promise<void>;
  /** C, where labels are fed that are whole numbers from 0 to C − 1. */
  readonly numClasses?: number;
  /**
   * The batches of an epoch (from 0), from batch `first` on. What a batch holds depends on the seed and its place alone.
   * A batch's arrays are written over by the one after the next.
   */
  batches(epoch: number, first: number): AsyncGenerator<StepBatch>;
}

export interface FeederParts {
  readonly rows: BatchRows;
  readonly random: Random;
}

/** What a batch is made of. */
export interface BatchRows {
  /** Bytes of an image's row. */
  readonly rowBytes: number;
  /** Writes the rows of a batch, varied as training wants it: `random` alone decides how. */
  read(indices: Int32Array, out: Uint8Array, random: Random): Promise<void>;
}

export interface PixelRowsOptions {
  readonly augment?: Augment;
  /**
   * Whether a sampler's index is `4 · image + turns`: the image is then turned by so many quarters, after it is read, so
   * no turned copy is kept. Images must be square.
   */
  readonly hasTurns?: boolean;
}

/** Rows of decoded pixels, turned and augmented. */
export function pixelRows(pixels: PixelStore, { augment, hasTurns }: PixelRowsOptions = {}): BatchRows {
  const { rowBytes, shape } = pixels;
  const scratch = new Uint8Array(rowBytes);
  return {
    rowBytes,
    async read(indices, out, random) {
      if (hasTurns) {
        await pixels.gather(
          indices.map((index) => index >> 2),
          out,
        );
        for (const [i, index] of indices.entries())
          turnQuarters(out, i * rowBytes, shape, index & 3, scratch);
      } else await pixels.gather(indices, out);
      augment?.(out, random.fork('augment'));
    },
  };
}

/** Batches of labelled images, for a loss that sees all pairs in a batch. */
export function feedBatches(sampler: BatchSampler, labels: Int32Array, parts: FeederParts): Feeder {
  return createFeeder(sampler, sampler.batchSize, parts, (indices) => ({
    indices,
    labels: Int32Array.from(indices, (index) => labels[index]),
  }));
}

/** Batches of explicit pairs: left images first, then right ones. */
export function feedPairs(sampler: PairSampler, parts: FeederParts): Feeder {
  return createFeeder(sampler, 2 * sampler.batchSize, parts, ({ left, right, similar }) => {
    const indices = new Int32Array(2 * sampler.batchSize);
    indices.set(left);
    indices.set(right, sampler.batchSize);
    return { indices, similar };
  });
}

interface Drawn {
  readonly indices: Int32Array;
  readonly labels?: Int32Array;
  readonly similar?: Float32Array;
}

function createFeeder<T>(
  sampler: { readonly numBatches: number; batches(epoch: number): Generator<T> },
  imagesPerStep: number,
  { rows, random }: FeederParts,
  draw: (batch: T) => Drawn,
): Feeder {
  const buffers = [0, 1].map(() => new Uint8Array(imagesPerStep * rows.rowBytes));

  async function prepare(batch: T, epoch: number, place: number): Promise<StepBatch> {
    const { indices, ...rest } = draw(batch);
    const images = buffers[place % 2];
    const stream = random.fork('batch', epoch, place);
    await rows.read(indices, images, stream);
    return { images, random: stream, ...rest };
  }

  return {
    stepsPerEpoch: sampler.numBatches,
    imagesPerStep,
    async *batches(epoch, first) {
      let place = 0;
      let coming: Promise<StepBatch> | undefined;
      for (const batch of sampler.batches(epoch)) {
        const current = coming;
        // Reading from disk goes on while the current batch is used.
        coming = place < first ? undefined : prepare(batch, epoch, place);
        coming?.catch(() => {});
        place++;
        if (current !== undefined) yield await current;
      }
      if (coming !== undefined) yield await coming;
    },
  };
}
