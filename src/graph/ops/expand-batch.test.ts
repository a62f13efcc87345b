import { expect, test } from 'vitest';
import { checkOp, nodeRuntime, runOn } from '../../../test/gradcheck.ts';
import { compile } from '../compile.ts';
import { expandBatch } from './expand-batch.ts';
import { input } from './source.ts';

test('a row for each of the batch, which is open until the graph runs', async () => {
  const token = input('token', 'float32', [1, 2]);
  const images = input('images', 'float32', ['N', 3]);
  const { bytes } = compile({ y: expandBatch(token, ['N', 2], images) });
  for (const numImages of [1, 4]) {
    const { y } = await runOn(nodeRuntime, bytes, {
      token: { tensor: token, values: [5, 7] },
      images: { tensor: { ...images, shape: [numImages, 3] }, values: new Array(numImages * 3).fill(0) },
    });
    expect(y).toEqual(Array.from({ length: numImages }, () => [5, 7]).flat());
  }
});

test('with a fixed batch: values and gradients, a new axis among them', () =>
  checkOp({
    operands: [{ shape: [1, 2] }, { shape: [3, 4], constant: true }],
    build: (x, reference) => expandBatch(x, [3, 2, 2], reference),
    oracle: ([a, b]) => Array.from({ length: 6 }, () => [a, b]).flat(),
  }));

test('another open length than that of the reference is refused', () => {
  const [x, reference] = [input('x', 'float32', [1]), input('r', 'float32', ['N', 1])];
  expect(() => expandBatch(x, ['M'], reference)).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
});
