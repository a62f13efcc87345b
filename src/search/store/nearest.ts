import type { Candidates } from './engine.ts';
import type { Neighbour, StoreDistance } from './types.ts';

/**
 * Distance of a query to one row, in float64.
 * @param query float32 `[D]`
 * @param rows float32 `[N, D]`
 */
export function distanceTo(
  query: Float32Array,
  rows: Float32Array,
  row: number,
  distance: StoreDistance,
): number {
  const size = query.length;
  const at = row * size;
  if (distance === 'euclidean') {
    let sum = 0;
    for (let d = 0; d < size; d++) sum += (query[d] - rows[at + d]) ** 2;
    return Math.sqrt(sum);
  }
  let product = 0;
  let querySquared = 0;
  let rowSquared = 0;
  for (let d = 0; d < size; d++) {
    product += query[d] * rows[at + d];
    querySquared += query[d] ** 2;
    rowSquared += rows[at + d] ** 2;
  }
  const length = Math.sqrt(querySquared * rowSquared);
  return length === 0 ? 1 : Math.max(1 - product / length, 0);
}

/** Candidates with the model's own distance, nearest first, the `k` nearest of them. */
export function rankCandidates(
  query: Float32Array,
  { records, vectors }: Candidates,
  k: number,
  distance: StoreDistance,
): Neighbour[] {
  return records
    .map((record, row) => ({ record, distance: distanceTo(query, vectors, row, distance) }))
    .sort(compareNeighbours)
    .slice(0, k);
}

/** Nearest first; equal distances by id. */
export function compareNeighbours(a: Neighbour, b: Neighbour): number {
  return a.distance - b.distance || (a.record.id < b.record.id ? -1 : 1);
}
