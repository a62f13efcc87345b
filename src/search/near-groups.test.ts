import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupAround, type NearPair } from './near-groups.ts';

const pair = (a: number, b: number, distance: number): NearPair => ({ a, b, distance });

it('groups around the image that has the most others near it, and makes no chain', () => {
  // 1 is near to 0, 2 and 3; 3 to 4, which is far from 1; 5 and 6 are closest of all.
  const pairs = [pair(0, 1, 0.3), pair(1, 2, 0.1), pair(1, 3, 0.2), pair(3, 4, 0.05), pair(5, 6, 0.01)];
  expect(groupAround(pairs)).toEqual([
    { centre: 5, others: [{ index: 6, distance: 0.01 }] },
    {
      centre: 1,
      others: [
        { index: 2, distance: 0.1 },
        { index: 3, distance: 0.2 },
        { index: 0, distance: 0.3 },
      ],
    },
  ]);
  expect(groupAround([])).toEqual([]);
});

it('puts each image into one group at most, near to its centre, whatever order pairs come in', () => {
  const drawn = fc.array(fc.tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 11 })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(drawn, (ends) => {
      const keys = new Set(ends.filter(([a, b]) => a < b).map(([a, b]) => `${a} ${b}`));
      const pairs = [...keys].map((key) => {
        const [a, b] = key.split(' ').map(Number);
        return pair(a, b, ((a * 7 + b * 3) % 5) / 10);
      });
      const groups = groupAround(pairs);
      const members = groups.flatMap(({ centre, others }) => [centre, ...others.map(({ index }) => index)]);
      expect(new Set(members).size).toBe(members.length);
      for (const { centre, others } of groups)
        for (const { index, distance } of others) {
          const [a, b] = centre < index ? [centre, index] : [index, centre];
          expect(pairs).toContainEqual(pair(a, b, distance));
        }
      // No two images that are left over are near each other.
      const grouped = new Set(members);
      expect(pairs.filter(({ a, b }) => !grouped.has(a) && !grouped.has(b))).toEqual([]);
      expect(groupAround(pairs.toReversed())).toEqual(groups);
    }),
  );
});
