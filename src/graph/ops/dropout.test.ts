import { expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { createRandom } from '../../base/random.ts';
import { dropout } from './dropout.ts';
import { input } from './source.ts';

test('dropout: a quarter of the range of the bits is dropped, the rest scaled', () =>
  checkOp({
    operands: [
      { shape: [6] },
      // The lowest quarter of int32 ends before −2³⁰.
      {
        shape: [6],
        values: [-(2 ** 31), -(2 ** 30) - 128, -(2 ** 30), 0, -1, 2 ** 31 - 128],
        dtype: 'int32',
      },
    ],
    build: (x, bits) => dropout(x, 0.25, bits),
    oracle: (x) => [0, 0, x[2] / 0.75, x[3] / 0.75, x[4] / 0.75, x[5] / 0.75],
  }));

test('dropout: the share is the rate and the mean stays', async () => {
  const [x, bits] = [input('x', 'float32', [20_000]), input('bits', 'int32', [20_000])];
  const random = createRandom(1);
  const { y } = await runOnBoth(
    { y: dropout(x, 0.4, bits) },
    {
      x: { tensor: x, values: new Float32Array(20_000).fill(1) },
      bits: { tensor: bits, values: Int32Array.from({ length: 20_000 }, () => random.bits()) },
    },
  );
  const numDropped = y.filter((value) => value === 0).length;
  expect(Math.abs(numDropped - 8000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.4 * 0.6));
  expect(Math.max(...y)).toBeCloseTo(1 / 0.6, 5);
});

test('dropout: rate 0 changes nothing; a wrong rate, type or shape is refused', () => {
  const [x, bits] = [input('x', 'float32', [2]), input('bits', 'int32', [2])];
  expect(dropout(x, 0, bits)).toBe(x);
  const code = (expected: string) => expect.objectContaining({ code: expected });
  expect(() => dropout(x, 1, bits)).toThrow(code('E_CONFIG'));
  expect(() => dropout(x, Number.NaN, bits)).toThrow(code('E_CONFIG'));
  expect(() => dropout(x, 0.5, x)).toThrow(code('E_DTYPE'));
  expect(() => dropout(x, 0.5, input('more', 'int32', [3]))).toThrow(code('E_SHAPE'));
});
