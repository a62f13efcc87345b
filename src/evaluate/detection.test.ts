import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { falseMatchRate, missesAt } from './detection.ts';

describe('missesAt', () => {
  it('agrees with an example by hand', () => {
    const [point] = missesAt([0.1, 0.3, 0.5, 0.2, 0.4, 0.6, 0.8], [1, 1, 1, 0, 0, 0, 0], [0.25]);
    expect(point).toEqual({
      falseMatchRate: 0.25,
      threshold: 0.4,
      falseNonMatchRate: expect.closeTo(1 / 3, 12),
      trueAcceptRate: expect.closeTo(2 / 3, 12),
    });
  });

  it('is the best that any threshold at that rate can do', () => {
    const drawn = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 1 })), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(drawn, fc.constantFrom(0.1, 0.3, 0.5), (pairs, rate) => {
        const numDissimilar = pairs.filter(([, y]) => y === 0).length;
        const numSimilar = pairs.length - numDissimilar;
        const [point] = missesAt(
          pairs.map(([d]) => d),
          pairs.map(([, y]) => y),
          [rate],
        );
        if (numDissimilar * rate < 1 || numSimilar === 0) {
          expect(point.trueAcceptRate).toBeNull();
          return;
        }
        let best = 0;
        for (const [threshold] of [...pairs, [99]]) {
          const below = pairs.filter(([d]) => d < threshold);
          const falseMatches = below.filter(([, y]) => y === 0).length;
          if (falseMatches / numDissimilar <= rate)
            best = Math.max(best, (below.length - falseMatches) / numSimilar);
        }
        expect(point.trueAcceptRate).toBeCloseTo(best, 12);
      }),
    );
  });

  it('tells nothing of rates that so few pairs cannot show', () => {
    const few = missesAt([0.1, 0.9, 0.8, 0.8, 0.8, 0.8], [1, 1, 0, 0, 0, 0], [0.5, 0.25], 2);
    expect(few.map(({ falseNonMatchRate }) => falseNonMatchRate)).toEqual([0.5, null]);
    const distances = Array.from({ length: 40 }, (_, i) => i);
    const similar = distances.map((d) => (d < 20 ? 1 : 0));
    expect(missesAt(distances, similar).map(({ trueAcceptRate }) => trueAcceptRate)).toEqual([
      1,
      null,
      null,
      null,
    ]);
    expect(missesAt([1, 2], [0, 0])[0].falseNonMatchRate).toBeNull();
    expect(missesAt([1, 2], [1, 1])[0].falseNonMatchRate).toBeNull();
  });
});

describe('falseMatchRate', () => {
  it('is exact, and wider where pairs share images', () => {
    const distances = [0.1, 0.9, 0.9, 0.9, 0.2];
    const similar = [0, 0, 0, 0, 1];
    const all = falseMatchRate({ distances, similar, threshold: 0.5 });
    // scipy: beta.ppf([.025, .975], [1, 2], [4, 3])
    expect([all.value!, all.low!, all.high!]).toBeAllClose([0.25, 0.006309463, 0.805879551], { rtol: 1e-6 });
    const fewer = falseMatchRate({ distances, similar, threshold: 0.5, numIndependent: 2 });
    expect(fewer.value).toBe(0.25);
    expect(fewer.high! - fewer.low!).toBeGreaterThan(all.high! - all.low!);
  });

  it('is undefined without a dissimilar pair', () => {
    expect(falseMatchRate({ distances: [1], similar: [1], threshold: 2 }).value).toBeNull();
  });
});
