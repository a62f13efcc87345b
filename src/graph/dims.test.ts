import { expect, test } from 'vitest';
import { joinDim, productOfDims, splitDim } from './dims.ts';
import { reshape } from './ops/reshape.ts';
import { input } from './ops/source.ts';

test.each([
  [7, { count: 7, symbol: undefined, outer: 7 }],
  ['batch', { count: 1, symbol: 'batch', outer: 1 }],
  ['12*batch', { count: 12, symbol: 'batch', outer: 12 }],
  ['batch*12', { count: 12, symbol: 'batch', outer: 1 }],
  ['5*batch*2', { count: 10, symbol: 'batch', outer: 5 }],
])('%s comes apart and together again', (dim, parts) => {
  expect(splitDim(dim)).toEqual(parts);
  expect(joinDim(parts)).toBe(dim);
});

test('products: numbers, one open length, none of nothing', () => {
  expect(productOfDims([3, 4])).toBe(12);
  expect(productOfDims([3, 'N', 4])).toBe('12*N');
  expect(productOfDims([])).toBe(1);
  expect(() => productOfDims(['N', 2, 'M'])).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
});

test('reshape counts the multiples of an open length', () => {
  const x = input('x', 'float32', ['N', 12, 5]);
  expect(reshape(x, ['12*N', 5]).shape).toEqual(['12*N', 5]);
  expect(reshape(reshape(x, ['N*12', 5]), ['N', 60]).shape).toEqual(['N', 60]);
  expect(() => reshape(x, ['6*N', 5])).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
});
