import type { ImageFacts } from '../../data/inspect/index.ts';
import { decodeOne } from '../../data/pixels/decode-one.ts';
import type { ImageSet } from '../../data/types.ts';

/** Which copy to keep. Of equal ones the larger file, then the first in the listing. */
export type KeepRule =
  /** The most pixels. */
  | 'largest'
  /** The oldest file, by its time of last change. */
  | 'oldest'
  /** The most fine detail when all are brought to one size: not blurred, not blown up. */
  | 'sharpest'
  /** The first in the listing. */
  | 'first';

export const KEEP_RULES: readonly KeepRule[] = ['largest', 'oldest', 'sharpest', 'first'];

/** Longest side that copies are compared for sharpness at. */
const SHARP_SIDE = 512;

export interface KeeperOptions {
  readonly rule: KeepRule;
  readonly set: ImageSet;
  readonly facts: readonly (ImageFacts | undefined)[];
  /** Time of last change of a file, for `oldest`. */
  readonly modifiedMs: (index: number) => number;
}

/** Chooses the image to keep of a group. */
export function createKeeper({ rule, set, facts, modifiedMs }: KeeperOptions) {
  const numPixels = (index: number) => {
    const header = facts[index]?.header;
    return header === undefined ? 0 : header.height * header.width;
  };
  const valuesOf = async (images: readonly number[]): Promise<readonly number[]> => {
    switch (rule) {
      case 'largest':
        return images.map(numPixels);
      case 'oldest':
        return images.map((index) => -modifiedMs(index));
      case 'sharpest':
        return sharpnessOf(images, set, facts);
      case 'first':
        return images.map(() => 0);
    }
  };
  return async (images: readonly number[]): Promise<number> => {
    const values = await valuesOf(images);
    let best = 0;
    for (let i = 1; i < images.length; i++) {
      const gain = values[i] - values[best];
      const larger = (facts[images[i]]?.sizeBytes ?? 0) - (facts[images[best]]?.sizeBytes ?? 0);
      if (gain > 0 || (gain === 0 && rule !== 'first' && larger > 0)) best = i;
    }
    return images[best];
  };
}

/** Variance of the Laplacian of each image, all brought to the size of the largest; −1 for what cannot be read. */
async function sharpnessOf(
  images: readonly number[],
  set: ImageSet,
  facts: readonly (ImageFacts | undefined)[],
): Promise<number[]> {
  const longestOf = (index: number) => {
    const header = facts[index]?.header;
    return header === undefined ? 0 : Math.max(header.height, header.width);
  };
  const longest = Math.min(SHARP_SIDE, Math.max(3, ...images.map(longestOf)));
  const values: number[] = [];
  for (const index of images) {
    const header = facts[index]?.header;
    if (header === undefined) {
      values.push(-1);
      continue;
    }
    const factor = longest / longestOf(index);
    const height = Math.max(3, Math.round(header.height * factor));
    const width = Math.max(3, Math.round(header.width * factor));
    const pixels = await decodeOne(set, index, { height, width, channels: 1, resize: 'stretch' }).catch(
      () => undefined,
    );
    values.push(pixels === undefined ? -1 : laplacianVariance(pixels, height, width));
  }
  return values;
}

/**
 * How much fine detail an image holds: the variance of `4·g(x, y) − g(x±1, y) − g(x, y±1)`.
 * @param grey uint8 `[height, width]`, both from 3
 * @source Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, ICPR 2000
 */
export function laplacianVariance(grey: ArrayLike<number>, height: number, width: number): number {
  let [sum, squares] = [0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const value = 4 * grey[at] - grey[at - 1] - grey[at + 1] - grey[at - width] - grey[at + width];
      sum += value;
      squares += value * value;
    }
  }
  const count = (height - 2) * (width - 2);
  return squares / count - (sum / count) ** 2;
}
