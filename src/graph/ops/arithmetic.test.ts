import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { gradients } from '../gradients.ts';
import { add } from './add.ts';
import { divide } from './divide.ts';
import { negate } from './negate.ts';
import { reduceSum } from './reduce-sum.ts';
import { relu } from './relu.ts';
import { sign } from './sign.ts';
import { input } from './source.ts';
import { sqrt } from './sqrt.ts';
import { subtract } from './subtract.ts';

test('add: a row and a column broadcast against each other', () =>
  checkOp({
    operands: [
      { shape: [2, 1], values: [1, 2] },
      { shape: [3], values: [10, 20, 30] },
    ],
    build: add,
    oracle: ([a, b], [c, d, e]) => [a + c, a + d, a + e, b + c, b + d, b + e],
  }));

test('subtract: a scalar tensor from a matrix, and a matrix from a number', async () => {
  await checkOp({
    operands: [
      { shape: [2, 2], values: [1, 2, 3, 4] },
      { shape: [], values: [2.5] },
    ],
    build: subtract,
    oracle: (a, [b]) => a.map((x) => x - b),
  });
  await checkOp({
    operands: [{ shape: [3], values: [0, 1, -7] }],
    build: (x) => subtract(1, x),
    oracle: ([a, b, c]) => [1 - a, 1 - b, 1 - c],
  });
});

test('divide: by hand, with a broadcast divisor', () =>
  checkOp({
    operands: [
      { shape: [2, 2], values: [1, -2, 3, 0] },
      { shape: [2], values: [2, -0.5] },
    ],
    build: divide,
    oracle: ([a, b, c, d], [e, f]) => [a / e, b / f, c / e, d / f],
  }));

test('add, subtract, divide: any pair of axes that broadcasts', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom('add', 'subtract', 'divide'),
      fc.array(fc.constantFrom('both', 'left', 'right'), { minLength: 3, maxLength: 3 }),
      (name, broadcast) => {
        const lengths = [2, 3, 4];
        const left = lengths.map((length, i) => (broadcast[i] === 'left' ? 1 : length));
        const right = lengths.map((length, i) => (broadcast[i] === 'right' ? 1 : length));
        const at = (shape: number[], index: number[]) =>
          shape.reduce((offset, length, i) => offset * length + (length === 1 ? 0 : index[i]), 0);
        // Divisors stay away from 0.
        const divisors = Array.from({ length: right.reduce((a, b) => a * b) }, (_, i) => 1.5 + Math.sin(i));
        return checkOp({
          operands: [{ shape: left }, { shape: right, values: divisors }],
          build: { add, subtract, divide }[name],
          oracle: (a, b) =>
            Array.from({ length: 24 }, (_, i) => {
              const index = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
              const [x, y] = [a[at(left, index)], b[at(right, index)]];
              return name === 'add' ? x + y : name === 'subtract' ? x - y : x / y;
            }),
        });
      },
    ),
    { numRuns: 10 },
  ));

test('shapes that do not broadcast, and two types, are refused', () => {
  const [a, b] = [input('a', 'float32', [2, 3]), input('b', 'float32', [2])];
  expect(() => add(a, b)).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
  expect(() => add(a, input('c', 'int32', [3]))).toThrow(expect.objectContaining({ code: 'E_DTYPE' }));
});

test('negate: both signs', () =>
  checkOp({
    operands: [{ shape: [3], values: [-1, 0, 2] }],
    build: negate,
    oracle: ([a, b, c]) => [0 - a, 0 - b, 0 - c],
  }));

test('relu: negative, positive; both value and gradient 0 at 0', async () => {
  await checkOp({
    operands: [{ shape: [2, 2], values: [-1e-3, 1e-3, -5, 7] }],
    build: relu,
    oracle: (x) => x.map((value) => Math.max(value, 0)),
  });
  const x = input('x', 'float32', [1]);
  const [dx] = gradients(reduceSum(relu(x)), [x]);
  expect(await runOnBoth({ y: relu(x), dx }, { x: { tensor: x, values: [0] } })).toEqual({ y: [0], dx: [0] });
});

test('sign: −1, 0, 1', () =>
  checkOp({
    operands: [{ shape: [4], values: [-0.1, 0, 3, -1e30] }],
    build: sign,
    oracle: () => [-1, 0, 1, -1],
    valuesOnly: true,
  }));

test('sqrt: squares, and small numbers', () =>
  checkOp({
    operands: [{ shape: [4], values: [4, 9, 0.01, 1e4] }],
    build: sqrt,
    oracle: (x) => x.map((value) => value ** 0.5),
  }));
