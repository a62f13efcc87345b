import { describe, expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../test/gradcheck.ts';
import { createRandom } from '../base/random.ts';
import { gradients } from '../graph/gradients.ts';
import { input } from '../graph/ops/source.ts';
import { type TripletOptions, triplet } from './triplet.ts';

type Mining = NonNullable<TripletOptions['mining']>;

/** All distances, one sum at a time. */
function distancesOf(flat: ArrayLike<number>, length: number, squared: boolean): number[][] {
  const size = flat.length / length;
  return Array.from({ length }, (_, i) =>
    Array.from({ length }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += (flat[i * size + k] - flat[j * size + k]) ** 2;
      return squared ? Math.max(sum, 1e-7) : Math.sqrt(Math.max(sum, 1e-7));
    }),
  );
}

/** The triplets `[d(a,p), d(a,n)]` that each paper's words pick. */
function tripletsOf(distances: number[][], labels: ArrayLike<number>, mining: Mining): [number, number][] {
  const triplets: [number, number][] = [];
  const all = distances.map((_, i) => i);
  for (const a of all) {
    const positives = all.filter((i) => i !== a && labels[i] === labels[a]).map((i) => distances[a][i]);
    const negatives = all.filter((i) => labels[i] !== labels[a]).map((i) => distances[a][i]);
    if (positives.length === 0 || negatives.length === 0) continue;
    if (mining === 'batch-hard') triplets.push([Math.max(...positives), Math.min(...negatives)]);
    if (mining === 'batch-all') for (const p of positives) for (const n of negatives) triplets.push([p, n]);
    if (mining === 'semi-hard') {
      for (const p of positives) {
        const beyond = negatives.filter((n) => n > p);
        triplets.push([p, beyond.length > 0 ? Math.min(...beyond) : Math.max(...negatives)]);
      }
    }
  }
  return triplets;
}

function tripletOf(
  embeddings: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: TripletOptions,
): number {
  const { margin = 0.5, mining = 'batch-all', soft = false, squared = false } = options;
  const triplets = tripletsOf(distancesOf(embeddings, labels.length, squared), labels, mining);
  const costs = triplets.map(([p, n]) => (soft ? Math.log1p(Math.exp(p - n)) : Math.max(p - n + margin, 0)));
  const counted = mining === 'batch-all' && !soft ? costs.filter((cost) => cost > 0) : costs;
  return counted.reduce((sum, cost) => sum + cost, 0) / (counted.length || 1);
}

function check(labels: readonly number[], options: TripletOptions, size = 3, seed = 0) {
  return checkOp({
    valueRtol: 1e-5,
    operands: [{ shape: [labels.length, size] }, { shape: [labels.length], values: labels, dtype: 'int32' }],
    build: (x, y) => triplet(options)(x, y).loss,
    oracle: (x, y) => [tripletOf(x, y, options)],
    seed,
  });
}

/** Loss, gradient and diagnostics for a batch. */
async function measure(embeddings: number[][], labels: number[], options: TripletOptions) {
  const x = input('x', 'float32', [embeddings.length, embeddings[0].length]);
  const y = input('y', 'int32', [labels.length]);
  const { loss, diagnostics } = triplet(options)(x, y);
  const [gradient] = gradients(loss, [x]);
  return runOnBoth(
    { loss, gradient, ...diagnostics },
    { x: { tensor: x, values: embeddings.flat() }, y: { tensor: y, values: labels } },
  );
}

const labels = [5, 1, 5, 8, 1, 5, 8];
const minings: readonly Mining[] = ['batch-all', 'batch-hard', 'semi-hard'];

describe.each(minings)('%s against the triplets one by one', (mining) => {
  test('a margin that only some reach', () => check(labels, { mining }));
  test('a wide margin', () => check(labels, { mining, margin: 2 }, 3, 1));
  test('soft', () => check(labels, { mining, soft: true }, 3, 2));
  test('squared', () => check(labels, { mining, squared: true, margin: 0.7 }, 2, 3));
  test('soft and squared', () => check(labels, { mining, soft: true, squared: true }, 2, 4));
  test('an anchor without a positive', () => check([1, 1, 2, 3], { mining, margin: 1 }, 3, 5));
  test('two items of two classes', () => check([1, 2], { mining }));
});

// a, p at 0 and 1 similar; negatives at 3 and −.5: d(0,·) = 1 | 3, .5 and d(1,·) = 1 | 2, 1.5
const line = [[0], [1], [3], [-0.5]];
const lineLabels = [1, 1, 2, 3];

describe('two positives and two negatives on a line, margin .75, worked by hand', () => {
  const options = { margin: 0.75 };

  test('batch-all', async () => {
    // Costs: 1−3 → 0; 1−.5+.75 = 1.25; 1−2 → 0; 1−1.5+.75 = .25. Two of four are active.
    const { loss, activeShare, gradient, ...rest } = await measure(line, lineLabels, {
      ...options,
      mining: 'batch-all',
    });
    expect(loss).toBeAllClose([0.75], { rtol: 1e-5 });
    expect(activeShare).toEqual([0.5]);
    // ½·(d01 − d03) + ½·(d01 − d13), and d01 = x1 − x0, d03 = x0 − x3, d13 = x1 − x3
    expect(gradient).toBeAllClose([-1.5, 0.5, 0, 1], { rtol: 1e-4 });
    expect(rest.meanPositiveDistance).toBeAllClose([1]);
    expect(rest.meanNegativeDistance).toBeAllClose([(3 + 0.5 + 2 + 1.5 + 3.5) / 5]);
  });

  test('batch-hard', async () => {
    // 1−.5+.75 and 1−1.5+.75
    const { loss, activeShare } = await measure(line, lineLabels, { ...options, mining: 'batch-hard' });
    expect(loss).toBeAllClose([0.75], { rtol: 1e-5 });
    expect(activeShare).toEqual([1]);
  });

  test('semi-hard', async () => {
    // Nearest beyond 1: 3 → 1−3+.75 → 0, and 1.5 → .25; the mean of both
    const { loss, activeShare, gradient } = await measure(line, lineLabels, {
      ...options,
      mining: 'semi-hard',
    });
    expect(loss).toBeAllClose([0.125], { rtol: 1e-5 });
    expect(activeShare).toEqual([0.5]);
    expect(gradient).toBeAllClose([-0.5, 0, 0, 0.5], { rtol: 1e-4, atol: 1e-6 });
  });

  test('semi-hard with no negative beyond takes the farthest', async () => {
    // Positives 2 apart; negatives 1 and 1.5 from the left, 1 and .5 from the right
    const { loss } = await measure([[0], [2], [1], [1.5]], lineLabels, { ...options, mining: 'semi-hard' });
    expect(loss).toBeAllClose([(2 - 1.5 + 0.75 + (2 - 1 + 0.75)) / 2], { rtol: 1e-5 });
  });
});

describe.each(minings)('degenerate batches, %s', (mining) => {
  const nothing = (values: number[]) => expect(values).toBeAllClose(values.map(() => 0));
  const spreadOut = [
    [0, 0],
    [1, 0.5],
    [0.25, 2],
  ];

  test.each([
    ['one class', spreadOut, [4, 4, 4]],
    ['no similar pair', spreadOut, [1, 2, 3]],
    ['one item', [[1, 2]], [1]],
    [
      'all done: nothing within the margin',
      [
        [0, 0],
        [0.1, 0],
        [9, 9],
      ],
      [1, 1, 2],
    ],
  ])('%s: loss 0, gradient 0', async (_, embeddings, labels) => {
    const { loss, gradient, activeShare } = await measure(embeddings, labels, { mining });
    nothing(loss);
    nothing(gradient);
    nothing(activeShare);
  });

  test.each([
    ['one class', spreadOut, [4, 4, 4]],
    ['no similar pair', spreadOut, [1, 2, 3]],
    ['one item', [[1, 2]], [1]],
  ])('%s, soft: loss 0, gradient 0', async (_, embeddings, labels) => {
    const { loss, gradient } = await measure(embeddings, labels, { mining, soft: true });
    nothing(loss);
    nothing(gradient);
  });

  test('equal points cost the margin and get gradient 0', async () => {
    const point = [0.5, -0.25];
    const results = await measure([point, point, point, point], [1, 1, 2, 2], { mining });
    expect(results.loss).toBeAllClose([0.5], { rtol: 1e-5 });
    nothing(results.gradient);
    expect(results.activeShare).toEqual([1]);
    nothing(results.embeddingSpread);
  });

  test('a NaN is not hidden', async () => {
    const embeddings = [
      [0, 1],
      [2, Number.NaN],
      [1, 3],
      [2, 2],
    ];
    const { loss } = await measure(embeddings, [1, 1, 2, 2], { mining });
    expect(loss).toEqual([Number.NaN]);
  });

  test('ties: negatives at the same distance share the push', async () => {
    const cross = [
      [0, 0],
      [0, 1],
      [1, 0],
      [-1, 0],
    ];
    const { loss, gradient } = await measure(cross, [1, 1, 2, 3], { mining, margin: 0.4 });
    // Anchor 0: 1 − 1 + .4 (semi-hard: none is beyond, so the farthest, also at 1); anchor 1: 1 − √2 + .4 < 0
    const numLooked = mining === 'batch-all' ? 1 : 2;
    expect(loss).toBeAllClose([0.4 / numLooked], { rtol: 1e-4 });
    const push = 1 / (2 * numLooked);
    expect(gradient).toBeAllClose([0, -2 * push, 0, 2 * push, -push, 0, push, 0], { rtol: 1e-3, atol: 1e-5 });
  });
});

describe('a batch of more than one cube', () => {
  // 170³ is past the size of one cube.
  const labels = Array.from({ length: 170 }, (_, i) => i % 9);
  const random = createRandom('cubes');
  const embeddings = labels.map((label) =>
    Array.from({ length: 3 }, () => Math.fround(random.normal() + label / 9)),
  );
  const direction = embeddings.flat().map(() => random.normal());

  test.each(minings.flatMap((mining) => [{ mining }, { mining, soft: true }]))(
    '%o',
    async (options: TripletOptions) => {
      const { loss, gradient } = await measure(embeddings, labels, options);
      const at = (step: number) =>
        tripletOf(
          embeddings.flat().map((value, i) => value + step * direction[i]),
          labels,
          options,
        );
      expect(loss).toBeAllClose([at(0)], { rtol: 1e-4 });
      const slope = gradient.reduce((sum, value, i) => sum + value * direction[i], 0);
      expect([slope]).toBeAllClose([(at(1e-7) - at(-1e-7)) / 2e-7], { rtol: 1e-3 });
    },
  );
});

describe('what does not fit is refused', () => {
  test('a margin with a soft loss', () =>
    expect(() => triplet({ soft: true, margin: 1 })).toThrow(/no margin/));
  test('a margin of 0', () => expect(() => triplet({ margin: 0 })).toThrow(/triplet: margin/));
  test('unknown mining', () =>
    expect(() => triplet({ mining: 'hardest' as 'batch-hard' })).toThrow(/batch-all, batch-hard, semi-hard/));
});
