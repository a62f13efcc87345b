import { distanceTo } from '../../search/store/nearest.ts';
import type { StoreDistance } from '../../search/store/types.ts';
import type { Rows } from './rows.ts';
import type { StoredItem, VectorFilter, VectorNeighbour } from './types.ts';

/** The `k` nearest rows that match: nearest first, equal distances by id. */
export function findNearest(
  rows: Rows,
  query: Float32Array,
  {
    k,
    filter,
    distance,
  }: { readonly k: number; readonly filter?: VectorFilter; readonly distance: StoreDistance },
): VectorNeighbour[] {
  const matches = matcherOf(filter);
  const { vectors, size } = rows;
  const found: { readonly row: number; readonly distance: number }[] = [];
  let farthest = Number.POSITIVE_INFINITY;
  for (let row = 0; row < size; row++) {
    const away = distanceTo(query, vectors, row, distance);
    if (found.length === k && away > farthest) continue;
    if (matches !== undefined && !matches(rows.item(row))) continue;
    const place = placeOf(found, away, rows.item(row).id, rows);
    if (place === k) continue;
    found.splice(place, 0, { row, distance: away });
    if (found.length > k) found.pop();
    if (found.length === k) farthest = found[k - 1].distance;
  }
  return found.map(({ row, distance }) => ({ ...rows.item(row), distance }));
}

/** How many rows match. */
export function countMatching(rows: Rows, filter: VectorFilter | undefined): number {
  const matches = matcherOf(filter);
  if (matches === undefined) return rows.size;
  let count = 0;
  for (let row = 0; row < rows.size; row++) if (matches(rows.item(row))) count++;
  return count;
}

/** Where a row stands in a sorted list. */
function placeOf(
  found: readonly { readonly row: number; readonly distance: number }[],
  distance: number,
  id: string,
  rows: Rows,
): number {
  let low = 0;
  let high = found.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = found[middle];
    const isBefore =
      other.distance < distance || (other.distance === distance && rows.item(other.row).id < id);
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Undefined where nothing is filtered. */
function matcherOf(filter: VectorFilter | undefined): ((item: StoredItem) => boolean) | undefined {
  const { labels, exceptIds = [], where = {} } = filter ?? {};
  const tests = Object.entries(where);
  if (labels === undefined && exceptIds.length === 0 && tests.length === 0) return undefined;
  const except = new Set(exceptIds);
  return ({ id, label, metadata }) =>
    (labels === undefined || (label !== null && labels.includes(label))) &&
    !except.has(id) &&
    tests.every(([field, value]) => metadata[field] === value);
}
