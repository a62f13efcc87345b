import type { EngineApi, NearGroup } from './api.ts';
import type { CallContext } from './protocol.ts';

/** Rows that are done between two looks at the signal. */
const ROWS_PER_TURN = 64;
/** The nearest are enough to look through, and fit into memory. */
const MAX_PAIRS = 500_000;

interface Pair {
  readonly left: number;
  readonly right: number;
  readonly distance: number;
}

/**
 * Images near to the first of their group, so that no chain of small steps joins what is unlike: all pairs are looked at,
 * the nearest pair begins a group. Groups with the nearest images first.
 */
export async function findGroups(
  { values, numImages, within }: EngineApi['groups']['args'],
  context: CallContext,
): Promise<NearGroup[]> {
  const pairs = await findPairs({ values, numImages, within }, context);
  const size = values.length / Math.max(1, numImages);
  const centreOf = new Int32Array(numImages).fill(-1);
  const groups = new Map<number, { place: number; distance: number }[]>();
  const join = (place: number, centre: number, distance: number) => {
    centreOf[place] = centre;
    groups.get(centre)!.push({ place, distance });
  };
  for (const { left, right, distance } of pairs) {
    const [leftCentre, rightCentre] = [centreOf[left], centreOf[right]];
    if (leftCentre >= 0 === rightCentre >= 0) {
      if (leftCentre >= 0) continue;
      centreOf[left] = left;
      groups.set(left, [{ place: left, distance: 0 }]);
      join(right, left, distance);
      continue;
    }
    const [centre, other] = leftCentre >= 0 ? [leftCentre, right] : [rightCentre, left];
    const squared = distanceSquared(values, centre * size, other * size, size, within * within);
    if (squared <= within * within) join(other, centre, Math.sqrt(squared));
  }
  return [...groups.values()].map((members) => {
    members.sort((a, b) => a.distance - b.distance);
    return {
      places: members.map(({ place }) => place),
      distances: members.map(({ distance }) => distance),
    };
  });
}

/** All pairs within the distance, the nearest first. */
async function findPairs(
  { values, numImages, within }: EngineApi['groups']['args'],
  { emit, signal }: CallContext,
): Promise<Pair[]> {
  const size = values.length / Math.max(1, numImages);
  const byDistance = (a: Pair, b: Pair) => a.distance - b.distance || a.left - b.left || a.right - b.right;
  let limit = within * within;
  let pairs: Pair[] = [];
  for (let left = 0; left < numImages; left++) {
    for (let right = left + 1; right < numImages; right++) {
      const squared = distanceSquared(values, left * size, right * size, size, limit);
      if (squared <= limit) pairs.push({ left, right, distance: Math.sqrt(squared) });
    }
    if (pairs.length > 2 * MAX_PAIRS) {
      pairs = pairs.sort(byDistance).slice(0, MAX_PAIRS);
      limit = pairs[MAX_PAIRS - 1].distance ** 2;
    }
    if (left % ROWS_PER_TURN > 0) continue;
    emit({ share: 1 - ((numImages - left) / numImages) ** 2 }); // rows get shorter
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal.throwIfAborted();
  }
  return pairs.sort(byDistance).slice(0, MAX_PAIRS);
}

/** Of two rows; some number past the limit where it is past it. */
function distanceSquared(
  values: Float32Array,
  left: number,
  right: number,
  size: number,
  limit: number,
): number {
  let sum = 0;
  for (let start = 0; start < size && sum <= limit; start += 32) {
    const end = Math.min(size, start + 32);
    for (let c = start; c < end; c++) {
      const difference = values[left + c] - values[right + c];
      sum += difference * difference;
    }
  }
  return sum;
}
