import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { heatRegion } from './heat-region.ts';
import { rankCorrelation } from './rank-correlation.ts';

describe('rankCorrelation', () => {
  it('is that of a worked example, and 1 or −1 where one list follows the other', () => {
    // Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: Pearson of the ranks is 4.5 / √(4.5 · 5).
    expect(rankCorrelation([2, 5, 5, 9], [1, 7, 3, 8])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
    expect(rankCorrelation([1, 2, 3], [10, 400, 5000])).toBe(1);
    expect(rankCorrelation([1, 2, 3], [0, -1, -7])).toBe(-1);
  });

  it('agrees with counting who is above whom', () => {
    const random = createRandom('ranks');
    const [a, b] = [0, 1].map(() => Array.from({ length: 60 }, () => random.integer(20)));
    const rank = (list: number[]) =>
      list.map((x) => list.filter((y) => y < x).length + (list.filter((y) => y === x).length - 1) / 2);
    const [ra, rb] = [rank(a), rank(b)];
    const mean = 59 / 2;
    const dot = (x: number[], y: number[]) => x.reduce((sum, v, i) => sum + (v - mean) * (y[i] - mean), 0);
    expect(rankCorrelation(a, b)).toBeCloseTo(dot(ra, rb) / Math.sqrt(dot(ra, ra) * dot(rb, rb)), 12);
  });

  it('is null where a list has no order', () => {
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNull();
    expect(rankCorrelation([1], [2])).toBeNull();
    expect(rankCorrelation([], [])).toBeNull();
  });
});

describe('heatRegion', () => {
  it('is the fewest pixels that hold half of the heat', () => {
    // 4 + 3 of 12 is half and more; 4 alone is not.
    const { level, mask, areaShare } = heatRegion([1, 4, 0, 3, 2, 2, -50, 0]);
    expect([level, areaShare]).toEqual([3, 2 / 8]);
    expect([...mask]).toEqual([0, 1, 0, 1, 0, 0, 0, 0]);
    expect([...heatRegion([1, 4, 0, 3, 2, 2], 1).mask]).toEqual([1, 1, 0, 1, 1, 1]);
  });

  it('keeps pixels of equal heat together', () => {
    expect(heatRegion([2, 2, 2, 2]).areaShare).toBe(1);
  });

  it('is empty where there is no heat', () => {
    for (const heat of [[0, 0, 0], [-1, -2], []])
      expect(heatRegion(heat)).toMatchObject({ level: Number.POSITIVE_INFINITY, areaShare: 0 });
  });
});
