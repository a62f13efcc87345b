import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { precisionRecallCurve, rocCurve } from './curves.ts';
import { chooseThreshold } from './threshold.ts';
import { verify } from './verify.ts';

/** Pairs on a coarse grid of distances, so that ties are many. */
const drawnPairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 1 })), {
  minLength: 1,
  maxLength: 30,
});

function split(drawn: readonly (readonly [number, number])[]): { distances: number[]; similar: number[] } {
  return { distances: drawn.map(([d]) => d / 8), similar: drawn.map(([, y]) => y) };
}

/** Every pair of pairs, as the definition of AUC reads. */
function plainAuc(distances: readonly number[], similar: readonly number[]): number | null {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < distances.length; i++) {
    for (let j = 0; j < distances.length; j++) {
      if (similar[i] !== 1 || similar[j] !== 0) continue;
      count++;
      if (distances[i] < distances[j]) sum += 1;
      else if (distances[i] === distances[j]) sum += 0.5;
    }
  }
  return count === 0 ? null : sum / count;
}

interface Cut {
  precision: number;
  recall: number;
  falsePositiveRate: number;
}

/** Precision and recall of `distance ≤ cut` for every distinct distance, counted from scratch each time. */
function plainCuts(distances: readonly number[], similar: readonly number[]): Cut[] {
  return [...new Set(distances)]
    .sort((a, b) => a - b)
    .map((cut) => {
      let tp = 0;
      let fp = 0;
      let fn = 0;
      let tn = 0;
      distances.forEach((distance, i) => {
        if (distance <= cut) similar[i] === 1 ? tp++ : fp++;
        else similar[i] === 1 ? fn++ : tn++;
      });
      return { precision: tp / (tp + fp), recall: tp / (tp + fn), falsePositiveRate: fp / (fp + tn) };
    });
}

function plainAveragePrecision(cuts: readonly Cut[]): number {
  return cuts.reduce(
    (sum, cut, i) => sum + (cut.recall - (i === 0 ? 0 : cuts[i - 1].recall)) * cut.precision,
    0,
  );
}

/** Walks the ROC line in small steps until false positives outweigh false negatives. */
function plainEer(cuts: readonly Cut[]): number {
  let from = { x: 0, y: 0 };
  for (const cut of cuts) {
    const to = { x: cut.falsePositiveRate, y: cut.recall };
    for (let step = 0; step <= 1000; step++) {
      const x = from.x + ((to.x - from.x) * step) / 1000;
      const y = from.y + ((to.y - from.y) * step) / 1000;
      if (x >= 1 - y - 1e-12) return x;
    }
    from = to;
  }
  return Number.NaN;
}

describe('verify', () => {
  it('agrees with numbers worked by hand', () => {
    // Sorted: .1 similar, .2 similar, .3 not, .4 similar, .5 not, .6 not; threshold .35.
    const result = verify({
      distances: [0.4, 0.1, 0.6, 0.3, 0.2, 0.5],
      similar: [1, 1, 0, 0, 1, 0],
      threshold: 0.35,
    });
    expect(result.confusion).toEqual({
      truePositive: 2,
      falsePositive: 1,
      trueNegative: 2,
      falseNegative: 1,
    });
    expect(result.accuracy.value).toBeCloseTo(4 / 6, 12);
    expect(result.precision.value).toBeCloseTo(2 / 3, 12);
    expect(result.recall.value).toBeCloseTo(2 / 3, 12);
    expect(result.f1.value).toBeCloseTo(2 / 3, 12);
    expect(result.auc.value).toBeCloseTo(8 / 9, 12);
    expect(result.averagePrecision.value).toBeCloseTo((1 + 1 + 3 / 4) / 3, 12);
    expect(result.eer.value).toBeCloseTo(1 / 3, 12);
    expect(result.recallAtPrecision['.80'].value).toBeCloseTo(2 / 3, 12);
    expect(result.recallAtPrecision['.95'].value).toBeCloseTo(2 / 3, 12);
    expect(result.majorityBaseline).toBe(0.5);
    expect(result).toMatchObject({ numPairs: 6, numSimilar: 3, threshold: 0.35 });
  });

  it('says same below the threshold, not at it', () => {
    const { confusion } = verify({ distances: [0.5, 0.5, 0.25], similar: [1, 0, 1], threshold: 0.5 });
    expect(confusion).toEqual({ truePositive: 1, falsePositive: 0, trueNegative: 1, falseNegative: 1 });
  });

  it('agrees with plain loops over the definitions', () => {
    fc.assert(
      fc.property(drawnPairs, fc.integer({ min: -1, max: 11 }), (drawn, cut) => {
        const { distances, similar } = split(drawn);
        const threshold = cut / 8;
        const result = verify({ distances, similar, threshold, numResamples: 0 });
        let tp = 0;
        let fp = 0;
        let fn = 0;
        let tn = 0;
        for (let i = 0; i < distances.length; i++) {
          if (distances[i] < threshold) similar[i] === 1 ? tp++ : fp++;
          else similar[i] === 1 ? fn++ : tn++;
        }
        expect(result.confusion).toEqual({
          truePositive: tp,
          falsePositive: fp,
          trueNegative: tn,
          falseNegative: fn,
        });
        expect(result.accuracy.value).toBeCloseTo((tp + tn) / distances.length, 12);
        const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
        const close = (received: number | null, expected: number | null, digits = 12) =>
          expected === null ? expect(received).toBeNull() : expect(received).toBeCloseTo(expected, digits);
        close(result.precision.value, share(tp, tp + fp));
        close(result.recall.value, share(tp, tp + fn));
        close(result.f1.value, share(2 * tp, 2 * tp + fp + fn));
        close(result.auc.value, plainAuc(distances, similar));
        const cuts = plainCuts(distances, similar);
        const hasSimilar = similar.includes(1);
        close(result.averagePrecision.value, hasSimilar ? plainAveragePrecision(cuts) : null);
        for (const precision of [0.8, 0.9, 0.95]) {
          const name = `.${Math.round(precision * 100)}` as '.80';
          const reached = cuts.filter((each) => each.precision >= precision).map((each) => each.recall);
          close(result.recallAtPrecision[name].value, hasSimilar ? Math.max(0, ...reached) : null);
        }
        close(result.eer.value, hasSimilar && similar.includes(0) ? plainEer(cuts) : null, 2);
      }),
    );
  });

  it('turns AUC round when the labels do, and keeps it under any increasing function', () => {
    fc.assert(
      fc.property(drawnPairs, (drawn) => {
        const { distances, similar } = split(drawn);
        const auc = (d: readonly number[], y: readonly number[]) =>
          verify({ distances: d, similar: y, threshold: 0.5, numResamples: 0 }).auc.value;
        const value = auc(distances, similar);
        fc.pre(value !== null);
        expect(
          auc(
            distances,
            similar.map((y) => 1 - y),
          ),
        ).toBeCloseTo(1 - value!, 12);
        expect(
          auc(
            distances.map((d) => Math.exp(3 * d) - 7),
            similar,
          ),
        ).toBeCloseTo(value!, 12);
      }),
    );
  });

  it('does not depend on the order of the pairs, intervals included', () => {
    const distances = Array.from({ length: 200 }, (_, i) => (i * 61) % 199);
    const similar = distances.map((distance) => (distance + ((distance * 7) % 90) < 140 ? 1 : 0));
    const straight = verify({ distances, similar, threshold: 70 });
    const turned = verify({
      distances: distances.toReversed(),
      similar: similar.toReversed(),
      threshold: 70,
    });
    expect(turned).toEqual(straight);
  });

  it('is finite or null whatever it is given', () => {
    fc.assert(
      fc.property(drawnPairs, fc.integer({ min: -1, max: 11 }), (drawn, cut) => {
        const { distances, similar } = split(drawn);
        const groups = { left: distances.map((_, i) => i % 3), right: distances.map((_, i) => (i * 5) % 4) };
        for (const result of [
          verify({ distances, similar, threshold: cut / 8, numResamples: 8 }),
          verify({ distances, similar, threshold: cut / 8, numResamples: 8, groups }),
        ]) {
          expect(JSON.parse(JSON.stringify(result))).toEqual(result);
          for (const { value, low, high } of [result.accuracy, result.f1, result.auc, result.eer]) {
            if (value === null || low === null || high === null) continue;
            expect(low).toBeLessThanOrEqual(value);
            expect(high).toBeGreaterThanOrEqual(value);
          }
        }
      }),
    );
  });

  it.each([
    ['no similar pair', [0.1, 0.2], [0, 0]],
    ['no dissimilar pair', [0.1, 0.2], [1, 1]],
  ])('leaves AUC and EER undefined with %s', (_, distances, similar) => {
    const result = verify({ distances, similar, threshold: 0.15 });
    expect(result.auc.value).toBeNull();
    expect(result.eer.value).toBeNull();
    expect(result.accuracy.value).toBe(0.5);
    expect(result.majorityBaseline).toBe(1);
  });

  it('gives chance where all distances are equal', () => {
    const result = verify({ distances: [1, 1, 1, 1], similar: [1, 0, 1, 0], threshold: 1 });
    expect(result.auc.value).toBe(0.5);
    expect(result.eer.value).toBe(0.5);
    expect(result.averagePrecision.value).toBe(0.5);
    expect(result.precision.value).toBeNull();
  });

  it('has intervals that hold the truth about as often as they say', () => {
    // AUC of similar ~ U(0, 1) against dissimilar ~ U(0, 1) + ½ is 7/8.
    let held = 0;
    for (let trial = 0; trial < 100; trial++) {
      const similar = Array.from({ length: 200 }, (_, i) => i % 2);
      const distances = similar.map((y, i) => {
        const noise = Math.abs(Math.sin((trial * 200 + i + 1) * 12.9898) * 43758.5453) % 1;
        return y === 1 ? noise : noise + 0.5;
      });
      const { low, high } = verify({ distances, similar, threshold: 0.75, seed: trial }).auc;
      if (low! <= 0.875 && 0.875 <= high!) held++;
    }
    expect(held).toBeGreaterThanOrEqual(88);
  });

  it('widens intervals where pairs share groups', () => {
    // 400 pairs are 20 pairs seen 20 times: as uncertain as 20 pairs.
    const similar = Array.from({ length: 400 }, (_, i) => i % 2);
    const distances = similar.map((y, i) => ((i % 20) % 7) / 7 + (y === 1 ? 0 : 0.4));
    const group = distances.map((_, i) => i % 20);
    const alone = verify({ distances, similar, threshold: 0.5 });
    const grouped = verify({ distances, similar, threshold: 0.5, groups: { left: group, right: group } });
    expect(grouped.accuracy.value).toBe(alone.accuracy.value);
    expect(grouped.auc.value).toBe(alone.auc.value);
    const width = (estimate: { low: number | null; high: number | null }) => estimate.high! - estimate.low!;
    expect(width(grouped.accuracy)).toBeGreaterThan(2.5 * width(alone.accuracy));
    expect(width(grouped.auc)).toBeGreaterThan(2.5 * width(alone.auc));
  });

  /** All pairs of images of two classes; `isWrong` says which of them the model gets wrong. */
  function allPairs(numImages: number, isWrong: (i: number, j: number) => boolean) {
    const pairs = { left: [] as number[], right: [] as number[] };
    const [distances, similar]: [number[], number[]] = [[], []];
    for (let i = 0; i < numImages; i++) {
      for (let j = i + 1; j < numImages; j++) {
        const isSame = i % 2 === j % 2;
        pairs.left.push(i);
        pairs.right.push(j);
        similar.push(isSame ? 1 : 0);
        distances.push(isSame === isWrong(i, j) ? 1 : 0);
      }
    }
    return { distances, similar, threshold: 0.5, groups: pairs };
  }

  it('does not take the pairs of few images without a mistake for as many facts', () => {
    const found = verify(allPairs(20, () => false));
    // Ten independent pairs: 10 / (10 + 1.96²).
    const { accuracy, precision, recall, f1, auc, averagePrecision } = found;
    for (const estimate of [accuracy, precision, recall, f1, auc, averagePrecision])
      expect([estimate.value, estimate.low, estimate.high]).toBeAllClose([1, 0.7225, 1], { atol: 1e-4 });
    expect([found.eer.low, found.eer.high]).toBeAllClose([0, 0.2775], { atol: 1e-4 });
  });

  it('holds the truth nine times in ten on small sets of images, however mistakes come together', () => {
    const random = createRandom('coverage');
    const holds = ({ low, high }: { low: number; high: number }, truth: number) =>
      low <= truth && truth <= high ? 1 : 0;
    for (const numImages of [8, 12, 20]) {
      let [together, apart] = [0, 0];
      const numRuns = 200;
      for (let run = 0; run < numRuns; run++) {
        const share = 0.25 * random.uniform();
        // Every pair of an image that is not understood is wrong; or mistakes fall anywhere.
        const isBad = Array.from({ length: numImages }, () => random.uniform() < share);
        const ofImages = verify({ ...allPairs(numImages, (i, j) => isBad[i] || isBad[j]), seed: run });
        const ofPairs = verify({ ...allPairs(numImages, () => random.uniform() < share), seed: run });
        together += holds(ofImages.accuracy, (1 - share) ** 2);
        apart += holds(ofPairs.accuracy, 1 - share);
      }
      expect(together / numRuns, `${numImages} images`).toBeGreaterThanOrEqual(0.9);
      expect(apart / numRuns, `${numImages} images`).toBeGreaterThanOrEqual(0.9);
    }
  });

  it('refuses what it cannot measure', () => {
    expect(() => verify({ distances: [], similar: [], threshold: 1 })).toThrow(
      expect.objectContaining({ code: 'E_DATA_EMPTY' }),
    );
    expect(() => verify({ distances: [1], similar: [1], threshold: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'E_NAN' }),
    );
    expect(() =>
      verify({ distances: [1], similar: [1], threshold: 1, groups: { left: [], right: [1] } }),
    ).toThrow(expect.objectContaining({ code: 'E_DATA_LENGTH' }));
  });

  it('measures 50,000 pairs with 200 resamples in well under two seconds', () => {
    const similar = Float32Array.from({ length: 50_000 }, (_, i) => i % 2);
    const distances = similar.map((y, i) => (((i * 7919) % 50_021) / 50_021) * 2 + (y === 1 ? 0 : 1));
    const start = performance.now();
    verify({ distances, similar, threshold: chooseThreshold(distances, similar) });
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('curves', () => {
  it('pass through the cuts counted by hand', () => {
    expect(rocCurve([1, 2, 2, 3], [1, 1, 0, 0])).toEqual([
      { threshold: null, falsePositiveRate: 0, truePositiveRate: 0 },
      { threshold: 1, falsePositiveRate: 0, truePositiveRate: 0.5 },
      { threshold: 2, falsePositiveRate: 0.5, truePositiveRate: 1 },
      { threshold: 3, falsePositiveRate: 1, truePositiveRate: 1 },
    ]);
    expect(precisionRecallCurve([1, 2, 2, 3], [1, 1, 0, 0])).toEqual([
      { threshold: 1, recall: 0.5, precision: 1 },
      { threshold: 2, recall: 1, precision: 2 / 3 },
      { threshold: 3, recall: 1, precision: 0.5 },
    ]);
  });

  it('enclose the AUC that verify gives', () => {
    fc.assert(
      fc.property(drawnPairs, (drawn) => {
        const { distances, similar } = split(drawn);
        const points = rocCurve(distances, similar);
        const auc = verify({ distances, similar, threshold: 0.5, numResamples: 0 }).auc.value;
        if (auc === null) {
          expect(points).toEqual([]);
          return;
        }
        let area = 0;
        for (let i = 1; i < points.length; i++) {
          const width = points[i].falsePositiveRate - points[i - 1].falsePositiveRate;
          area += (width * (points[i].truePositiveRate + points[i - 1].truePositiveRate)) / 2;
        }
        expect(area).toBeCloseTo(auc, 12);
      }),
    );
  });

  it('keep both ends and their shape when thinned', () => {
    const similar = Array.from({ length: 5000 }, (_, i) => i % 2);
    const distances = similar.map((y, i) => ((i * 13) % 5003) / 5003 + (y === 1 ? 0 : 0.3));
    const whole = rocCurve(distances, similar, { maxPoints: 1e6 });
    const thinned = rocCurve(distances, similar, { maxPoints: 50 });
    expect(thinned.length).toBeLessThanOrEqual(50);
    expect(thinned.length).toBeGreaterThan(25);
    expect(thinned[0]).toEqual(whole[0]);
    expect(thinned.at(-1)).toEqual(whole.at(-1));
    for (let i = 1; i < thinned.length; i++) {
      const step =
        thinned[i].falsePositiveRate -
        thinned[i - 1].falsePositiveRate +
        (thinned[i].truePositiveRate - thinned[i - 1].truePositiveRate);
      expect(step).toBeLessThan(0.15);
    }
    expect(precisionRecallCurve(distances, similar, { maxPoints: 50 }).length).toBeLessThanOrEqual(50);
  });

  it('keep the corner where a good curve turns', () => {
    // Similar pairs end where dissimilar ones have just begun: the turn lies within a few hundredths of either axis.
    const similar = Array.from({ length: 20_000 }, (_, i) => i % 2);
    const distances = similar.map((y, i) => ((i * 7919) % 20_011) / 20_011 + (y === 1 ? 0 : 0.95));
    const inCorner = rocCurve(distances, similar).filter(
      (point) => point.falsePositiveRate < 0.1 && point.truePositiveRate > 0.9,
    );
    expect(inCorner.length).toBeGreaterThan(40);
    const atTurn = precisionRecallCurve(distances, similar).filter(
      (point) => point.recall > 0.9 && point.precision > 0.9,
    );
    expect(atTurn.length).toBeGreaterThan(20);
  });

  it('are empty where they have no meaning', () => {
    expect(rocCurve([1, 2], [1, 1])).toEqual([]);
    expect(rocCurve([1, 2], [0, 0])).toEqual([]);
    expect(precisionRecallCurve([1, 2], [0, 0])).toEqual([]);
  });
});
