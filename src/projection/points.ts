import { SamesameError } from '../base/errors.ts';

/** Where each embedding lies on the map. */
export type MapPoint = readonly [x: number, y: number];

/**
 * The rows of `[N, D]` as lists, which is what the libraries of this room take.
 * @throws E_SHAPE where the length is not a multiple of `numImages`, E_NAN where a number is not finite
 */
export function rowsOf(embeddings: Float32Array, numImages: number): number[][] {
  const size = sizeOf(embeddings, numImages);
  return Array.from({ length: numImages }, (_, i) =>
    Array.from(embeddings.subarray(i * size, (i + 1) * size)),
  );
}

/** D of `[N, D]`. @throws E_SHAPE, E_NAN */
export function sizeOf(embeddings: Float32Array, numImages: number): number {
  const size = numImages === 0 ? 0 : embeddings.length / numImages;
  if (!Number.isInteger(size) || size * numImages !== embeddings.length || (numImages > 0 && size === 0)) {
    throw new SamesameError('E_SHAPE', {
      what: 'drawing a map failed: the embeddings are not of one width',
      expected: `[${numImages}, D]`,
      received: `${embeddings.length} numbers`,
    });
  }
  const bad = embeddings.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return size;
  throw new SamesameError('E_NAN', {
    what: 'drawing a map failed: an embedding is not a number',
    expected: 'finite numbers',
    received: `${embeddings[bad]} in embedding ${Math.floor(bad / size)}`,
    help: 'the model has diverged: train again with a lower learning rate',
  });
}

/** Told the share that is done; gives whether to go on. */
export type OnShare = (share: number) => boolean;

/** Lets everything else have its turn: a signal to stop is heard only then. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
