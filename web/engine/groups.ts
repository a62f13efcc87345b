import { groupAround, type NearPair } from '../../src/search/near-groups.ts';
import type { EngineApi, NearGroup } from './api.ts';
import type { CallContext } from './protocol.ts';

/** Rows that are done between two looks at the signal. */
const ROWS_PER_TURN = 64;
/** The nearest are enough to look through, and fit into memory. */
const MAX_PAIRS = 500_000;

/** Groups of images within a distance of their centre, as the service makes them: all pairs are looked at. */
export async function findGroups(
  args: EngineApi['groups']['args'],
  context: CallContext,
): Promise<NearGroup[]> {
  return groupAround(await findPairs(args, context)).map(({ centre, others }) => ({
    places: [centre, ...others.map(({ index }) => index)],
    distances: [0, ...others.map(({ distance }) => distance)],
  }));
}

/** All pairs within the distance, the nearest first. */
async function findPairs(
  { values, numImages, within }: EngineApi['groups']['args'],
  { emit, signal }: CallContext,
): Promise<NearPair[]> {
  const size = values.length / Math.max(1, numImages);
  const byDistance = (p: NearPair, q: NearPair) => p.distance - q.distance || p.a - q.a || p.b - q.b;
  let limit = within * within;
  let pairs: NearPair[] = [];
  for (let left = 0; left < numImages; left++) {
    for (let right = left + 1; right < numImages; right++) {
      const squared = distanceSquared(values, left * size, right * size, size, limit);
      if (squared <= limit) pairs.push({ a: left, b: right, distance: Math.sqrt(squared) });
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
