import { SamesameError } from '../base/errors.ts';

/**
 * Accuracy of always giving the commoner verdict: `max(share of similar, share of dissimilar)`; 0 without a pair.
 * @param similar `[numPairs]`: 1 the same thing, 0 not; graded labels count as similar above ½
 * @example majorityBaseline([1, 0, 0, 0]) // 0.75
 */
export function majorityBaseline(similar: ArrayLike<number>): number {
  let numSimilar = 0;
  for (let i = 0; i < similar.length; i++) if (similar[i] > 0.5) numSimilar++;
  return similar.length === 0 ? 0 : Math.max(numSimilar, similar.length - numSimilar) / similar.length;
}

export interface RawPixelOptions {
  /** uint8 `[numImages, imageSize]`: height × width × channels of one image in a row. */
  readonly pixels: Uint8Array;
  /** Numbers an image: height × width × channels. */
  readonly imageSize: number;
  /** int32 `[numPairs]`: index of an image. */
  readonly left: ArrayLike<number>;
  /** int32 `[numPairs]`: index of an image. */
  readonly right: ArrayLike<number>;
}

/**
 * Euclidean distance between the pixels of each pair, `sqrt(Σ(a−b)²) / 255`: what a model has to beat. It goes through
 * `chooseThreshold` and `verify` like any other distance.
 * @returns float32 `[numPairs]`, new
 * @throws E_SHAPE where an index lies outside the images, E_DATA_LENGTH where the two sides differ in length
 */
export function rawPixelDistances({ pixels, imageSize, left, right }: RawPixelOptions): Float32Array {
  const numPairs = left.length;
  if (right.length !== numPairs) {
    throw new SamesameError('E_DATA_LENGTH', {
      what: 'measuring raw pixels failed: the two sides of the pairs differ in length',
      expected: `${numPairs} right images`,
      received: `${right.length}`,
    });
  }
  const numImages = Math.floor(pixels.length / imageSize);
  const distances = new Float32Array(numPairs);
  for (let pair = 0; pair < numPairs; pair++) {
    const a = left[pair] * imageSize;
    const b = right[pair] * imageSize;
    if (!(left[pair] >= 0 && left[pair] < numImages && right[pair] >= 0 && right[pair] < numImages)) {
      throw new SamesameError('E_SHAPE', {
        what: 'measuring raw pixels failed: a pair names an image that is not there',
        expected: `indices from 0 to ${numImages - 1}`,
        received: `${left[pair]} and ${right[pair]} in pair ${pair}`,
      });
    }
    let sum = 0;
    for (let i = 0; i < imageSize; i++) {
      const difference = pixels[a + i] - pixels[b + i];
      sum += difference * difference;
    }
    distances[pair] = Math.sqrt(sum) / 255;
  }
  return distances;
}

/**
 * The pixels themselves as embeddings, scaled to [0, 1], for a raw-pixel baseline of `retrieve`.
 * @param pixels uint8 `[numImages, imageSize]`
 * @returns float32 `[numImages, imageSize]`, new; 4 bytes a pixel, so take a subset of large images
 * @throws E_SHAPE where `pixels` is not that long
 */
export function pixelEmbeddings(pixels: Uint8Array, numImages: number, imageSize: number): Float32Array {
  if (pixels.length !== numImages * imageSize) {
    throw new SamesameError('E_SHAPE', {
      what: 'pixels do not hold the images named',
      expected: `${numImages} × ${imageSize} bytes`,
      received: `${pixels.length} bytes`,
    });
  }
  const embeddings = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) embeddings[i] = pixels[i] / 255;
  return embeddings;
}
