import { describe, expect, test } from 'vitest';
import { nodeRuntime } from '../../test/gradcheck.ts';
import { euclideanOf, meanOf } from '../../test/loss-checks.ts';
import { createRandom } from '../base/random.ts';
import { compile } from '../graph/compile.ts';
import { gradients } from '../graph/gradients.ts';
import { input } from '../graph/ops/source.ts';
import { createScope } from '../nn/scope.ts';
import { autoTriplet } from './auto-triplet.ts';
import { circle } from './circle.ts';
import { crossBatchMemory } from './cross-batch-memory.ts';
import { triplet } from './triplet.ts';
import type { BatchLoss } from './types.ts';

/** A loss with its state, step by step, as training runs it. */
async function openSteps(loss: BatchLoss, length: number, size: number, seed = new Map<string, number[]>()) {
  const collected = createScope({ training: true });
  const x = input('x', 'float32', [length, size]);
  const y = input('y', 'int32', [length]);
  const { loss: value, diagnostics } = loss(x, y, { scope: collected.scope });
  const [gradient] = gradients(value, [x]);
  const next = [...collected.updates].map(([{ name }, tensor]) => [`next/${name}`, tensor] as const);
  const graph = compile({ loss: value, gradient, ...diagnostics, ...Object.fromEntries(next) });
  const program = await nodeRuntime.load(graph.bytes, { purpose: 'training' });
  const random = createRandom('state');
  const state = new Map(
    collected.parameters.map(({ name, shape, initializer }) => [
      name,
      { shape, data: Float32Array.from(seed.get(name) ?? initializer(shape, random)) },
    ]),
  );
  return async (rows: number[][], labels: number[]) => {
    const feeds = {
      x: nodeRuntime.tensor('float32', Float32Array.from(rows.flat()), [length, size]),
      y: nodeRuntime.tensor('int32', Int32Array.from(labels), [length]),
      ...Object.fromEntries(
        [...state].map(([name, { shape, data }]) => [name, nodeRuntime.tensor('float32', data, shape)]),
      ),
    };
    const used = Object.entries(feeds).filter(([name]) => name in graph.inputs);
    const results = await program.run(Object.fromEntries(used));
    for (const [name, kept] of state)
      kept.data = Float32Array.from(results[`next/${name}`].data as Float32Array);
    const numbers = Object.entries(results).map(([name, { data }]) => [
      name,
      Array.from(data as Float32Array),
    ]);
    return Object.fromEntries(numbers) as Record<string, number[]>;
  };
}

describe('cross-batch memory', () => {
  // Contrastive, margin 1: mean d² of similar pairs and mean (1 − d)² of dissimilar ones, halved.
  const costOf = (pairs: { d: number; similar: boolean }[]) =>
    (meanOf(pairs.filter(({ similar }) => similar).map(({ d }) => d * d)) +
      meanOf(pairs.filter(({ similar }) => !similar).map(({ d }) => Math.max(1 - d, 0) ** 2))) /
    2;
  const BATCHES: readonly (readonly [number[][], number[]])[] = [
    [
      [
        [0, 0.1],
        [0.5, 0],
      ],
      [0, 1],
    ],
    [
      [
        [0.2, 0.3],
        [0.9, 0.1],
      ],
      [0, 0],
    ],
    [
      [
        [0.4, 0.4],
        [0.6, 0.2],
      ],
      [1, 0],
    ],
  ];

  test('each batch against itself and the newest of those before it', async () => {
    const step = await openSteps(crossBatchMemory({ size: 3, weight: 0.5 }), 2, 2);
    let memory: { row: number[]; label: number }[] = [];
    for (const [rows, labels] of BATCHES) {
      const results = await step(rows, labels);
      const own = costOf([{ d: euclideanOf(rows[0], rows[1]), similar: labels[0] === labels[1] }]);
      const beyond = costOf(
        rows.flatMap((row, i) =>
          memory.map((kept) => ({ d: euclideanOf(row, kept.row), similar: kept.label === labels[i] })),
        ),
      );
      expect(results.loss).toBeAllClose([own + 0.5 * beyond], { rtol: 1e-4, atol: 1e-6 });
      expect(results.memoryFilled).toBeAllClose([memory.length / 3]);
      memory = [...rows.map((row, i) => ({ row, label: labels[i] })), ...memory].slice(0, 3);
    }
  });

  test('what is kept gets no gradient, and a batch larger than the memory fits', async () => {
    const step = await openSteps(crossBatchMemory({ base: circle(), size: 2 }), 3, 2);
    const rows = [
      [1, 0],
      [0.8, 0.6],
      [0, 1],
    ];
    const first = await step(rows, [0, 1, 0]);
    expect(first['next/memory']).toBeAllClose([1, 0, 0.8, 0.6]);
    expect(first['next/memoryLabels']).toEqual([0, 1]);
    const second = await step(rows, [0, 1, 0]);
    expect(second.loss[0]).toBeGreaterThan(first.loss[0]);
    expect(second.gradient.every(Number.isFinite)).toBe(true);
  });
});

describe('auto', () => {
  const rows = [
    [0, 0],
    [0.3, 0],
    [0.4, 0],
    [2, 0],
    [0.35, 0.2],
    [3, 3],
  ];
  const labels = [0, 0, 1, 1, 2, 2];
  const lossAt = async (loss: BatchLoss) => (await (await openSteps(loss, 6, 2))(rows, labels)).loss[0];

  test.each([
    [1, 0],
    [0.8, 0],
    [0.7, 0.25],
    [0.4, 1],
    [0, 1],
  ])('at a share of %d it is %d hard', async (share, hardness) => {
    const step = await openSteps(autoTriplet(), 6, 2, new Map([['runningShare', [share]]]));
    const results = await step(rows, labels);
    const [easy, hard] = [
      await lossAt(triplet({ mining: 'semi-hard' })),
      await lossAt(triplet({ mining: 'batch-hard' })),
    ];
    expect(hard).not.toBeCloseTo(easy, 2);
    expect(results.hardness).toBeAllClose([hardness], { atol: 1e-5 });
    expect(results.loss).toBeAllClose([(1 - hardness) * easy + hardness * hard], { rtol: 1e-4 });
    expect(results['next/runningShare']).toBeAllClose([0.98 * share + 0.02 * results.activeShare[0]]);
  });

  test('starts semi-hard, and gets harder as triplets are done', async () => {
    const step = await openSteps(autoTriplet(), 4, 2);
    const done = [
      [0, 0],
      [0, 0.1],
      [9, 0],
      [9, 0.1],
    ];
    let hardness = (await step(done, [0, 0, 1, 1])).hardness[0];
    expect(hardness).toBe(0);
    for (let i = 0; i < 60; i++)
      ({
        hardness: [hardness],
      } = await step(done, [0, 0, 1, 1]));
    expect(hardness).toBeGreaterThan(0.5);
  });
});

test.each([
  () => crossBatchMemory({ size: 0 }),
  () => crossBatchMemory({ weight: -1 }),
  () => autoTriplet({ margin: 0 }),
  () => autoTriplet()(input('x', 'float32', [4, 2]), input('y', 'int32', [4])),
])('refuses %s', (action) => {
  expect(action).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
