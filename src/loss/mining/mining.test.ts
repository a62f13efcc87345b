import { describe, expect, test } from 'vitest';
import { nodeRuntime, runOn, runOnBoth } from '../../../test/gradcheck.ts';
import {
  checkBatchLoss,
  checkDegenerate,
  cosineOf,
  euclideanOf,
  LABELS,
  meanOf,
  neighboursOf,
} from '../../../test/loss-checks.ts';
import { createRandom } from '../../base/random.ts';
import { compile } from '../../graph/compile.ts';
import { input } from '../../graph/ops/source.ts';
import { contrastive } from '../contrastive.ts';
import { pairMasks } from '../pair-masks.ts';
import { type TripletOptions, triplet } from '../triplet.ts';
import { PAIR_MINING_NAMES, type PairMiningChoice, pairMiningOf } from './pair-mining.ts';
import type { TripletMiningChoice } from './triplet-mining.ts';

/** Whether a pair is kept, from its own distance and those of its anchor's positives and negatives. */
type Keep = (d: number, positives: number[], negatives: number[]) => boolean;
const PAIR_ORACLES: readonly [PairMiningChoice, { positive: Keep; negative: Keep }][] = [
  ['all', { positive: () => true, negative: () => true }],
  [
    'batch-hard',
    { positive: (d, ps) => d === Math.max(...ps), negative: (d, _, ns) => d === Math.min(...ns) },
  ],
  [
    'batch-easy',
    { positive: (d, ps) => d === Math.min(...ps), negative: (d, _, ns) => d === Math.min(...ns) },
  ],
  [
    'easy-semi-hard',
    {
      positive: (d, ps) => d === Math.min(...ps),
      negative: (d, ps, ns) => d === Math.min(...ns.filter((n) => n > Math.min(...ps))),
    },
  ],
  [
    'multi-similarity',
    {
      positive: (d, _, ns) => d > Math.min(...ns) - 0.1,
      negative: (d, ps) => d < Math.max(...ps) + 0.1,
    },
  ],
  [
    { name: 'pair-margin', positive: 1, negative: 1.5 },
    { positive: (d) => d > 1, negative: (d) => d < 1.5 },
  ],
];

describe.each(PAIR_ORACLES)('pairs by %j', (choice, keep) => {
  test.each([LABELS, [1, 1, 1], [0, 1, 2], [4]])(
    'of labels %j: those that the words pick',
    async (...labels) => {
      const random = createRandom('mining');
      const numbers = Float64Array.from({ length: labels.length ** 2 }, () =>
        Math.fround(random.uniform() * 2),
      );
      const distances = input('d', 'float32', [labels.length, labels.length]);
      const y = input('y', 'int32', [labels.length]);
      const { similar, dissimilar } = pairMiningOf(choice)(distances, pairMasks(y));
      const graph = compile({ similar, dissimilar });
      const feeds = { d: { tensor: distances, values: numbers }, y: { tensor: y, values: labels } };
      const used = Object.entries(feeds).filter(([name]) => name in graph.inputs);
      const mined = await runOn(nodeRuntime, graph.bytes, Object.fromEntries(used));
      const expected = { similar: [] as number[], dissimilar: [] as number[] };
      neighboursOf(labels).forEach(({ positives, negatives }, i) => {
        const at = (j: number) => numbers[i * labels.length + j];
        const [ps, ns] = [positives.map(at), negatives.map(at)];
        labels.forEach((_, j) => {
          expected.similar.push(Number(positives.includes(j) && keep.positive(at(j), ps, ns)));
          expected.dissimilar.push(Number(negatives.includes(j) && keep.negative(at(j), ps, ns)));
        });
      });
      expect(mined).toEqual(expected);
    },
  );
});

test('every way of mining pairs was looked at', () => {
  const names = PAIR_ORACLES.map(([choice]) => (typeof choice === 'object' ? choice.name : choice));
  expect(names).toEqual(PAIR_MINING_NAMES);
});

interface TripletAt {
  readonly ap: number;
  readonly an: number;
  readonly pn: number;
  readonly positives: number[];
  readonly negatives: number[];
}

/** The mean over active triplets (or over all) of those that `weigh` picks, distances of the embeddings as they are. */
const tripletOf =
  (
    weigh: (triplet: TripletAt) => number,
    { margin = 0.5, over = 'active' as 'active' | 'all', soft = false } = {},
  ) =>
  (rows: number[][], labels: number[]) => {
    let [sum, weight] = [0, 0];
    neighboursOf(labels).forEach(({ positives, negatives }, a) => {
      const at = (j: number) => euclideanOf(rows[a], rows[j]);
      for (const p of positives)
        for (const n of negatives) {
          const gap = at(p) - at(n);
          const own = weigh({
            ap: at(p),
            an: at(n),
            pn: euclideanOf(rows[p], rows[n]),
            positives: positives.map(at),
            negatives: negatives.map(at),
          });
          const cost = soft ? Math.log1p(Math.exp(gap)) : Math.max(gap + margin, 0);
          sum += own * cost;
          if (over === 'all' || soft || cost > 0) weight += own;
        }
    });
    return weight === 0 ? 0 : sum / weight;
  };

const unit = (row: number[]) => row.map((value) => value / Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)));
const check = (
  mining: TripletMiningChoice,
  oracle: ReturnType<typeof tripletOf>,
  options: TripletOptions = {},
) => checkBatchLoss({ loss: triplet({ mining, ...options }), oracle, seed: 6, size: 5, degenerate: true });

describe('triplets by', () => {
  test.each([
    ['all', (lead: number) => lead <= 0.6],
    ['hard', (lead: number) => lead <= 0],
    ['semi-hard', (lead: number) => lead > 0 && lead <= 0.6],
    ['easy', (lead: number) => lead > 0.6],
  ] as const)('their lead: %s', (kind, keep) =>
    check(
      { name: 'triplet-margin', margin: 0.6, kind },
      tripletOf(({ ap, an }) => Number(keep(an - ap)), { margin: 1.5 }),
      { margin: 1.5 },
    ),
  );

  test.each([15, 35])('their angle, above %d°', (angleDegrees) => {
    const lengthOf = (a: number[], b: number[]) => Math.hypot(...a.map((value, k) => value - b[k]));
    const isWide = (a: number[], p: number[], n: number[]) => {
      const centre = a.map((value, k) => (value + p[k]) / 2);
      return lengthOf(a, p) > 2 * lengthOf(n, centre) * Math.tan((angleDegrees * Math.PI) / 180);
    };
    return check({ name: 'angular', angleDegrees }, (rows, labels) => {
      let [sum, count] = [0, 0];
      const units = rows.map(unit);
      neighboursOf(labels).forEach(({ positives, negatives }, a) => {
        for (const p of positives)
          for (const n of negatives) {
            const cost = Math.max(euclideanOf(rows[a], rows[p]) - euclideanOf(rows[a], rows[n]) + 0.5, 0);
            if (!isWide(units[a], units[p], units[n]) || cost === 0) continue;
            sum += cost;
            count++;
          }
      });
      return count === 0 ? 0 : sum / count;
    });
  });

  test('their easiest positive and hardest negative', () =>
    check(
      'batch-easy',
      tripletOf(({ ap, an, positives, negatives }) =>
        Number(ap === Math.min(...positives) && an === Math.min(...negatives)),
      ),
    ));
  test('the same, soft', () =>
    check(
      'batch-easy',
      tripletOf(
        ({ ap, an, positives, negatives }) =>
          Number(ap === Math.min(...positives) && an === Math.min(...negatives)),
        { soft: true },
      ),
      { soft: true },
    ));
  test('pairs that a rule for pairs picks', () =>
    check(
      { name: 'pair-margin', positive: 1, negative: 3 },
      tripletOf(({ ap, an }) => Number(ap > 1 && an < 3)),
    ));

  test('how rare their distance is', async () => {
    // The weights are constants to the gradient: they are worked out at the first call, on the values themselves.
    const kept = new Map<string, number[][]>();
    const oracle = (soft: boolean) => (rows: number[][], labels: number[]) => {
      const size = rows[0].length;
      const chances =
        kept.get(`${soft} ${labels}`) ??
        neighboursOf(labels).map(({ negatives }, a) => {
          const weights = negatives.map((n) => {
            const d = Math.sqrt(2 - 2 * cosineOf(rows[a], rows[n]));
            if (d >= 1.7) return 0;
            const clamped = Math.max(d, 0.9);
            return 1 / (clamped ** (size - 2) * (1 - clamped ** 2 / 4) ** ((size - 3) / 2));
          });
          const sum = weights.reduce((total, w) => total + w, 0);
          return weights.map((w) => (sum === 0 ? 0 : w / sum));
        });
      kept.set(`${soft} ${labels}`, chances);
      const costs = neighboursOf(labels).flatMap(({ positives, negatives }, a) =>
        positives
          .filter(() => chances[a].some((chance) => chance > 0))
          .map((p) =>
            negatives.reduce((sum, n, k) => {
              const gap = euclideanOf(rows[a], rows[p]) - euclideanOf(rows[a], rows[n]);
              return sum + chances[a][k] * (soft ? Math.log1p(Math.exp(gap)) : Math.max(gap + 0.5, 0));
            }, 0),
          ),
      );
      return meanOf(costs);
    };
    const mining = { name: 'distance-weighted', cutoff: 0.9, farthest: 1.7 } as const;
    await check(mining, oracle(false));
    await check(mining, oracle(true), { soft: true });
  });

  test.each<TripletMiningChoice>([
    'batch-easy',
    'easy-semi-hard',
    'multi-similarity',
    'pair-margin',
    'distance-weighted',
    'angular',
    'triplet-margin',
  ])('%s: numbers on degenerate batches', async (mining) => {
    const results = await checkDegenerate(triplet({ mining }));
    for (const name of ['one item', 'one class', 'no similar pair']) expect(results[name].loss).toBe(0);
  });
});

test('a loss takes another distance, and both ways of counting', () =>
  checkBatchLoss({
    loss: triplet({ distance: 'cosine', mining: 'batch-hard', margin: 0.3 }),
    oracle: (rows, labels) => {
      const costs = neighboursOf(labels).flatMap(({ positives, negatives }, a) => {
        if (positives.length === 0) return [];
        const at = (j: number) => cosineOf(rows[a], rows[j]);
        return [Math.max(Math.max(...negatives.map(at)) - Math.min(...positives.map(at)) + 0.3, 0)];
      });
      return meanOf(costs);
    },
  }));

test('a rule of one’s own is a function', async () => {
  const x = input('x', 'float32', [6, 4]);
  const y = input('y', 'int32', [6]);
  const random = createRandom('own rule');
  const values = Float64Array.from({ length: 24 }, () => random.normal());
  const own = contrastive({ mining: (_, masks) => masks }).overBatch(x, y).loss;
  const plain = contrastive().overBatch(x, y).loss;
  const results = await runOnBoth(
    { own, plain },
    { x: { tensor: x, values }, y: { tensor: y, values: [0, 0, 1, 1, 2, 2] } },
  );
  expect(results.own).toEqual(results.plain);
});

test.each([
  () => pairMiningOf('hard' as never),
  () => pairMiningOf({ name: 'pair-margin', positive: Number.NaN }),
  () => triplet({ mining: { name: 'distance-weighted', cutoff: 0 } }),
  () => triplet({ mining: { name: 'distance-weighted', farthest: 0.4 } }),
  () => triplet({ mining: { name: 'angular', angleDegrees: 90 } }),
  () => triplet({ mining: { name: 'triplet-margin', kind: 'hrad' as never } }),
  () => triplet({ squared: true, distance: 'cosine' }),
])('refuses %s', (create) => {
  expect(create).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
