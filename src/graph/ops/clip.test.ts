import { expect, test } from 'vitest';
import { checkOp } from '../../../test/gradcheck.ts';
import { clip } from './clip.ts';
import { input } from './source.ts';

test('clip: below, inside, above', () =>
  checkOp({
    operands: [{ shape: [2, 3], values: [-9, -0.51, -0.49, 0, 1.9, 2.1] }],
    build: (x) => clip(x, -0.5, 2),
    oracle: (x) => x.map((value) => Math.min(Math.max(value, -0.5), 2)),
  }));

test('clip: a range of one point, and no upper bound', async () => {
  await checkOp({
    operands: [{ shape: [3], values: [-1, 0.5, 4] }],
    build: (x) => clip(x, 1, 1),
    oracle: () => [1, 1, 1],
  });
  await checkOp({
    operands: [{ shape: [3], values: [-1, 0.5, 100] }],
    build: (x) => clip(x, 0, Number.POSITIVE_INFINITY),
    oracle: (x) => x.map((value) => Math.max(value, 0)),
  });
});

test('clip: bounds in the wrong order are refused', () => {
  expect(() => clip(input('x', 'float32', [1]), 1, 0)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
