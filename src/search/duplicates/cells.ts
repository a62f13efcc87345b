import { mix, type Placement, toPixels } from './align.ts';
import type { Grey } from './pyramid.ts';

/** Cells along an image's longer side. */
const CELLS = 8;
/** Pixels of a side of a cell at least: fewer hold nothing to correlate. */
const MIN_SIDE = 8;
/** Share of a cell's pixels that must lie on both images. */
const MIN_SHARE = 0.25;
/** Grey levels that texture deviates by, in one image or the other; below it a cell holds noise. */
const MIN_DEVIATION = 4;
/** With fewer cells the middle one says nothing. */
const MIN_CELLS = 6;
/** Pixels at the edge that the blur has mixed with what is not there. */
const EDGE = 2;

/**
 * How well two images agree almost everywhere: one is laid on the other, and in each cell of an 8×8 grid their textures
 * are correlated; the result is the median over the cells that hold texture in either. The outline of a dark shirt on a
 * light wall alone does not make it high, and a text across the image does not make it low.
 * @param a texture of the image that is laid, as `createTexture` gives it
 * @returns −1 to 1; undefined where fewer than six cells have texture in them
 */
export function medianOfCells(a: Grey, b: Grey, placement: Placement): number | undefined {
  const side = Math.max(MIN_SIDE, Math.max(a.height, a.width) / CELLS);
  const columns = Math.max(1, Math.round(a.width / side));
  const rows = Math.max(1, Math.round(a.height / side));
  // Of each cell: pixels, and sums of a, b, a², b² and a·b.
  const sums = new Float64Array(6 * columns * rows);
  const m = toPixels(placement, a, b);
  for (let y = EDGE; y < a.height - EDGE; y++) {
    const row = Math.floor((y * rows) / a.height);
    for (let x = EDGE; x < a.width - EDGE; x++) {
      const u = m[0] * x + m[1] * y + m[2];
      const v = m[3] * x + m[4] * y + m[5];
      if (!(u >= EDGE && v >= EDGE && u <= b.width - 1 - EDGE && v <= b.height - 1 - EDGE)) continue;
      const at = 6 * (row * columns + Math.floor((x * columns) / a.width));
      const va = a.data[y * a.width + x];
      const vb = sampleAt(b, u, v);
      sums[at]++;
      sums[at + 1] += va;
      sums[at + 2] += vb;
      sums[at + 3] += va * va;
      sums[at + 4] += vb * vb;
      sums[at + 5] += va * vb;
    }
  }
  const minPixels = (MIN_SHARE * a.height * a.width) / (rows * columns);
  const correlations: number[] = [];
  for (let at = 0; at < sums.length; at += 6) {
    const [count, sumA, sumB, aa, bb, ab] = sums.subarray(at, at + 6);
    if (count < minPixels) continue;
    const varianceA = aa / count - (sumA / count) ** 2;
    const varianceB = bb / count - (sumB / count) ** 2;
    if (Math.max(varianceA, varianceB) < MIN_DEVIATION ** 2) continue;
    const product = Math.max(0, varianceA) * Math.max(0, varianceB);
    const covariance = ab / count - (sumA / count) * (sumB / count);
    correlations.push(product > 0 ? covariance / Math.sqrt(product) : 0);
  }
  if (correlations.length < MIN_CELLS) return undefined;
  correlations.sort((p, q) => p - q);
  return correlations[correlations.length >> 1];
}

function sampleAt({ width, data }: Grey, u: number, v: number): number {
  const [x, y] = [Math.floor(u), Math.floor(v)];
  return mix(data, y * width + x, width, u - x, v - y);
}
