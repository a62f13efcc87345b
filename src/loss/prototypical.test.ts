import { describe, expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../test/gradcheck.ts';
import { gradients } from '../graph/gradients.ts';
import { input } from '../graph/ops/source.ts';
import { prototypical } from './prototypical.ts';

/** An episode as the paper's algorithm 1 plays it. */
function lossOf(
  flat: ArrayLike<number>,
  labels: ArrayLike<number>,
  shots: number,
  temperature: number,
): number {
  const size = flat.length / labels.length;
  const rowsOf = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) rowsOf.set(labels[i], [...(rowsOf.get(labels[i]) ?? []), i]);
  const prototypes = new Map<number, number[]>();
  for (const [label, rows] of rowsOf) {
    const support = rows.slice(0, shots);
    const mean = new Array<number>(size).fill(0);
    for (const row of support)
      for (let k = 0; k < size; k++) mean[k] += flat[row * size + k] / support.length;
    prototypes.set(label, mean);
  }
  const costs: number[] = [];
  for (const [label, rows] of rowsOf) {
    for (const row of rows.slice(shots)) {
      const logits = new Map<number, number>();
      for (const [other, mean] of prototypes) {
        let sum = 0;
        for (let k = 0; k < size; k++) sum += (flat[row * size + k] - mean[k]) ** 2;
        logits.set(other, -sum / temperature);
      }
      let all = 0;
      for (const logit of logits.values()) all += Math.exp(logit);
      costs.push(Math.log(all) - logits.get(label)!);
    }
  }
  return costs.reduce((sum, cost) => sum + cost, 0) / (costs.length || 1);
}

function check(labels: readonly number[], shots: number, temperature: number, seed: number) {
  return checkOp({
    valueRtol: 1e-5,
    operands: [{ shape: [labels.length, 3] }, { shape: [labels.length], values: labels, dtype: 'int32' }],
    build: (x, y) => prototypical({ shots, temperature })(x, y).loss,
    oracle: (x, y) => [lossOf(x, y, shots, temperature)],
    seed,
  });
}

async function measure(embeddings: number[][], labels: number[], shots: number) {
  const x = input('x', 'float32', [embeddings.length, embeddings[0].length]);
  const y = input('y', 'int32', [labels.length]);
  const { loss, diagnostics } = prototypical({ shots })(x, y);
  const [gradient] = gradients(loss, [x]);
  return runOnBoth(
    { loss, gradient, ...diagnostics },
    { x: { tensor: x, values: embeddings.flat() }, y: { tensor: y, values: labels } },
  );
}

describe('against an episode played step by step', () => {
  test('one shot, classes mixed in the batch', () => check([4, 7, 4, 2, 7, 7, 2], 1, 1, 0));
  test('two shots', () => check([1, 1, 1, 2, 2, 2, 2], 2, 1, 1));
  test('a temperature', () => check([1, 2, 2, 1, 2], 1, 2.5, 2));
  test('a class without a query still has a prototype', () => check([1, 1, 2], 1, 1, 3));
});

test('worked by hand: prototypes at 0 and 3, queries at 1 and 1', async () => {
  const { loss, activeShare } = await measure([[0], [1], [3], [1]], [1, 1, 2, 2], 1);
  // Query of class 1: distances² 1 and 4; of class 2: 4 to its own, 1 to the other.
  const softplus = (x: number) => Math.log1p(Math.exp(x));
  expect(loss).toBeAllClose([(softplus(-3) + softplus(3)) / 2], { rtol: 1e-5 });
  expect(activeShare).toEqual([0.5]);
});

describe('degenerate batches', () => {
  test.each([
    ['no query', [1, 2, 3], 1],
    ['fewer images than shots', [1, 1, 2], 5],
    ['one class', [1, 1, 1], 1],
  ])('%s', async (_name, labels, shots) => {
    const { loss, gradient } = await measure([[0], [1], [3]], labels, shots);
    expect(loss).toBeAllClose([0], { atol: 1e-6 });
    expect(gradient).toBeAllClose([0, 0, 0], { atol: 1e-6 });
  });

  test('equal points', async () => {
    const { loss, gradient } = await measure(new Array(4).fill([2, 1]), [1, 1, 2, 2], 1);
    expect(loss).toBeAllClose([Math.log(2)], { rtol: 1e-5 });
    expect(gradient).toBeAllClose(new Array(8).fill(0));
  });
});

test.each([{ shots: 0 }, { shots: 1.5 }, { temperature: 0 }])('refuses %j', (options) => {
  expect(() => prototypical(options)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
