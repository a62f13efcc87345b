import type { ImageRecord } from '../../search/store/types.ts';
import type { NearPair } from './store-neighbours.ts';

/** An image and others that each are near to it. */
export interface StarGroup {
  readonly centre: ImageRecord;
  /** The nearest to the centre first. */
  readonly others: readonly { readonly record: ImageRecord; readonly distance: number }[];
}

/**
 * Groups around the images that have the most others near them, each image in one group at most. Everything in a group is
 * near its centre: chains, of which the ends have nothing in common, do not form. The closest groups first.
 */
export function groupAround(pairs: readonly NearPair[]): StarGroup[] {
  const near = new Map<string, { record: ImageRecord; others: StarGroup['others'][number][] }>();
  const note = (from: ImageRecord, record: ImageRecord, distance: number) => {
    const entry = near.get(from.id) ?? { record: from, others: [] };
    entry.others.push({ record, distance });
    near.set(from.id, entry);
  };
  for (const { a, b, distance } of pairs) {
    note(a, b, distance);
    note(b, a, distance);
  }
  const taken = new Set<string>();
  const groups: StarGroup[] = [];
  const order = [...near.values()].sort(
    (a, b) => b.others.length - a.others.length || (a.record.id < b.record.id ? -1 : 1),
  );
  for (const { record: centre, others } of order) {
    if (taken.has(centre.id)) continue;
    const free = others.filter(({ record }) => !taken.has(record.id));
    if (free.length === 0) continue;
    for (const { id } of [centre, ...free.map(({ record }) => record)]) taken.add(id);
    groups.push({
      centre,
      others: free.sort((a, b) => a.distance - b.distance || (a.record.id < b.record.id ? -1 : 1)),
    });
  }
  const closest = ({ others }: StarGroup) => others[0].distance;
  return groups.sort((a, b) => closest(a) - closest(b) || (a.centre.id < b.centre.id ? -1 : 1));
}
