import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { errorFromSystem } from '../base/errors.ts';
import { openDataset } from '../data/sources/open.ts';
import type { DecodedPixels } from '../data/types.ts';
import type { TrainOptions } from '../train/config.ts';
import { makeDemoGallery } from './demo-gallery.ts';
import type { ExamplePair } from './examples.ts';
import type { FinishedRun } from './finish.ts';
import { type TrainJob, train } from './train.ts';

/** MNIST as the published experiment has it: the official test images are the test part, and 50,000 pairs of them. */
export const DEMO_CONFIG: TrainOptions = {
  epochs: 5,
  validation: 10_000,
  testPairs: 50_000,
};

/** The same in a fraction of the time: one epoch over a part of the training images. */
export const QUICK_CONFIG: TrainOptions = {
  ...DEMO_CONFIG,
  epochs: 1,
  maxImages: 40_000,
};

/** The best accuracy that a published Siamese repository reports for these pairs. */
export const PUBLISHED_BEST = 0.9751;

export interface DemoJob extends Omit<TrainJob, 'dataset' | 'config' | 'resume' | 'overwrite'> {
  readonly quick?: boolean;
  /** Make a store of test images, to look around in with `samesame serve`. Default false. */
  readonly gallery?: boolean;
  readonly seed?: string | number;
}

export interface FinishedDemo extends FinishedRun {
  /** Test images as PNG files, to compare: two of the same thing, and two of different things. */
  readonly pictures: {
    readonly same: readonly [string, string];
    readonly different: readonly [string, string];
  };
  /** Address of the store of test images, where one was asked for. */
  readonly store?: string;
}

/** The main job on data that came with the install. A demo that is in `out` is replaced. */
export async function demo({ quick = false, gallery = false, seed, ...job }: DemoJob): Promise<FinishedDemo> {
  const dataset = await openDataset('mnist');
  const run = await train({
    ...job,
    dataset,
    config: { ...(quick ? QUICK_CONFIG : DEMO_CONFIG), ...(seed === undefined ? {} : { seed }) },
    overwrite: true,
  });
  const write = (similar: boolean) =>
    writePictures(
      join(job.out, 'examples'),
      similar ? 'same' : 'different',
      run.examples.find((example) => example.similar === similar)!,
    );
  const pictures = { same: await write(true), different: await write(false) };
  if (!gallery) return { ...run, pictures };
  const { runtime, signal, onEvent } = job;
  const store = await makeDemoGallery({
    model: run.model,
    set: dataset.set,
    pixels: dataset.set.pixels as DecodedPixels, // MNIST comes as arrays
    images: run.data.splits.test,
    out: join(job.out, 'gallery'),
    seed: run.config.seed,
    runtime,
    signal,
    onProgress: (done, total) => onEvent?.({ kind: 'stage', stage: 'images', done, total }),
  });
  return { ...run, pictures, store };
}

async function writePictures(
  folder: string,
  name: string,
  { left, right, shape }: ExamplePair,
): Promise<[string, string]> {
  const paths: [string, string] = [join(folder, `${name}-a.png`), join(folder, `${name}-b.png`)];
  try {
    await mkdir(folder, { recursive: true });
    for (const [i, pixels] of [left, right].entries())
      await sharp(pixels, { raw: shape }).png().toFile(paths[i]);
  } catch (error) {
    throw errorFromSystem(error, `writing ${folder}`);
  }
  return paths;
}
