import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { resize } from './resize.ts';
import { input } from './source.ts';

/** Where output pixel `i` looks on an axis of `from` pixels. */
function positionOf(i: number, from: number, to: number): number {
  return ((i + 0.5) * from) / to - 0.5;
}

/** The value at a position between pixels, edges repeated. */
function sample(
  x: Float64Array,
  at: (row: number, column: number) => number,
  row: number,
  column: number,
): number {
  let sum = 0;
  for (const [r, weight] of [
    [Math.floor(row), 1 - (row - Math.floor(row))],
    [Math.floor(row) + 1, row - Math.floor(row)],
  ]) {
    const left = Math.floor(column);
    sum += weight * (x[at(r, left)] * (1 - (column - left)) + x[at(r, left + 1)] * (column - left));
  }
  return sum;
}

test('resize: bilinear from 2 to 4 pixels, by hand', () =>
  checkOp({
    operands: [{ shape: [1, 1, 1, 2], values: [0, 8] }],
    build: (x) => resize(x, [1, 4]),
    oracle: ([a, b]) => [a, 0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b, b],
  }));

test('resize: nearest to twice and to half the size, by hand', async () => {
  await checkOp({
    operands: [{ shape: [1, 1, 2, 2], values: [1, 2, 3, 4] }],
    build: (x) => resize(x, [4, 2], 'nearest'),
    oracle: ([a, b, c, d]) => [a, b, a, b, c, d, c, d],
  });
  await checkOp({
    operands: [{ shape: [1, 1, 1, 4], values: [1, 2, 3, 4] }],
    build: (x) => resize(x, [1, 2], 'nearest'),
    oracle: (x) => [x[1], x[3]],
  });
});

const size = fc.integer({ min: 1, max: 7 });

test('resize: any size to any size', () =>
  fc.assert(
    fc.asyncProperty(
      size,
      size,
      size,
      size,
      fc.boolean(),
      (fromHeight, fromWidth, height, width, isNearest) =>
        checkOp({
          operands: [{ shape: [2, 2, fromHeight, fromWidth] }],
          build: (x) => resize(x, [height, width], isNearest ? 'nearest' : 'bilinear'),
          oracle: (x) => {
            const result: number[] = [];
            for (let image = 0; image < x.length; image += fromHeight * fromWidth) {
              const at = (row: number, column: number) =>
                image +
                Math.min(Math.max(row, 0), fromHeight - 1) * fromWidth +
                Math.min(Math.max(column, 0), fromWidth - 1);
              for (let i = 0; i < height; i++) {
                for (let j = 0; j < width; j++) {
                  const [row, column] = [positionOf(i, fromHeight, height), positionOf(j, fromWidth, width)];
                  const tiny = 1e-9;
                  result.push(
                    isNearest
                      ? x[at(Math.floor(row + 0.5 + tiny), Math.floor(column + 0.5 + tiny))]
                      : sample(x, at, row, column),
                  );
                }
              }
            }
            return result;
          },
        }),
    ),
    { numRuns: 12 },
  ));

test('resize: an open batch', async () => {
  const x = input('x', 'float32', ['N', 1, 1, 2]);
  const { linear, nearest } = await runOnBoth(
    { linear: resize(x, [2, 1]), nearest: resize(x, [1, 4], 'nearest') },
    { x: { tensor: { ...x, shape: [2, 1, 1, 2] }, values: [1, 3, -2, 0] } },
  );
  expect(linear).toBeAllClose([2, 2, -1, -1]);
  expect(nearest).toEqual([1, 1, 3, 3, -2, -2, 0, 0]);
});

test('resize: no image batch is refused', () => {
  expect(() => resize(input('x', 'float32', [2, 2]), [1, 1])).toThrow(
    expect.objectContaining({ code: 'E_SHAPE' }),
  );
});
