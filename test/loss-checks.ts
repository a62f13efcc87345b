import { expect } from 'vitest';
import { createRandom } from '../src/base/random.ts';
import { compile } from '../src/graph/compile.ts';
import { gradients } from '../src/graph/gradients.ts';
import { input } from '../src/graph/ops/source.ts';
import { sameShape, type Tensor } from '../src/graph/tensor.ts';
import type { BatchLoss, LossContext } from '../src/loss/types.ts';
import type { Scope } from '../src/nn/scope.ts';
import { checkOp, nodeRuntime, runOn, runOnBoth } from './gradcheck.ts';

/** A batch with rare and frequent classes, one of them alone. */
export const LABELS = [5, 1, 5, 8, 1, 5, 8, 3];

/** Rows of a flat array. */
export function rowsOf(flat: ArrayLike<number>, numRows: number): number[][] {
  const size = flat.length / numRows;
  return Array.from({ length: numRows }, (_, i) =>
    Array.from({ length: size }, (_, k) => flat[i * size + k]),
  );
}

export const dotOf = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, k) => sum + value * b[k], 0);

export const cosineOf = (a: readonly number[], b: readonly number[]) =>
  dotOf(a, b) / Math.sqrt(dotOf(a, a) * dotOf(b, b));

export const euclideanOf = (a: readonly number[], b: readonly number[]) =>
  Math.sqrt(
    Math.max(
      a.reduce((sum, value, k) => sum + (value - b[k]) ** 2, 0),
      1e-7,
    ),
  );

export const meanOf = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** For each item, the places of the others with its label and of those with another one. */
export function neighboursOf(labels: ArrayLike<number>): { positives: number[]; negatives: number[] }[] {
  const all = Array.from(labels, (_, i) => i);
  return all.map((i) => ({
    positives: all.filter((j) => j !== i && labels[j] === labels[i]),
    negatives: all.filter((j) => labels[j] !== labels[i]),
  }));
}

/** Parameters that are fed as the operands of a check; a loss that asks for another name or shape fails. */
export function contextOf(parameters: Readonly<Record<string, Tensor>>, numClasses: number): LossContext {
  const scope: Scope = {
    training: true,
    parameter(name, shape) {
      const tensor = parameters[name];
      expect(tensor, `a parameter ${name}`).toBeDefined();
      expect(sameShape(tensor.shape, shape), `${name} ${shape}`).toBe(true);
      return tensor;
    },
    update: () => {},
    randomBits: () => {
      throw new Error('no random bits here');
    },
    within: () => scope,
  };
  return { scope, numClasses };
}

export interface BatchCheck {
  readonly loss: BatchLoss;
  /** The same function, item by item, from rows and labels; then the parameters' rows. */
  readonly oracle: (rows: number[][], labels: number[], ...parameters: (readonly number[][])[]) => number;
  readonly labels?: readonly number[];
  readonly size?: number;
  /** Shapes of the loss's parameters by name: `[rows, columns]`. */
  readonly parameters?: Readonly<Record<string, readonly [number, number]>>;
  readonly numClasses?: number;
  readonly seed?: number;
  /** Hold the batches without pairs of some kind, and equal points, against the oracle too. Default false. */
  readonly degenerate?: boolean;
}

/** Labels of batches that lack something. Those of equal points have only a value: distances have no slope there. */
const LACKING = {
  'one class': [1, 1, 1],
  'no similar pair': [0, 1, 2],
  'one item': [2],
  'equal points': [0, 0, 1, 1],
} as const;

/** Holds a loss over a batch against its oracle: values to 1e-5, gradients to 1e-3. */
export async function checkBatchLoss(check: BatchCheck): Promise<void> {
  const { loss, oracle, labels = LABELS, size = 3, parameters = {}, numClasses = 0, seed } = check;
  if (check.degenerate) await checkLacking(check);
  const names = Object.keys(parameters);
  await checkOp({
    operands: [
      { shape: [labels.length, size] },
      { shape: [labels.length], values: labels, dtype: 'int32' },
      ...names.map((name) => ({ shape: parameters[name] })),
    ],
    build: (x, y, ...tensors) => {
      const fed = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
      return loss(x, y, contextOf(fed, numClasses)).loss;
    },
    oracle: (x, y, ...arrays) => [
      oracle(
        rowsOf(x, labels.length),
        Array.from(y),
        ...arrays.map((array, i) => rowsOf(array, parameters[names[i]][0])),
      ),
    ],
    valueRtol: 1e-5,
    seed,
  });
}

/** The batches of `LACKING` on Node's runtime: values to 1e-5, gradients towards the embeddings to 1e-3. */
async function checkLacking({ loss, oracle, size = 3, parameters = {}, numClasses = 0 }: BatchCheck) {
  const random = createRandom('lacking');
  const draw = (numRows: number, width: number) =>
    Array.from({ length: numRows }, () => Array.from({ length: width }, () => Math.fround(random.normal())));
  for (const [name, given] of Object.entries(LACKING)) {
    const isEqual = name === 'equal points';
    const [first, ...rest] = draw(given.length, size);
    const rows = [first, ...(isEqual ? rest.map(() => [...first]) : rest)];
    const fed = Object.fromEntries(
      Object.entries(parameters).map(([key, [height, width]]) => [key, draw(height, width)]),
    );
    const valueAt = (x: number[][]) => oracle(x, [...given], ...Object.values(fed));
    const measured = await measureBatch(loss, rows, given, fed, numClasses, false);
    expect(measured.loss, name).toBeAllClose([valueAt(rows)], { rtol: 1e-5, atol: 1e-5 });
    expect(measured.gradient.every(Number.isFinite), `${name}: ${measured.gradient}`).toBe(true);
    if (isEqual) continue;
    const slopes = rows.flatMap((row, i) =>
      row.map((value, k) => {
        const moved = (by: number) => valueAt(rows.with(i, row.with(k, value + by)));
        return (moved(1e-5) - moved(-1e-5)) / 2e-5;
      }),
    );
    expect(measured.gradient, `gradient, ${name}`).toBeAllClose(slopes, { rtol: 1e-3, atol: 2e-4 });
  }
}

/** Loss, gradient towards the embeddings, and diagnostics of a batch: on both runtimes, or on Node's alone. */
export async function measureBatch(
  loss: BatchLoss,
  embeddings: readonly (readonly number[])[],
  labels: readonly number[],
  parameters: Readonly<Record<string, readonly (readonly number[])[]>> = {},
  numClasses = 0,
  isOnBoth = true,
): Promise<Record<string, number[]>> {
  const x = input('x', 'float32', [embeddings.length, embeddings[0].length]);
  const y = input('y', 'int32', [labels.length]);
  const tensors = Object.fromEntries(
    Object.entries(parameters).map(([name, rows]) => [
      name,
      input(name, 'float32', [rows.length, rows[0].length]),
    ]),
  );
  const { loss: value, diagnostics } = loss(x, y, contextOf(tensors, numClasses));
  const [gradient] = gradients(value, [x]);
  const feeds = Object.entries(parameters).map(([name, rows]) => [
    name,
    { tensor: tensors[name], values: rows.flat() },
  ]);
  const outputs = { loss: value, gradient, ...diagnostics };
  const fed: Record<string, { tensor: Tensor; values: ArrayLike<number> }> = {
    x: { tensor: x, values: embeddings.flat() },
    y: { tensor: y, values: labels },
    ...Object.fromEntries(feeds),
  };
  if (isOnBoth) return runOnBoth(outputs, fed);
  const graph = compile(outputs);
  const used = Object.entries(fed).filter(([name]) => name in graph.inputs);
  return runOn(nodeRuntime, graph.bytes, Object.fromEntries(used));
}

/** Batches on which means have nothing to go over: each must give finite numbers. */
const DEGENERATE: readonly (readonly [string, number[][], number[]])[] = [
  [
    'one class',
    [
      [0.6, 0.8],
      [0, 1],
      [-1, 0.1],
    ],
    [7, 7, 7],
  ],
  [
    'no similar pair',
    [
      [0.6, 0.8],
      [0, 1],
      [-1, 0.1],
    ],
    [0, 1, 2],
  ],
  ['one item', [[0.6, 0.8]], [1]],
  [
    'equal points',
    [
      [0.6, 0.8],
      [0.6, 0.8],
      [0.6, 0.8],
      [0.6, 0.8],
    ],
    [0, 0, 1, 1],
  ],
  [
    'zeros',
    [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ],
    [0, 0, 1, 1],
  ],
  [
    'opposite points',
    [
      [1, 0],
      [-1, 0],
      [1, 0],
      [-1, 0],
    ],
    [0, 0, 1, 1],
  ],
  [
    'long embeddings',
    [
      [50, 0],
      [0, 50],
      [-50, 0],
      [0, -50],
    ],
    [0, 0, 1, 1],
  ],
];

/** Runs a loss on degenerate batches: nothing may be NaN or infinite. @returns the losses by the batch's name */
export async function checkDegenerate(
  loss: BatchLoss,
  parameters: Readonly<Record<string, readonly (readonly number[])[]>> = {},
  numClasses = 8,
): Promise<Record<string, { loss: number; gradient: number[] }>> {
  const results: Record<string, { loss: number; gradient: number[] }> = {};
  for (const [name, embeddings, labels] of DEGENERATE) {
    const measured = await measureBatch(loss, embeddings, labels, parameters, numClasses, false);
    for (const [output, values] of Object.entries(measured))
      expect(values.every(Number.isFinite), `${name}: ${output} ${values}`).toBe(true);
    results[name] = { loss: measured.loss[0], gradient: measured.gradient };
  }
  return results;
}
