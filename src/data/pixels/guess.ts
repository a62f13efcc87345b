import { availableParallelism } from 'node:os';
import { SamesameError } from '../../base/errors.ts';
import { forEachInParallel } from '../parallel.ts';
import type { ImageSet, PixelShape } from '../types.ts';
import { type PixelTarget, readImageShape } from './decode.ts';

export interface GuessOptions {
  /**
   * Largest side. Default 64: what a network trained from nothing on a CPU can use; a pretrained one wants its own
   * size, mostly 224.
   */
  readonly maxSide?: number;
  /** Images whose headers are read, evenly over the set. Default 64: a median that is good to a tenth. */
  readonly numSamples?: number;
}

/** An input size and why it is that. */
export interface GuessedShape extends PixelTarget {
  readonly reasons: readonly string[];
}

/**
 * The size at which to train on a set that nobody has sized.
 * - All images of one size with no side over `maxSide`: that size, so that no pixel is invented or lost.
 * - Else a square: the median of the shorter sides, at most `maxSide`, rounded to a multiple of 8 (three halvings by
 *   pooling come out even), at least 8; `fit`, so that nothing at a border is cut off.
 * - Grey when every sampled image is grey, else RGB.
 * @throws E_DATA_EMPTY, E_IMAGES_BAD where no sampled image can be read
 */
export async function guessPixelShape(set: ImageSet, options: GuessOptions = {}): Promise<GuessedShape> {
  const { maxSide = 64, numSamples = 64 } = options;
  const shapes = await sampleShapes(set, numSamples);
  const channels = shapes.every((shape) => shape.channels === 1) ? 1 : 3;
  const { height, width } = shapes[0];
  const areAlike = shapes.every((shape) => shape.height === height && shape.width === width);
  const source = set.pixels.kind === 'decoded' ? 'the images' : `${shapes.length} sampled images`;
  const colour = `${source} ${channels === 1 ? 'are all grey: 1 channel' : 'have colours: 3 channels'}`;
  if (areAlike && Math.max(height, width) <= maxSide) {
    return {
      height,
      width,
      channels,
      resize: 'fit',
      reasons: [`${source} are all ${height}×${width}`, colour],
    };
  }
  const shorter = shapes.map((shape) => Math.min(shape.height, shape.width)).sort((a, b) => a - b);
  const median = shorter[Math.floor(shorter.length / 2)];
  const side = Math.max(8, Math.round(Math.min(median, maxSide) / 8) * 8);
  const size = `${source} have a median shorter side of ${median}: ${side}×${side}, at most ${maxSide}`;
  return { height: side, width: side, channels, resize: 'fit', reasons: [size, colour] };
}

async function sampleShapes(set: ImageSet, numSamples: number): Promise<PixelShape[]> {
  if (set.numImages === 0) {
    throw new SamesameError('E_DATA_EMPTY', { what: `${set.name} has no image to guess a size from` });
  }
  const { pixels } = set;
  if (pixels.kind === 'decoded') {
    return [{ height: pixels.height, width: pixels.width, channels: pixels.channels }];
  }
  const count = Math.min(numSamples, set.numImages);
  const found: (PixelShape | undefined)[] = new Array(count);
  let lastProblem: unknown;
  await forEachInParallel(count, availableParallelism() + 1, async (i) => {
    const index = Math.floor((i * set.numImages) / count);
    found[i] = await readImageShape(pixels.path(index)).catch((error) => {
      lastProblem = error;
      return undefined;
    });
  });
  const shapes = found.filter((shape) => shape !== undefined);
  if (shapes.length > 0) return shapes;
  throw new SamesameError('E_IMAGES_BAD', {
    what: `none of ${count} sampled images of ${set.name} can be read`,
    received: lastProblem instanceof Error ? lastProblem.message : String(lastProblem),
    details: { numSamples: count },
    cause: lastProblem,
  });
}
