import { describe, expect, test } from 'vitest';
import {
  checkBatchLoss,
  checkDegenerate,
  cosineOf,
  dotOf,
  LABELS,
  meanOf,
  measureBatch,
  neighboursOf,
} from '../../test/loss-checks.ts';
import { angular } from './angular.ts';
import { fastAp } from './fast-ap.ts';
import { nPairs } from './n-pairs.ts';
import { smoothAp } from './smooth-ap.ts';
import { thresholdConsistentMargin } from './threshold-consistent-margin.ts';
import { triplet } from './triplet.ts';
import { vicReg } from './vicreg.ts';

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const at = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];

describe('n-pairs', () => {
  const oracle =
    (temperature: number, closeness = dotOf) =>
    (rows: number[][], labels: number[]) => {
      const pairs = [...new Set(labels)]
        .map((label) => labels.flatMap((other, i) => (other === label ? [i] : [])))
        .filter((places) => places.length >= 2)
        .map(([anchor, positive]) => [rows[anchor], rows[positive]]);
      return meanOf(
        pairs.map(([anchor, positive]) => {
          const logits = pairs.map(([, other]) => closeness(anchor, other) / temperature);
          return Math.log(sumOf(logits.map(Math.exp))) - closeness(anchor, positive) / temperature;
        }),
      );
    };
  test('on products', () => checkBatchLoss({ loss: nPairs(), oracle: oracle(1), degenerate: true }));
  test('on cosines', () =>
    checkBatchLoss({
      loss: nPairs({ temperature: 0.2, distance: 'cosine' }),
      oracle: oracle(0.2, cosineOf),
    }));
  test('worked by hand, and degenerate batches', async () => {
    // a₁·p₁ = 2, a₁·p₂ = 0; a₂·p₂ = 3, a₂·p₁ = 0; the third image of class 0 and the only one of class 2 are not looked at.
    const points = [
      [1, 0],
      [0, 1],
      [2, 0],
      [0, 3],
      [9, 9],
      [-7, 5],
    ];
    const { loss, gradient } = await measureBatch(nPairs(), points, [0, 1, 0, 1, 0, 2]);
    expect(loss).toBeAllClose([(Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(-3))) / 2]);
    expect(gradient.slice(8)).toEqual([0, 0, 0, 0]);
    const results = await checkDegenerate(nPairs());
    for (const name of ['one item', 'one class', 'no similar pair'])
      expect(results[name].loss).toBeCloseTo(0, 9);
    expect(results['equal points'].loss).toBeCloseTo(Math.log(2), 5);
  });
});

describe('angular', () => {
  const oracle = (degrees: number) => (rows: number[][], labels: number[]) => {
    const tanSquared = Math.tan((degrees * Math.PI) / 180) ** 2;
    return meanOf(
      neighboursOf(labels).flatMap(({ positives, negatives }, a) =>
        positives.map((p) =>
          Math.log1p(
            sumOf(
              negatives.map((n) =>
                Math.exp(
                  4 * tanSquared * (cosineOf(rows[a], rows[n]) + cosineOf(rows[p], rows[n])) -
                    2 * (1 + tanSquared) * cosineOf(rows[a], rows[p]),
                ),
              ),
            ),
          ),
        ),
      ),
    );
  };
  test('the default', () => checkBatchLoss({ loss: angular(), oracle: oracle(40), degenerate: true }));
  test('a wide angle', () => checkBatchLoss({ loss: angular({ angleDegrees: 60 }), oracle: oracle(60) }));
  test('at 45°, worked by hand: a pair at one point and a negative across', async () => {
    // tan² = 1: ln(1 + exp(4·(−1 − 1) − 4·1)).
    const { loss } = await measureBatch(angular({ angleDegrees: 45 }), [at(0), at(0), at(180)], [0, 0, 1]);
    expect(loss).toBeAllClose([Math.log1p(Math.exp(-12))], { rtol: 0.02 });
  });
  test('at the widest angle and the worst batch it is a number', async () => {
    const { loss } = await measureBatch(angular({ angleDegrees: 69.9 }), [at(0), at(180), at(0)], [0, 0, 1]);
    expect(Number.isFinite(loss[0])).toBe(true);
    const results = await checkDegenerate(angular({ angleDegrees: 69.9 }));
    for (const name of ['one item', 'one class', 'no similar pair']) expect(results[name].loss).toBe(0);
  });
});

describe('fast-ap', () => {
  const oracle = (bins: number) => (rows: number[][], labels: number[]) => {
    const width = 4 / bins;
    return meanOf(
      neighboursOf(labels)
        .map(({ positives, negatives }, i) => {
          if (positives.length === 0) return undefined;
          const histogram = (others: number[]) => {
            const counts = new Array(bins + 1).fill(0);
            for (const j of others) {
              const squared = 2 - 2 * cosineOf(rows[i], rows[j]);
              counts.forEach((_, bin) => {
                counts[bin] += Math.max(1 - Math.abs(squared - bin * width) / width, 0);
              });
            }
            return counts;
          };
          const [own, all] = [histogram(positives), histogram([...positives, ...negatives])];
          let [precision, sumOwn, sumAll] = [0, 0, 0];
          for (let bin = 0; bin <= bins; bin++) {
            sumOwn += own[bin];
            sumAll += all[bin];
            if (sumAll > 0) precision += (own[bin] * sumOwn) / sumAll;
          }
          return 1 - precision / positives.length;
        })
        .filter((cost) => cost !== undefined),
    );
  };
  test('the default', () => checkBatchLoss({ loss: fastAp(), oracle: oracle(10), degenerate: true }));
  test('few bins', () => checkBatchLoss({ loss: fastAp({ bins: 3 }), oracle: oracle(3), seed: 4 }));
  test('worked by hand: perfect and worst order', async () => {
    const good = await measureBatch(fastAp(), [at(0), at(0), at(180), at(180)], [0, 0, 1, 1]);
    expect(good.loss).toBeAllClose([0], { atol: 1e-5 });
    // The positive in the last bin with one negative, behind the other: precision 1/3.
    const bad = await measureBatch(fastAp(), [at(0), at(180), at(0), at(180)], [0, 0, 1, 1]);
    expect(bad.loss).toBeAllClose([1 - 1 / 3]);
    const results = await checkDegenerate(fastAp());
    for (const name of ['one item', 'no similar pair']) expect(results[name].loss).toBe(0);
    expect(results['one class'].loss).toBeCloseTo(0, 5);
    // Everything in one bin: as precise as the share of positives.
    expect(results['equal points'].loss).toBeCloseTo(1 - 1 / 3, 5);
  });
});

describe('smooth-ap', () => {
  const oracle = (temperature: number, countsItself: boolean) => (rows: number[][], labels: number[]) => {
    const sigma = (x: number) => 1 / (1 + Math.exp(-x / temperature));
    const precisions = neighboursOf(labels).map(({ positives: others, negatives }, q) => {
      const positives = countsItself ? [q, ...others] : others;
      const s = (i: number) => cosineOf(rows[q], rows[i]);
      const rank = (i: number, among: number[]) =>
        1 + sumOf(among.filter((j) => j !== i).map((j) => sigma(s(j) - s(i))));
      return positives.map((i) => rank(i, positives) / rank(i, [...positives, ...negatives]));
    });
    return meanOf(precisions.filter((own) => own.length > 0).map((own) => 1 - meanOf(own)));
  };
  test('by the equation', () =>
    checkBatchLoss({ loss: smoothAp({ temperature: 0.1 }), oracle: oracle(0.1, false), degenerate: true }));
  test('with the image among its own', () =>
    checkBatchLoss({
      loss: smoothAp({ temperature: 0.2, countsItself: true }),
      oracle: oracle(0.2, true),
      degenerate: true,
      labels: LABELS,
      seed: 5,
    }));
  test('at the default temperature it is average precision', async () => {
    // From 0°: 20° (other), 45° and 60° (own), 85° (other): precisions 1/2 and 2/3. From 45° and from 60° one own comes
    // first and the other one last: 1 and 2/4.
    const points = [at(0), at(20), at(45), at(60), at(85)];
    const { loss } = await measureBatch(smoothAp(), points, [0, 1, 0, 0, 2]);
    expect(loss).toBeAllClose([1 - ((1 / 2 + 2 / 3) / 2 + 3 / 4 + 3 / 4) / 3], { rtol: 5e-3 });
    const results = await checkDegenerate(smoothAp());
    for (const name of ['one item', 'no similar pair']) expect(results[name].loss).toBe(0);
    expect(results['one class'].loss).toBeCloseTo(0, 5);
    await checkDegenerate(smoothAp({ countsItself: true }));
  });
});

describe('vicreg over a batch', () => {
  const oracle =
    ([invariance, variance, covariance, deviation]: number[]) =>
    (rows: number[][], labels: number[]) => {
      const together = meanOf(
        neighboursOf(labels).flatMap(({ positives }, i) =>
          positives.map((j) => sumOf(rows[i].map((value, k) => (value - rows[j][k]) ** 2))),
        ),
      );
      const means = rows[0].map((_, k) => meanOf(rows.map((row) => row[k])));
      const cov = (k: number, l: number) =>
        sumOf(rows.map((row) => (row[k] - means[k]) * (row[l] - means[l]))) / Math.max(1, rows.length - 1);
      let total = invariance * together;
      for (let k = 0; k < means.length; k++) {
        total += (variance * Math.max(deviation - Math.sqrt(cov(k, k) + 1e-4), 0)) / means.length;
        for (let l = 0; l < means.length; l++)
          if (l !== k) total += (covariance * cov(k, l) ** 2) / means.length;
      }
      return total;
    };
  test('the default', () =>
    checkBatchLoss({ loss: vicReg().overBatch, oracle: oracle([25, 25, 1, 1]), degenerate: true }));
  test('with options of its own', () =>
    checkBatchLoss({
      loss: vicReg({ invariance: 1, variance: 3, covariance: 2, deviation: 2 }).overBatch,
      oracle: oracle([1, 3, 2, 2]),
    }));
  test('degenerate batches', async () => {
    const results = await checkDegenerate(vicReg().overBatch);
    // One item: no pair, no spread.
    expect(results['one item'].loss).toBeCloseTo(25 * (1 - 0.01), 3);
  });
});

describe('threshold-consistent margin', () => {
  const oracle = (above: number, below: number) => (rows: number[][], labels: number[]) => {
    const anchors = neighboursOf(labels);
    const together = anchors.flatMap(({ positives }, i) =>
      positives.map((j) => above - cosineOf(rows[i], rows[j])),
    );
    const apart = anchors.flatMap(({ negatives }, i) =>
      negatives.map((j) => cosineOf(rows[i], rows[j]) - below),
    );
    return meanOf(together.filter((cost) => cost > 0)) + 2 * meanOf(apart.filter((cost) => cost > 0));
  };
  test('alone', () =>
    checkBatchLoss({
      loss: thresholdConsistentMargin({ similarAbove: 0.8, dissimilarBelow: 0.1, dissimilarWeight: 2 }),
      oracle: oracle(0.8, 0.1),
      degenerate: true,
    }));
  test('added to another loss, whose diagnostics stay', async () => {
    const points = [at(0), at(60), at(90), at(200)];
    const base = await measureBatch(triplet(), points, [0, 0, 1, 1]);
    const own = await measureBatch(thresholdConsistentMargin(), points, [0, 0, 1, 1]);
    const both = await measureBatch(thresholdConsistentMargin({ base: triplet() }), points, [0, 0, 1, 1]);
    expect(both.loss).toBeAllClose([base.loss[0] + own.loss[0]]);
    expect(both.activeShare).toEqual(base.activeShare);
    expect(both.thresholdPenalty).toBeAllClose(own.loss);
  });
  test('degenerate batches', async () => {
    const results = await checkDegenerate(thresholdConsistentMargin());
    expect(results['one item'].loss).toBe(0);
    expect(results['equal points'].loss).toBeCloseTo(0.5, 5);
  });
});

test.each([
  () => nPairs({ temperature: 0 }),
  () => angular({ angleDegrees: 70 }),
  () => fastAp({ bins: 1 }),
  () => smoothAp({ temperature: -1 }),
  () => vicReg({ covariance: -1 }),
  () => vicReg({ deviation: 0 }),
  () => thresholdConsistentMargin({ similarAbove: 1 }),
])('refuses what is out of range: %s', (create) => {
  expect(create).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
