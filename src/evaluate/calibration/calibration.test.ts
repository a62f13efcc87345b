import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probabilityAt } from '../../base/odds.ts';
import { createRandom } from '../../base/random.ts';
import { drawBalancedPairs } from '../../data/pairs/balanced.ts';
import { drawDisjointPairs } from '../../data/pairs/disjoint.ts';
import type { PairList } from '../../data/types.ts';
import { answerOf, chooseCuts, pairsNeeded } from './conformal.ts';
import { fitCalibration } from './fit.ts';
import { calibrateIsotonic } from './isotonic.ts';
import { reliability } from './reliability.ts';

const pairsOf = fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 1 })), {
  minLength: 1,
  maxLength: 30,
});

/**
 * The isotonic fit by its min–max formula, a loop that pools nothing:
 * `f(i) = min over a ≤ i of max over b ≥ i of the mean of a…b`, for a falling fit.
 */
function minMax(targets: readonly number[]): number[] {
  return targets.map((_, i) => {
    let least = Number.POSITIVE_INFINITY;
    for (let a = 0; a <= i; a++) {
      let most = Number.NEGATIVE_INFINITY;
      for (let b = i; b < targets.length; b++) {
        const run = targets.slice(a, b + 1);
        most = Math.max(most, run.reduce((sum, value) => sum + value, 0) / run.length);
      }
      least = Math.min(least, most);
    }
    return least;
  });
}

describe('calibrateIsotonic', () => {
  it('agrees with the min–max formula at every pair', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 12 }), (y) => {
        const numSimilar = y.filter((label) => label === 1).length;
        const [high, low] = [(numSimilar + 1) / (numSimilar + 2), 1 / (y.length - numSimilar + 2)];
        const curve = calibrateIsotonic(
          y.map((_, i) => i),
          y,
        );
        const expected = minMax(y.map((label) => (label === 1 ? high : low)));
        expect(y.map((_, i) => probabilityAt(i, curve))).toBeAllClose(expected, { rtol: 1e-9 });
      }),
    );
  });

  it('works an example by hand', () => {
    expect(calibrateIsotonic([1, 2, 3, 4], [1, 0, 1, 0])).toEqual({
      kind: 'isotonic',
      distances: [1, 2, 3, 4],
      probabilities: [0.75, 0.5, 0.5, 0.25],
    });
  });

  it('gives equal distances one probability', () => {
    expect(calibrateIsotonic([2, 2, 2, 2], [1, 1, 1, 0])).toEqual({
      kind: 'isotonic',
      distances: [2],
      probabilities: [expect.closeTo((3 * 0.8 + 1 / 3) / 4, 12)],
    });
  });
});

describe('fitCalibration', () => {
  it('gives probabilities that never rise with distance, whatever the pairs', () => {
    fc.assert(
      fc.property(pairsOf, fc.constantFrom('auto', 'logistic', 'isotonic'), (drawn, method) => {
        const y = drawn.map(([, label]) => label);
        fc.pre(y.includes(0) && y.includes(1));
        const { curve } = fitCalibration({ distances: drawn.map(([d]) => d), similar: y, method });
        let before = 1;
        for (let d = -1; d < 17; d += 0.25) {
          const p = probabilityAt(d, curve);
          expect(p).toBeLessThanOrEqual(before + 1e-12);
          expect(p).toBeGreaterThan(0);
          expect(p).toBeLessThan(1);
          before = p;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('chooses the logistic curve for logistic pairs, the isotonic one for steps', () => {
    const random = createRandom(3);
    const distances = Array.from({ length: 4000 }, () => random.uniform() * 2);
    const drawn = (p: (d: number) => number) => distances.map((d) => (random.uniform() < p(d) ? 1 : 0));
    const smooth = fitCalibration({ distances, similar: drawn((d) => 1 / (1 + Math.exp(5 * d - 5))) });
    expect(smooth.curve.kind).toBe('logistic');
    const steps = fitCalibration({
      distances,
      similar: drawn((d) => (d < 0.5 ? 0.95 : d < 1.8 ? 0.5 : 0.1)),
    });
    expect(steps.curve.kind).toBe('isotonic');
    expect(steps.heldOut.isotonic.reliability.ece).toBeLessThan(0.03);
    expect(probabilityAt(1.2, steps.curve)).toBeCloseTo(0.5, 1);
  });

  it('judges by pairs of other groups: what a fold learnt by heart does not help it', () => {
    // Each group has its own distance, so a curve that saw the group would be sure; one that did not is at a loss.
    const groups = Array.from({ length: 40 }, (_, i) => Math.floor(i / 4));
    const similar = groups.map((group) => ((group * 7) % 10 < 5 ? 1 : 0));
    const fitted = fitCalibration({ distances: groups, similar, groups: { left: groups, right: groups } });
    expect(fitted.heldOut.isotonic.brier).toBeGreaterThan(0.2);
  });

  it('is level where similar pairs lie farther apart, and where distances are equal', () => {
    for (const distances of [
      [0, 1, 2, 3],
      [1, 1, 1, 1],
    ]) {
      const { curve } = fitCalibration({ distances, similar: [0, 0, 1, 1] });
      expect(probabilityAt(0, curve)).toBeCloseTo(0.5, 9);
      expect(probabilityAt(3, curve)).toBeCloseTo(0.5, 9);
    }
  });

  it('refuses pairs of one kind', () => {
    expect(() => fitCalibration({ distances: [1, 2], similar: [1, 1] })).toThrow(/no dissimilar pair/);
    expect(() => fitCalibration({ distances: [1, 2], similar: [0, 0] })).toThrow(/no similar pair/);
    expect(() => fitCalibration({ distances: [1, 2], similar: [0, 1], numFolds: 1 })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
  });
});

describe('reliability', () => {
  it('agrees with bins worked by hand', () => {
    const { bins, ece } = reliability([0.1, 0.2, 0.6, 0.8], [0, 1, 1, 1], 2);
    expect(bins.map(({ numPairs, probability, similar }) => [numPairs, probability, similar.value])).toEqual([
      [2, expect.closeTo(0.15, 12), 0.5],
      [2, expect.closeTo(0.7, 12), 1],
    ]);
    expect(ece).toBeCloseTo((2 * 0.35 + 2 * 0.3) / 4, 12);
  });

  it('keeps equal probabilities together', () => {
    expect(reliability([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1], 15)).toMatchObject({
      ece: 0,
      bins: [{ numPairs: 4 }],
    });
  });
});

describe('chooseCuts', () => {
  it('takes the ranks that the theorem names, worked by hand', () => {
    // 9 similar: ⌈10 · 0.9⌉ = 9th smallest. 9 dissimilar: ⌊10 · 0.1⌋ = 1st smallest.
    const distances = [1, 2, 3, 4, 5, 6, 7, 8, 9, 4.5, 11, 12, 13, 14, 15, 16, 17, 18];
    const similar = distances.map((_, i) => (i < 9 ? 1 : 0));
    const cuts = chooseCuts({ distances, similar, maxError: 0.1, threshold: 5 });
    expect(cuts).toEqual({ same: 4.5, different: 9, maxError: 0.1, numSimilar: 9, numDissimilar: 9 });
    expect([4.4, 4.5, 9, 9.1].map((d) => answerOf(d, cuts))).toEqual([
      'same',
      'unsure',
      'unsure',
      'different',
    ]);
  });

  it.each([
    [0.5, 3],
    [5, 5],
    [20, 10],
  ])('leaves nothing unsure where the model is better than asked (threshold %d)', (threshold, cut) => {
    const distances = [1, 2, 3, 10, 11, 12];
    const cuts = chooseCuts({ distances, similar: [1, 1, 1, 0, 0, 0], maxError: 0.25, threshold });
    expect(cuts).toMatchObject({ same: cut, different: cut });
  });

  it('never gives an answer that too few pairs stand behind', () => {
    const cuts = chooseCuts({ distances: [1, 2, 3], similar: [1, 1, 0], maxError: 0.02, threshold: 2.5 });
    expect(cuts).toMatchObject({ same: null, different: null });
    expect(answerOf(-1e9, cuts)).toBe('unsure');
    expect(pairsNeeded(0.02)).toBe(49);
    const n = pairsNeeded(0.02);
    const enough = chooseCuts({
      distances: Array.from({ length: 2 * n }, (_, i) => i),
      similar: Array.from({ length: 2 * n }, (_, i) => i % 2),
      maxError: 0.02,
      threshold: 0,
    });
    expect(enough.same).not.toBeNull();
    expect(enough.different).not.toBeNull();
  });

  it('is defined for equal distances: all unsure', () => {
    const cuts = chooseCuts({
      distances: new Array(200).fill(3),
      similar: Array.from({ length: 200 }, (_, i) => i % 2),
      maxError: 0.05,
      threshold: 3,
    });
    expect(answerOf(3, cuts)).toBe('unsure');
  });

  it.each([0, -0.1, 0.6, Number.NaN])('refuses the error rate %d', (maxError) => {
    expect(() => chooseCuts({ distances: [1], similar: [1], maxError, threshold: 1 })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
  });

  it('keeps both promises on average over draws, for independent pairs of any overlap', () => {
    const random = createRandom('coverage');
    for (const [maxError, gap] of [
      [0.05, 1],
      [0.1, 2.5],
      [0.02, 4],
    ]) {
      const rates = { same: [] as number[], different: [] as number[] };
      const draw = (isSimilar: number) => random.normal() + (isSimilar === 1 ? 0 : gap);
      for (let trial = 0; trial < 300; trial++) {
        const similar = Array.from({ length: 160 }, (_, i) => i % 2);
        const cuts = chooseCuts({ distances: similar.map(draw), similar, maxError, threshold: gap / 2 });
        let wrongSame = 0;
        let wrongDifferent = 0;
        for (let i = 0; i < 200; i++) {
          if (answerOf(draw(0), cuts) === 'same') wrongSame++;
          if (answerOf(draw(1), cuts) === 'different') wrongDifferent++;
        }
        rates.same.push(wrongSame / 200);
        rates.different.push(wrongDifferent / 200);
      }
      for (const values of Object.values(rates)) {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
        expect(mean).toBeLessThanOrEqual(maxError + 2 * Math.sqrt(variance / values.length));
        expect(mean).toBeGreaterThan(0);
      }
    }
  });
});

it('keeps its promise for new images of the same classes, and for new classes with pairs that share no class', () => {
  // Images are points around their class: pairs that share an image, or a class, rise and fall together.
  const random = createRandom('shared images');
  const numImages = 20;
  for (const [unit, numClasses, maxError] of [
    ['image', 10, 0.1],
    ['class', 90, 0.1],
  ] as const) {
    const rates: number[] = [];
    for (let trial = 0; trial < 60; trial++) {
      const classes = Array.from({ length: 2 * numClasses }, () => [
        2 * random.normal(),
        0.3 + random.uniform(),
      ]);
      const world = (first: number) => {
        const labels = Int32Array.from({ length: numClasses * numImages }, (_, i) =>
          Math.floor(i / numImages),
        );
        const values = Float64Array.from(labels, (label) => {
          const [centre, spread] = classes[first + label];
          return centre + spread * random.normal();
        });
        const distances = ({ left, right }: PairList) =>
          Float64Array.from(left, (image, pair) => Math.abs(values[image] - values[right[pair]]));
        return { labels, distances };
      };
      const known = world(0);
      const drawn = drawDisjointPairs(known.labels, undefined, { unit, random });
      const cuts = chooseCuts({
        distances: known.distances(drawn),
        similar: drawn.similar,
        maxError,
        threshold: 1,
      });
      const fresh = world(unit === 'image' ? 0 : numClasses);
      const tested = drawBalancedPairs(fresh.labels, undefined, { numPairs: 400, random });
      const distances = fresh.distances(tested);
      const wrong = [0, 0];
      for (let i = 0; i < tested.numPairs; i++) {
        const answer = answerOf(distances[i], cuts);
        const isSimilar = tested.similar[i] === 1;
        if (answer === (isSimilar ? 'different' : 'same')) wrong[isSimilar ? 1 : 0]++;
      }
      rates.push(wrong[0] / 200, wrong[1] / 200);
    }
    for (const kind of [0, 1]) {
      const values = rates.filter((_, i) => i % 2 === kind);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
      expect(mean).toBeLessThanOrEqual(maxError + 2 * Math.sqrt(variance / values.length));
    }
  }
});
