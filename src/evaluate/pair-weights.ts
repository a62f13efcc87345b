import { SamesameError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { drawWeights } from './bootstrap.ts';
import type { PairGroups } from './verify.ts';

/** Draws how often each pair counts in a resample; the array is written over by the next draw. */
export type WeightDraw = (random: Random) => ArrayLike<number>;

/** Pairs drawn one by one. */
export function drawPairs(numPairs: number): WeightDraw {
  const weights = new Uint16Array(numPairs);
  return (random) => {
    drawWeights(weights, random);
    return weights;
  };
}

/**
 * Groups drawn one by one: a pair counts as often as its left group times its right one, once where both are the same.
 * @param order int32 `[numPairs]`: the pair that each weight is of. Default: as they come.
 * @throws E_DATA_LENGTH
 * @source Owen 2007, The pigeonhole bootstrap
 */
export function drawGroups(groups: PairGroups, numPairs: number, order?: Int32Array): WeightDraw {
  for (const side of [groups.left, groups.right]) {
    if (side.length !== numPairs) {
      throw new SamesameError('E_DATA_LENGTH', {
        what: 'measuring pairs failed: groups and distances differ in length',
        expected: `${numPairs} groups a side`,
        received: `${side.length}`,
      });
    }
  }
  const inOrder = (side: ArrayLike<number>) =>
    Int32Array.from({ length: numPairs }, (_, i) => side[order === undefined ? i : order[i]]);
  const left = inOrder(groups.left);
  const right = inOrder(groups.right);
  let numGroups = 0;
  for (let i = 0; i < numPairs; i++) numGroups = Math.max(numGroups, left[i] + 1, right[i] + 1);
  const used = new Uint8Array(numGroups);
  for (let i = 0; i < numPairs; i++) used[left[i]] = used[right[i]] = 1;
  const place = new Int32Array(numGroups);
  let numUsed = 0;
  for (let group = 0; group < numGroups; group++) if (used[group] === 1) place[group] = numUsed++;

  const drawn = new Uint16Array(numUsed);
  const weights = new Float64Array(numPairs);
  return (random) => {
    drawWeights(drawn, random);
    for (let i = 0; i < numPairs; i++) {
      const weight = drawn[place[left[i]]];
      weights[i] = left[i] === right[i] ? weight : weight * drawn[place[right[i]]];
    }
    return weights;
  };
}
