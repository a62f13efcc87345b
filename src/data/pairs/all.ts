import { SamesameError } from '../../base/errors.ts';
import type { PairList } from '../types.ts';
import { emptyPairs } from './list.ts';

/** 120 MB of pairs: 4,472 images against each other. */
const DEFAULT_MAX_PAIRS = 10_000_000;
const DEFAULT_BLOCK = 65_536;

/**
 * Every pair of different images once, left before right in the order of `indices`: n(n − 1)/2 pairs.
 * @param labels int32 `[numImages]`
 * @param indices int32: the images to pair; unlabelled ones are passed over. Default: all.
 * @param maxPairs refuses more. Default 10 million. For more take `allPairBlocks`.
 * @throws E_DATA past `maxPairs`
 */
export function allPairs(labels: Int32Array, indices?: Int32Array, maxPairs = DEFAULT_MAX_PAIRS): PairList {
  const numImages = labelled(labels, indices).length;
  const numPairs = (numImages * (numImages - 1)) / 2;
  if (numPairs > maxPairs) {
    throw new SamesameError('E_DATA', {
      what: `${numImages} images make ${numPairs} pairs, too many to list`,
      expected: `at most ${maxPairs} pairs`,
      help: 'draw some with drawBalancedPairs, or go through allPairBlocks block by block',
      details: { numImages, numPairs, maxPairs },
    });
  }
  if (numPairs === 0) return emptyPairs(0);
  return allPairBlocks(labels, indices, numPairs).next().value as PairList;
}

/**
 * The pairs of `allPairs`, `blockSize` at a time (the last block is shorter), in memory that does not grow with n².
 * Each block is the caller's own.
 */
export function* allPairBlocks(
  labels: Int32Array,
  indices?: Int32Array,
  blockSize = DEFAULT_BLOCK,
): Generator<PairList> {
  const images = labelled(labels, indices);
  let remaining = (images.length * (images.length - 1)) / 2;
  let block = emptyPairs(Math.min(blockSize, remaining));
  let at = 0;
  for (let i = 0; i < images.length; i++) {
    for (let j = i + 1; j < images.length; j++) {
      block.left[at] = images[i];
      block.right[at] = images[j];
      block.similar[at++] = labels[images[i]] === labels[images[j]] ? 1 : 0;
      if (at < block.numPairs) continue;
      yield block;
      remaining -= at;
      block = emptyPairs(Math.min(blockSize, remaining));
      at = 0;
    }
  }
}

function labelled(labels: Int32Array, indices?: Int32Array): Int32Array {
  const images = indices ?? Int32Array.from(labels, (_, i) => i);
  return images.filter((index) => labels[index] >= 0);
}
