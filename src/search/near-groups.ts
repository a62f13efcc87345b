/** Two images that lie near each other, by their place in a list. */
export interface NearPair {
  readonly a: number;
  readonly b: number;
  readonly distance: number;
}

/** An image and others that each are near to it. */
export interface NearGroup {
  readonly centre: number;
  /** The nearest to the centre first. */
  readonly others: readonly { readonly index: number; readonly distance: number }[];
}

/**
 * Groups around the images that have the most others near them, each image in one group at most. Everything in a group is
 * near its centre: chains, of which the ends have nothing in common, do not form. What is equal is decided by place in the
 * list, so the order of pairs does not matter.
 * @param pairs each once: those that count as near, which the caller's threshold says
 * @returns the closest groups first
 */
export function groupAround(pairs: readonly NearPair[]): NearGroup[] {
  const near = new Map<number, { index: number; distance: number }[]>();
  const note = (from: number, index: number, distance: number) => {
    const others = near.get(from);
    if (others === undefined) near.set(from, [{ index, distance }]);
    else others.push({ index, distance });
  };
  for (const { a, b, distance } of pairs) {
    note(a, b, distance);
    note(b, a, distance);
  }
  const taken = new Set<number>();
  const groups: NearGroup[] = [];
  const order = [...near].sort(([a, nearA], [b, nearB]) => nearB.length - nearA.length || a - b);
  for (const [centre, all] of order) {
    if (taken.has(centre)) continue;
    const others = all.filter(({ index }) => !taken.has(index));
    if (others.length === 0) continue;
    taken.add(centre);
    for (const { index } of others) taken.add(index);
    groups.push({ centre, others: others.sort((a, b) => a.distance - b.distance || a.index - b.index) });
  }
  const closest = ({ others }: NearGroup) => others[0].distance;
  return groups.sort((a, b) => closest(a) - closest(b) || a.centre - b.centre);
}
