/** Things that are joined two by two, and the groups that come of it. */
export interface Joins {
  join(a: number, b: number): void;
  /** Whether they are in one group by now. */
  areJoined(a: number, b: number): boolean;
  /** The groups of two and more, each ascending, by their first member. */
  groups(): number[][];
}

/** @param count the things are 0 … count − 1 */
export function createJoins(count: number): Joins {
  const parents = Int32Array.from({ length: count }, (_, i) => i);

  function rootOf(thing: number): number {
    let root = thing;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root]];
      root = parents[root];
    }
    return root;
  }

  return {
    join(a, b) {
      const [first, second] = [rootOf(a), rootOf(b)];
      parents[Math.max(first, second)] = Math.min(first, second);
    },
    areJoined: (a, b) => rootOf(a) === rootOf(b),
    groups() {
      const byRoot = new Map<number, number[]>();
      for (let i = 0; i < count; i++) {
        const root = rootOf(i);
        const members = byRoot.get(root);
        if (members === undefined) byRoot.set(root, [i]);
        else members.push(i);
      }
      return [...byRoot.values()].filter((members) => members.length > 1);
    },
  };
}

/** Which of 0 … count − 1 have the same key: groups of two and more, each ascending, by their first member. */
export function groupByKey(count: number, keyOf: (index: number) => string | undefined): number[][] {
  const byKey = new Map<string, number[]>();
  for (let i = 0; i < count; i++) {
    const key = keyOf(i);
    if (key === undefined || key === '') continue;
    const members = byKey.get(key);
    if (members === undefined) byKey.set(key, [i]);
    else members.push(i);
  }
  return [...byKey.values()].filter((members) => members.length > 1);
}
