import { expect } from 'vitest';

interface Tolerance {
  /** Relative tolerance. Default 1e-5: a few float32 roundings. */
  rtol?: number;
  /** Absolute tolerance. Default 1e-7. */
  atol?: number;
}

/** `|received − expected| ≤ atol + rtol·|expected|` for every entry; the failure names the worst index. */
function toBeAllClose(received: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance = {}) {
  const { rtol = 1e-5, atol = 1e-7 } = tolerance;
  if (received.length !== expected.length) {
    return {
      pass: false,
      message: () => `expected ${expected.length} numbers, received ${received.length}`,
    };
  }
  let worst = -1;
  let worstExcess = 0;
  for (let i = 0; i < expected.length; i++) {
    const same = Object.is(received[i], expected[i]) || received[i] === expected[i];
    const excess = same ? 0 : Math.abs(received[i] - expected[i]) / (atol + rtol * Math.abs(expected[i]));
    if (Number.isNaN(excess) || excess > Math.max(1, worstExcess)) {
      worst = i;
      worstExcess = Number.isNaN(excess) ? Number.POSITIVE_INFINITY : excess;
    }
  }
  return {
    pass: worst < 0,
    message: () =>
      worst < 0
        ? 'expected the numbers to differ, but all are close'
        : `worst at index ${worst} of ${expected.length}: received ${received[worst]}, expected ${expected[worst]}, ${worstExcess.toPrecision(3)} times the tolerance (rtol ${rtol}, atol ${atol})`,
  };
}

expect.extend({ toBeAllClose });

declare module 'vitest' {
  interface Matchers<T> {
    toBeAllClose(expected: ArrayLike<number>, tolerance?: Tolerance): T;
  }
}
