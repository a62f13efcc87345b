import { test } from 'vitest';
import { checkOp } from '../../../test/gradcheck.ts';
import { reduceSumSquare } from './reduce-sum-square.ts';

test('reduceSumSquare: rows, columns, everything, nothing', async () => {
  const operands = [{ shape: [2, 3], values: [1, 2, 3, 0, 0, -4] }];
  await checkOp({
    operands,
    build: (x) => reduceSumSquare(x, [1]),
    oracle: ([a, b, c, d, e, f]) => [a * a + b * b + c * c, d * d + e * e + f * f],
  });
  await checkOp({
    operands,
    build: (x) => reduceSumSquare(x, [0], { keepDims: true }),
    oracle: ([a, b, c, d, e, f]) => [a * a + d * d, b * b + e * e, c * c + f * f],
  });
  await checkOp({
    operands,
    build: (x) => reduceSumSquare(x),
    oracle: (x) => [x.reduce((sum, value) => sum + value * value, 0)],
  });
  await checkOp({
    operands,
    build: (x) => reduceSumSquare(x, []),
    oracle: (x) => x.map((value) => value * value),
  });
});
