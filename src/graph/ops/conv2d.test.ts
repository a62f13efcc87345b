import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/gradcheck.ts';
import { conv2d } from './conv2d.ts';
import { input } from './source.ts';

interface Case {
  readonly n: number;
  readonly c: number;
  readonly o: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** The sum of the definition, pixel by pixel. `c` and `o` count channels of one group. */
function oracle({ n, c, o, size, kernel, stride, pads, dilation, groups }: Case) {
  const [rows, columns] = outputSize({ n, c, o, size, kernel, stride, pads, dilation, groups });
  return (x: Float64Array, w: Float64Array, bias?: Float64Array): number[] => {
    const y: number[] = [];
    for (let image = 0; image < n; image++)
      for (let out = 0; out < o * groups; out++)
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < columns; j++) {
            let sum = bias?.[out] ?? 0;
            for (let ch = 0; ch < c; ch++)
              for (let u = 0; u < kernel[0]; u++)
                for (let v = 0; v < kernel[1]; v++) {
                  const r = i * stride[0] + u * dilation[0] - pads[0];
                  const s = j * stride[1] + v * dilation[1] - pads[1];
                  if (r < 0 || s < 0 || r >= size[0] || s >= size[1]) continue;
                  const channel = Math.floor(out / o) * c + ch;
                  sum +=
                    w[((out * c + ch) * kernel[0] + u) * kernel[1] + v] *
                    x[((image * c * groups + channel) * size[0] + r) * size[1] + s];
                }
            y.push(sum);
          }
    return y;
  };
}

function outputSize({ size, kernel, stride, pads, dilation }: Case): [number, number] {
  const along = (i: 0 | 1) =>
    Math.floor((size[i] + pads[i] + pads[i + 2] - (kernel[i] - 1) * dilation[i] - 1) / stride[i]) + 1;
  return [along(0), along(1)];
}

function check(c: Case, withBias = false, seed = 0) {
  return checkOp({
    operands: [
      { shape: [c.n, c.c * c.groups, ...c.size] },
      { shape: [c.o * c.groups, c.c, ...c.kernel] },
      ...(withBias ? [{ shape: [c.o * c.groups] }] : []),
    ],
    build: (x, w, bias) =>
      conv2d(x, w, { bias, stride: c.stride, padding: c.pads, dilation: c.dilation, groups: c.groups }),
    oracle: oracle(c),
    atol: 1e-3,
    seed,
  });
}

const plain: Case = {
  n: 2,
  c: 2,
  o: 3,
  size: [5, 4],
  kernel: [3, 3],
  stride: [1, 1],
  pads: [1, 1, 1, 1],
  dilation: [1, 1],
  groups: 1,
};

test('a 2×2 window on a 3×3 image, worked by hand', () =>
  checkOp({
    operands: [
      { shape: [1, 1, 3, 3], values: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
      { shape: [1, 1, 2, 2], values: [1, 0, 0, -1] },
    ],
    build: (x, w) => conv2d(x, w),
    // 1 − 5, 2 − 6, 4 − 8, 5 − 9; each x and w enters linearly
    oracle: (x, w) =>
      [0, 1, 3, 4].map((i) => x[i] * w[0] + x[i + 1] * w[1] + x[i + 3] * w[2] + x[i + 4] * w[3]),
  }));

describe('values and gradients against the definition', () => {
  test('with bias', () => check(plain, true));
  test('large enough to be turned round', () =>
    check({ ...plain, n: 1, c: 16, o: 1, size: [10, 10], kernel: [1, 2], pads: [0, 0, 0, 1] }));
  test('1×1', () => check({ ...plain, kernel: [1, 1], pads: [0, 0, 0, 0] }));
  test('asymmetric pads and stride 2', () =>
    check({ ...plain, size: [6, 6], stride: [2, 2], pads: [0, 0, 1, 1] }, true));
  test('stride that leaves a row over', () =>
    check({ ...plain, size: [6, 7], stride: [2, 3], pads: [0, 0, 0, 0] }));
  test('dilation', () => check({ ...plain, size: [7, 7], dilation: [2, 2] }));
  test('two groups', () => check({ ...plain, groups: 2 }, true));
  test('depthwise', () => check({ ...plain, c: 1, o: 1, groups: 4 }));
  test('depthwise, stride 2, asymmetric', () =>
    check({ ...plain, c: 1, o: 1, groups: 3, size: [6, 6], stride: [2, 2], pads: [0, 0, 1, 1] }));
  test('depthwise multiplier, dilation', () =>
    check({ ...plain, c: 1, o: 2, groups: 3, size: [7, 6], dilation: [2, 1] }));
  test('pads larger than the window', () => check({ ...plain, kernel: [2, 2], pads: [2, 3, 2, 3] }));

  test('any window that fits', () => {
    const small = (min: number, max: number) => fc.integer({ min, max });
    const pair = (min: number, max: number) => fc.tuple(small(min, max), small(min, max));
    const cases = fc
      .record({
        n: small(1, 2),
        c: small(1, 2),
        o: small(1, 2),
        size: pair(3, 6),
        kernel: pair(1, 3),
        stride: pair(1, 2),
        pads: fc.tuple(small(0, 2), small(0, 2), small(0, 2), small(0, 2)),
        dilation: pair(1, 2),
        groups: small(1, 3),
      })
      .filter((c) => outputSize(c).every((length) => length >= 1));
    return fc.assert(
      fc.asyncProperty(cases, (c) => check(c)),
      { numRuns: 25, seed: 7 },
    );
  });
});

test('what does not fit is refused', () => {
  const x = input('x', 'float32', [1, 3, 8, 8]);
  expect(() => conv2d(x, input('w', 'float32', [4, 2, 3, 3]))).toThrow(/\[O, 3, kH, kW\]/);
  expect(() => conv2d(x, input('w', 'float32', [4, 3, 9, 9]))).toThrow(/does not fit/);
  expect(() => conv2d(x, input('w', 'float32', [4, 3, 3, 3]), { bias: input('b', 'float32', [3]) })).toThrow(
    /\[4\]/,
  );
});
