import type { Random } from '../../base/random.ts';
import { groupByClass } from '../classes.ts';
import type { PairList } from '../types.ts';
import { takePairs } from './list.ts';

/** What no two pairs share. */
export type PairUnit = 'class' | 'image';

export interface DisjointPairOptions {
  /** `class` draws pairs of new classes each time, where results are meant for classes never seen. */
  readonly unit: PairUnit;
  /** Decides every draw. */
  readonly random: Random;
}

/**
 * Pairs of which no two share an image, or no two share a class: what a statement that needs independent pairs can be
 * made from. Half of what there is goes to similar pairs, half to dissimilar ones.
 * - `image`: no image twice. A class gives at most as many pairs of each kind as the median class can, so that classes
 *   count about alike, as in `drawBalancedPairs`.
 * - `class`: no class twice: one similar pair of a third of the classes, dissimilar pairs of the others.
 * @param labels int32 `[numImages]`
 * @param indices int32: the images to draw from; unlabelled ones are passed over. Default: all.
 * @returns as many as there are, similar ones first; none of a kind that the images do not have
 */
export function drawDisjointPairs(
  labels: Int32Array,
  indices: Int32Array | undefined,
  { unit, random }: DisjointPairOptions,
): PairList {
  const classes = groupByClass(labels, indices).members.map((images) => random.shuffle(Array.from(images)));
  random.shuffle(classes);
  return unit === 'class' ? drawByClass(classes) : drawByImage(classes, random);
}

/** The pairs of a list, in an order drawn by chance, that share no image with one taken before. */
export function takeDisjoint(pairs: PairList, random: Random): PairList {
  const seen = new Set<number>();
  const order = random.shuffle(Array.from({ length: pairs.numPairs }, (_, i) => i));
  const kept = order.filter((pair) => {
    const [left, right] = [pairs.left[pair], pairs.right[pair]];
    if (left === right || seen.has(left) || seen.has(right)) return false;
    seen.add(left).add(right);
    return true;
  });
  return takePairs(
    pairs,
    kept.sort((a, b) => a - b),
  );
}

function drawByClass(classes: readonly (readonly number[])[]): PairList {
  const paired = classes.filter((images) => images.length >= 2);
  const similar = paired.slice(0, Math.min(paired.length, Math.ceil(classes.length / 3)));
  const taken = new Set(similar);
  const rest = classes.filter((images) => !taken.has(images));
  const dissimilar = Array.from({ length: Math.floor(rest.length / 2) }, (_, i) => [
    rest[2 * i][0],
    rest[2 * i + 1][0],
  ]);
  return listOf(similar, dissimilar);
}

function drawByImage(classes: readonly number[][], random: Random): PairList {
  const quota = classes.map((images) => Math.max(1, Math.round(images.length / 4)));
  const limit = quota.toSorted((a, b) => a - b)[Math.floor(quota.length / 2)] ?? 0;
  const similar: number[][] = [];
  const rest: number[][] = [];
  for (const images of classes) {
    // A class of two or three gives one kind of pair only; which one is drawn.
    const most = images.length < 4 && random.bits() % 2 === 0 ? 0 : Math.floor(images.length / 2);
    const count = Math.min(limit, Math.max(1, Math.round(images.length / 4)), most);
    for (let i = 0; i < count; i++) similar.push([images[2 * i], images[2 * i + 1]]);
    rest.push(images.slice(2 * count, 2 * count + 2 * limit));
  }
  return listOf(similar, matchAcross(rest, random));
}

/** Pairs of two classes until fewer than two have an image left; the fullest class always gives one. */
function matchAcross(classes: number[][], random: Random): number[][] {
  const left = classes.filter((images) => images.length > 0);
  const pairs: number[][] = [];
  while (left.length >= 2) {
    const fullest = left.reduce((most, { length }) => Math.max(most, length), 0);
    const full = left.flatMap(({ length }, i) => (length === fullest ? [i] : []));
    const a = full[random.integer(full.length)];
    const b = random.integer(left.length - 1);
    const other = b < a ? b : b + 1;
    pairs.push([left[a].pop()!, left[other].pop()!]);
    for (const place of [a, other].sort((x, y) => y - x)) if (left[place].length === 0) left.splice(place, 1);
  }
  return pairs;
}

function listOf(
  similar: readonly (readonly number[])[],
  dissimilar: readonly (readonly number[])[],
): PairList {
  const all = [...similar, ...dissimilar];
  return {
    numPairs: all.length,
    left: Int32Array.from(all, ([left]) => left),
    right: Int32Array.from(all, ([, right]) => right),
    similar: Float32Array.from(all, (_, i) => (i < similar.length ? 1 : 0)),
  };
}
