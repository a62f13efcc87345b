import type { RawImage } from '../../data/pixels/netpbm.ts';
import { shrinkColumns, shrinkRows } from './box-shrink.ts';
import { lanczosTaps } from './lanczos.ts';

/** Of the factor, at least so much is left to Lanczos' kernel; whole factors above it go to means, which are cheap. */
const GAP = 2;
const HALF = 2048;
const SHIFT = 12;

/** Fewer rows: of `height / shrink`, rounded. @param shrink factor from 1 */
export function reduceRows(image: RawImage, shrink: number): RawImage {
  const plan = planAxis(image.height, shrink);
  const source = plan.box > 1 ? shrinkRows(image, plan.box) : image;
  if (plan.rest === 1) return source;
  const { numPoints, starts, weights } = lanczosTaps(plan.rest, plan.length, plan.extra);
  const { data, width, channels, height } = source;
  const rowSize = width * channels;
  const reduced = new Uint8ClampedArray(plan.length * rowSize);
  const sums = new Int32Array(rowSize);
  for (let y = 0; y < plan.length; y++) {
    sums.fill(HALF);
    for (let i = 0; i < numPoints; i++) {
      const weight = weights[y * numPoints + i];
      if (weight === 0) continue;
      const from = Math.max(0, Math.min(height - 1, starts[y] + i)) * rowSize;
      for (let x = 0; x < rowSize; x++) sums[x] += weight * data[from + x];
    }
    const to = y * rowSize;
    for (let x = 0; x < rowSize; x++) reduced[to + x] = sums[x] >> SHIFT;
  }
  return { data: new Uint8Array(reduced.buffer), height: plan.length, width, channels };
}

/** Fewer columns: of `width / shrink`, rounded. @param shrink factor from 1 */
export function reduceColumns(image: RawImage, shrink: number): RawImage {
  const plan = planAxis(image.width, shrink);
  const source = plan.box > 1 ? shrinkColumns(image, plan.box) : image;
  if (plan.rest === 1) return source;
  const { numPoints, starts, weights } = lanczosTaps(plan.rest, plan.length, plan.extra);
  const { data, width, channels, height } = source;
  const reduced = new Uint8ClampedArray(height * plan.length * channels);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < plan.length; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let i = 0; i < numPoints; i++) {
          const from = Math.max(0, Math.min(width - 1, starts[x] + i));
          sum += weights[x * numPoints + i] * data[(y * width + from) * channels + c];
        }
        reduced[to++] = sum >> SHIFT;
      }
    }
  }
  return { data: new Uint8Array(reduced.buffer), height, width: plan.length, channels };
}

/** How an axis gets shorter: first by a whole factor, then by the rest. */
function planAxis(size: number, shrink: number) {
  const length = Math.max(1, Math.floor(size / shrink + 0.5));
  const box = Math.max(1, Math.floor(size / length / GAP));
  return { length, box, rest: shrink / box, extra: (length * shrink - size) / box };
}
