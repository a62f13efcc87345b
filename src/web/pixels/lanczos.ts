import { roundToEven } from './round-to-even.ts';

/** Places between two pixels that weights are kept for. */
const NUM_PLACES = 64;
/** Weights are whole numbers of this. */
const ONE = 4096;
const LOBES = 3;

/** Where each pixel of an axis comes from after reducing it, and with which weights. */
export interface Taps {
  /** Weights a pixel. */
  readonly numPoints: number;
  /** int32 `[length]`: first pixel that each comes from; may lie outside, where the outermost pixel is repeated. */
  readonly starts: Int32Array;
  /** int32 `[length · numPoints]`, in 4096ths. */
  readonly weights: Int32Array;
}

/**
 * Taps of Lanczos' kernel of three lobes, stretched by the factor, as libvips places and rounds them: centres of pixels on
 * centres of pixels, 64 places between two pixels, weights cut off to 4096ths.
 * @param shrink factor from 1
 * @param length of the axis afterwards
 * @param extra pixels that `length · shrink` has more than the axis had
 */
export function lanczosTaps(shrink: number, length: number, extra: number): Taps {
  const numPoints = 2 * roundToEven(LOBES * shrink) + 1;
  const offset = (1 + extra) / 2 - 1;
  const kept: (Int32Array | undefined)[] = [];
  const starts = new Int32Array(length);
  const weights = new Int32Array(length * numPoints);
  const before = Math.ceil(numPoints / 2) - 1;
  for (let i = 0; i < length; i++) {
    const place = (i + 0.5) * shrink - 0.5 - offset;
    const whole = Math.trunc(place);
    const between = ((Math.trunc(place * NUM_PLACES * 2) & (NUM_PLACES * 2 - 1)) + 1) >> 1;
    kept[between] ??= weightsAt(between / NUM_PLACES, shrink, numPoints);
    starts[i] = whole - before;
    weights.set(kept[between], i * numPoints);
  }
  return { numPoints, starts, weights };
}

function weightsAt(between: number, shrink: number, numPoints: number): Int32Array {
  const middle = between + numPoints / 2 - 1;
  const exact = Float64Array.from({ length: numPoints }, (_, i) => kernel((i - middle) / shrink));
  const sum = exact.reduce((sum, weight) => sum + weight, 0);
  return Int32Array.from(exact, (weight) => (weight / sum) * ONE);
}

function kernel(x: number): number {
  if (Math.abs(x) > LOBES) return 0;
  return sinc(x) * sinc(x / LOBES);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
