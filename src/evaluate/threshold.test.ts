import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseThreshold } from './threshold.ts';

function accuracyAt(distances: readonly number[], similar: readonly number[], threshold: number): number {
  let right = 0;
  for (let i = 0; i < distances.length; i++) if (distances[i] < threshold === (similar[i] === 1)) right++;
  return right / distances.length;
}

const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 1 })), {
  minLength: 1,
  maxLength: 40,
});

describe('chooseThreshold', () => {
  it('lies midway between separated kinds', () => {
    expect(chooseThreshold([0.75, 0.125, 1, 0.25], [0, 1, 0, 1])).toBe(0.5);
  });

  it('takes the widest of equally accurate gaps, then the smallest', () => {
    // Similar at 0, 3 and dissimilar at 1, 7: cutting after 0 and after 3 are both right three times of four.
    expect(chooseThreshold([0, 1, 3, 7], [1, 0, 1, 0])).toBe(5);
    expect(chooseThreshold([0, 2, 3, 5], [1, 0, 1, 0])).toBe(1);
  });

  it('never cuts between equal distances', () => {
    // At 2 two are dissimilar and one similar: the best is to let only 1 through.
    expect(chooseThreshold([1, 2, 2, 2, 4], [1, 1, 0, 0, 0])).toBe(1.5);
  });

  it('calls everything alike where only one kind is there, or where all distances are equal', () => {
    const distances = new Float32Array([0.3, 0.1, 0.2]);
    expect(chooseThreshold(distances, [0, 0, 0])).toBe(Math.fround(0.1));
    const above = chooseThreshold(distances, [1, 1, 1]);
    expect(above).toBeGreaterThan(Math.fround(0.3));
    expect(above).toBeLessThan(0.3001);
    // A normal number, for threads that take subnormal ones for 0.
    expect(chooseThreshold([0, 0, 0], [1, 1, 0])).toBe(2 ** -126);
    expect(chooseThreshold([-1, -1, -1], [1, 1, 0])).toBeGreaterThan(-1);
    expect(chooseThreshold([0, 0, 0], [1, 0, 0])).toBe(0);
  });

  it('is as accurate as the best of every cut tried', () => {
    fc.assert(
      fc.property(pairs, (drawn) => {
        const distances = drawn.map(([distance]) => distance / 4);
        const similar = drawn.map(([, label]) => label);
        let best = 0;
        for (let cut = -1; cut <= 14; cut++) {
          best = Math.max(best, accuracyAt(distances, similar, cut / 4 + 0.125));
        }
        expect(accuracyAt(distances, similar, chooseThreshold(distances, similar))).toBe(best);
      }),
    );
  });

  it('separates neighbours that are one rounding apart', () => {
    const low = 1;
    const high = 1 + Number.EPSILON;
    const threshold = chooseThreshold([low, high], [1, 0]);
    expect([low < threshold, high < threshold]).toEqual([true, false]);
  });

  it('refuses what it cannot measure', () => {
    expect(() => chooseThreshold([], [])).toThrow(expect.objectContaining({ code: 'E_DATA_EMPTY' }));
    expect(() => chooseThreshold([1, 2], [1])).toThrow(expect.objectContaining({ code: 'E_DATA_LENGTH' }));
    expect(() => chooseThreshold([1, Number.NaN], [1, 0])).toThrow(
      expect.objectContaining({ code: 'E_NAN', details: { index: 1 } }),
    );
  });
});
