import { expect, test } from 'vitest';
import { checkOp } from '../../../test/gradcheck.ts';
import { and, not, or } from './logical.ts';
import { input } from './source.ts';

const column = { shape: [2, 1], values: [0, 1], dtype: 'bool' } as const;
const row = { shape: [2], values: [0, 1], dtype: 'bool' } as const;

test('and, or, not: truth tables', async () => {
  await checkOp({ operands: [column, row], build: and, oracle: () => [0, 0, 0, 1], valuesOnly: true });
  await checkOp({ operands: [column, row], build: or, oracle: () => [0, 1, 1, 1], valuesOnly: true });
  await checkOp({ operands: [row], build: not, oracle: () => [1, 0], valuesOnly: true });
});

test('and: numbers are refused', () => {
  expect(() => not(input('x', 'float32', [2]))).toThrow(expect.objectContaining({ code: 'E_DTYPE' }));
});
