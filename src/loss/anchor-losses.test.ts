import { describe, expect, test } from 'vitest';
import {
  checkBatchLoss,
  checkDegenerate,
  cosineOf,
  euclideanOf,
  LABELS,
  meanOf,
  measureBatch,
  neighboursOf,
} from '../../test/loss-checks.ts';
import { circle } from './circle.ts';
import { liftedStructure } from './lifted-structure.ts';
import { multiSimilarity } from './multi-similarity.ts';
import { normalizedCrossEntropy } from './normalized-cross-entropy.ts';
import { tupletMargin } from './tuplet-margin.ts';

const sumOf = (values: number[], of: (value: number) => number) =>
  values.reduce((sum, value) => sum + of(value), 0);

/** Each anchor's cosines (or distances) to its positives and to its negatives. */
function valuesOf(rows: number[][], labels: number[], closeness: (a: number[], b: number[]) => number) {
  return neighboursOf(labels).map(({ positives, negatives }, i) => ({
    positives: positives.map((j) => closeness(rows[i], rows[j])),
    negatives: negatives.map((j) => closeness(rows[i], rows[j])),
  }));
}

const withBoth = <T extends { positives: unknown[]; negatives: unknown[] }>(anchors: T[]) =>
  anchors.filter(({ positives, negatives }) => positives.length > 0 && negatives.length > 0);

describe('multi-similarity', () => {
  const oracle = (alpha: number, beta: number, base: number) => (rows: number[][], labels: number[]) =>
    meanOf(
      valuesOf(rows, labels, cosineOf).map(
        ({ positives, negatives }) =>
          Math.log(1 + sumOf(positives, (s) => Math.exp(-alpha * (s - base)))) / alpha +
          Math.log(1 + sumOf(negatives, (s) => Math.exp(beta * (s - base)))) / beta,
      ),
    );
  test('over all pairs', () =>
    checkBatchLoss({
      loss: multiSimilarity({ mining: 'all' }).overBatch,
      oracle: oracle(2, 50, 0.5),
      degenerate: true,
    }));
  test('with options of its own', () =>
    checkBatchLoss({
      loss: multiSimilarity({ mining: 'all', alpha: 3, beta: 10, base: 0.2 }).overBatch,
      oracle: oracle(3, 10, 0.2),
    }));

  test('over the pairs that it mines', () =>
    checkBatchLoss({
      degenerate: true,
      loss: multiSimilarity({ beta: 10 }).overBatch,
      oracle: (rows, labels) =>
        meanOf(
          valuesOf(rows, labels, cosineOf).map(({ positives, negatives }) => {
            const keptNegatives = negatives.filter((s) => s + 0.1 > Math.min(...positives));
            const keptPositives = positives.filter((s) => s - 0.1 < Math.max(...negatives));
            return (
              Math.log(1 + sumOf(keptPositives, (s) => Math.exp(-2 * (s - 0.5)))) / 2 +
              Math.log(1 + sumOf(keptNegatives, (s) => Math.exp(10 * (s - 0.5)))) / 10
            );
          }),
        ),
    }));

  test('worked by hand: a right angle between two classes', async () => {
    // Positives at cosine 1, negatives at 0: ½ ln(1 + e^−1) + 1/50 ln(1 + 2 e^−25).
    const points = [
      [1, 0],
      [2, 0],
      [0, 1],
      [0, 3],
    ];
    const { loss } = await measureBatch(multiSimilarity({ mining: 'all' }).overBatch, points, [0, 0, 1, 1]);
    expect(loss).toBeAllClose([Math.log(1 + Math.exp(-1)) / 2 + Math.log1p(2 * Math.exp(-25)) / 50]);
  });
  test('degenerate batches', async () => {
    const results = await checkDegenerate(multiSimilarity().overBatch);
    expect(results['one item'].loss).toBe(0);
    expect(results['one class'].loss).toBe(0);
  });
});

describe('circle', () => {
  // The weights of the pairs are constants to the gradient, so values and gradients have oracles of their own.
  const weightsAt = new Map<string, { pull: number[]; push: number[] }>();
  const oracle = (m: number, scale: number) => (rows: number[][], labels: number[]) =>
    meanOf(
      withBoth(valuesOf(rows, labels, cosineOf)).map(({ positives, negatives }, i) => {
        const key = `${m} ${scale} ${labels} ${i}`;
        const kept = weightsAt.get(key) ?? {
          pull: positives.map((s) => Math.max(1 + m - s, 0)),
          push: negatives.map((s) => Math.max(s + m, 0)),
        };
        weightsAt.set(key, kept);
        const p = positives.map((s, k) => Math.exp(-scale * kept.pull[k] * (s - 1 + m)));
        const n = negatives.map((s, k) => Math.exp(scale * kept.push[k] * (s - m)));
        return Math.log1p(sumOf(p, Number) * sumOf(n, Number));
      }),
    );
  test('the default', () =>
    checkBatchLoss({ loss: circle().overBatch, oracle: oracle(0.4, 80), degenerate: true }));
  test('with options of its own', () =>
    checkBatchLoss({ loss: circle({ margin: 0.25, scale: 10 }).overBatch, oracle: oracle(0.25, 10) }));

  test('worked by hand: opposite classes are done, equal points are not', async () => {
    const apart = await measureBatch(
      circle().overBatch,
      [
        [1, 0],
        [1, 0],
        [-1, 0],
        [-1, 0],
      ],
      [0, 0, 1, 1],
    );
    // α_p = .4, s_p − 1 + m = .4; α_n = 0: ln(1 + e^(−80·.16) · 2).
    expect(apart.loss).toBeAllClose([Math.log1p(2 * Math.exp(-12.8))], { rtol: 1e-3 });
    const results = await checkDegenerate(circle().overBatch);
    // α_p = .4, α_n = 1.4: ln(1 + e^(80 (1.4·.6 − .4·.4)) · 2) on equal points.
    expect(results['equal points'].loss).toBeCloseTo(80 * (0.84 - 0.16) + Math.log(2), 3);
    for (const name of ['one item', 'one class', 'no similar pair']) {
      expect(results[name].loss).toBe(0);
      expect(results[name].gradient.every((value) => value === 0)).toBe(true);
    }
  });
});

describe('lifted structure', () => {
  const oracle = (margin: number) => (rows: number[][], labels: number[]) =>
    meanOf(
      withBoth(valuesOf(rows, labels, euclideanOf)).map(({ positives, negatives }) =>
        Math.max(
          Math.log(sumOf(positives, Math.exp)) + Math.log(sumOf(negatives, (d) => Math.exp(margin - d))),
          0,
        ),
      ),
    );
  test('the default', () =>
    checkBatchLoss({ loss: liftedStructure().overBatch, oracle: oracle(1), degenerate: true }));
  test('a wide margin', () =>
    checkBatchLoss({ loss: liftedStructure({ margin: 2.5 }).overBatch, oracle: oracle(2.5), seed: 3 }));
  const pairwise = (margin: number) => (rows: number[][], labels: number[]) => {
    const anchors = neighboursOf(labels);
    const distance = (i: number, j: number) => euclideanOf(rows[i], rows[j]);
    const nearness = (i: number) => sumOf(anchors[i].negatives, (k) => Math.exp(margin - distance(i, k)));
    return meanOf(
      anchors.flatMap(({ positives }, i) =>
        positives.map((j) => Math.max(distance(i, j) + Math.log(nearness(i) + nearness(j)), 0) ** 2 / 2),
      ),
    );
  };
  test('pair by pair', () =>
    checkBatchLoss({
      loss: liftedStructure({ pairwise: true }).overBatch,
      oracle: pairwise(1),
      degenerate: true,
    }));
  test('pair by pair, with a wide margin', () =>
    checkBatchLoss({
      loss: liftedStructure({ pairwise: true, margin: 2.5 }).overBatch,
      oracle: pairwise(2.5),
      seed: 3,
    }));
  test('pair by pair, a pair on a line and one stranger', async () => {
    // d_ap = 1, negatives at 3 and 2, margin 2: ln(e^−1 + e^0) + 1, squared, halved, from both ends.
    const { loss } = await measureBatch(
      liftedStructure({ margin: 2, pairwise: true }).overBatch,
      [[0], [1], [3]],
      [0, 0, 1],
    );
    expect(loss).toBeAllClose([(1 + Math.log(1 + Math.exp(-1))) ** 2 / 2], { rtol: 1e-4 });
  });
  test('pair by pair, degenerate batches', async () => {
    const results = await checkDegenerate(liftedStructure({ pairwise: true }).overBatch);
    for (const name of ['one item', 'one class', 'no similar pair']) expect(results[name].loss).toBe(0);
  });
  test('worked by hand: one pair and one stranger on a line', async () => {
    // d_ap = 1; negatives at 3 and 2 of the two anchors: max(1 + 1 − 3, 0) = 0, max(1 + 1 − 2, 0) = 0; margin 2 adds 1.
    const { loss } = await measureBatch(
      liftedStructure({ margin: 2.5 }).overBatch,
      [[0], [1], [3]],
      [0, 0, 1],
    );
    expect(loss).toBeAllClose([(0.5 + 1.5) / 2], { rtol: 1e-4 });
  });
  test('degenerate batches', async () => {
    const results = await checkDegenerate(liftedStructure().overBatch);
    for (const name of ['one item', 'one class', 'no similar pair']) expect(results[name].loss).toBe(0);
  });
});

describe('nt-xent', () => {
  const costsOf = (rows: number[][], labels: number[], temperature: number) =>
    valuesOf(rows, labels, cosineOf).map(({ positives, negatives }) =>
      positives.map((s) => Math.log1p(sumOf(negatives, (other) => Math.exp((other - s) / temperature)))),
    );
  test('mean over similar pairs', () =>
    checkBatchLoss({
      degenerate: true,
      loss: normalizedCrossEntropy({ temperature: 0.2 }).overBatch,
      oracle: (rows, labels) => meanOf(costsOf(rows, labels, 0.2).flat()),
    }));
  test('mean over the anchors of each anchor’s mean', () =>
    checkBatchLoss({
      loss: normalizedCrossEntropy({ reducer: 'per-anchor' }).overBatch,
      oracle: (rows, labels) =>
        meanOf(
          costsOf(rows, labels, 0.1)
            .filter((costs) => costs.length > 0)
            .map(meanOf),
        ),
    }));
  test('with two views of each thing it is SimCLR’s', () =>
    checkBatchLoss({
      labels: [0, 1, 2, 0, 1, 2],
      loss: normalizedCrossEntropy({ temperature: 0.5 }).overBatch,
      oracle: (rows) =>
        meanOf(
          rows.map((row, i) => {
            const all = rows.map((other, j) => (i === j ? 0 : Math.exp(cosineOf(row, other) / 0.5)));
            return -Math.log(all[(i + 3) % 6] / sumOf(all, Number));
          }),
        ),
    }));
  test('worked by hand, and degenerate batches', async () => {
    const results = await checkDegenerate(normalizedCrossEntropy().overBatch);
    expect(results['equal points'].loss).toBeCloseTo(Math.log(3), 5);
    for (const name of ['one item', 'one class', 'no similar pair']) expect(results[name].loss).toBe(0);
  });
});

describe('tuplet margin', () => {
  const oracle = (margin: number, scale: number) => (rows: number[][], labels: number[]) =>
    meanOf(
      valuesOf(rows, labels, cosineOf).flatMap(({ positives, negatives }) =>
        positives.map((s) => {
          const target = Math.cos(Math.acos(Math.min(s, 1)) - margin);
          return Math.log1p(sumOf(negatives, (other) => Math.exp(scale * (other - target))));
        }),
      ),
    );
  test('the default', () =>
    checkBatchLoss({ loss: tupletMargin().overBatch, oracle: oracle(0.1, 64), degenerate: true }));
  test('with options of its own', () =>
    checkBatchLoss({
      loss: tupletMargin({ margin: 0.4, scale: 8 }).overBatch,
      oracle: oracle(0.4, 8),
      labels: LABELS,
      seed: 2,
    }));
  test('worked by hand, and degenerate batches', async () => {
    // Positives at 60°, with .1 slack; the nearest negative at 120° from one anchor and 180° from the other.
    const at = (degrees: number) => [
      Math.cos((degrees * Math.PI) / 180),
      Math.sin((degrees * Math.PI) / 180),
    ];
    const points = [at(0), at(60), at(180)];
    const { loss } = await measureBatch(tupletMargin({ scale: 2 }).overBatch, points, [0, 0, 1]);
    const target = 2 * Math.cos(Math.PI / 3 - 0.1);
    const costs = [Math.log1p(Math.exp(-2 - target)), Math.log1p(Math.exp(-1 - target))];
    expect(loss).toBeAllClose([meanOf(costs)]);
    const results = await checkDegenerate(tupletMargin().overBatch);
    for (const name of ['one item', 'one class', 'no similar pair']) expect(results[name].loss).toBe(0);
  });
});

test.each([
  () => multiSimilarity({ alpha: 0 }),
  () => multiSimilarity({ beta: -1 }),
  () => multiSimilarity({ mining: { name: 'multi-similarity', epsilon: 0 } }),
  () => circle({ margin: 1 }),
  () => circle({ scale: Number.NaN }),
  () => liftedStructure({ margin: 0 }),
  () => normalizedCrossEntropy({ temperature: 0 }),
  () => tupletMargin({ margin: 2 }),
  () => tupletMargin({ reducer: 'men' as never }),
])('refuses what is out of range: %s', (create) => {
  expect(create).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
