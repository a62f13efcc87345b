import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkOp } from '../../../test/gradcheck.ts';
import type { Tensor } from '../tensor.ts';
import type { Operand } from './broadcast.ts';
import { equal, greater, greaterOrEqual, less, lessOrEqual, notEqual } from './comparisons.ts';
import { input } from './source.ts';

type Case = [name: string, op: (a: Operand, b: Operand) => Tensor, holds: (a: number, b: number) => boolean];
const cases: Case[] = [
  ['equal', equal, (a, b) => a === b],
  ['notEqual', notEqual, (a, b) => a !== b],
  ['less', less, (a, b) => a < b],
  ['lessOrEqual', lessOrEqual, (a, b) => a <= b],
  ['greater', greater, (a, b) => a > b],
  ['greaterOrEqual', greaterOrEqual, (a, b) => a >= b],
];

test.each(cases)('%s: every pair of small integers, broadcast as a table', (_, op, holds) =>
  fc.assert(
    fc.asyncProperty(fc.constantFrom('float32', 'int32', 'int64'), (dtype) => {
      const values = [-1, 0, 1, 2];
      return checkOp({
        operands: [
          { shape: [4, 1], values, dtype },
          { shape: [4], values, dtype },
        ],
        build: op,
        oracle: (a, b) => [...a].flatMap((x) => [...b].map((y) => Number(holds(x, y)))),
        valuesOnly: true,
      });
    }),
    { numRuns: 3 },
  ),
);

test('a comparison of two types is refused', () => {
  const [a, b] = [input('a', 'float32', [2]), input('b', 'int32', [2])];
  expect(() => less(a, b)).toThrow(expect.objectContaining({ code: 'E_DTYPE' }));
});
