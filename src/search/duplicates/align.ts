import type { Grey, Pyramid } from './pyramid.ts';

/** Where a place `(x, y)` of one image is in another: `(xx·x + xy·y + x0, yx·x + yy·y + y0)`, in shares of each side from 0 to 1. */
export interface Placement {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

/** How well two images lie on each other. */
export interface Alignment {
  readonly placement: Placement;
  /** Share of each image that the other covers. */
  readonly coveredA: number;
  readonly coveredB: number;
  /** Correlation of the brightness where both are, −1 to 1. */
  readonly correlation: number;
  /** The same of what is finer than a twelfth of the image: edges, folds, print. */
  readonly detail: number;
}

/** Whoever reaches it has found the place. */
const GOOD_DETAIL = 0.7;
const ROUNDS = 12;
/** Pixels of an image's edge that do not count. */
const EDGE = 2;
/** A round that moves no corner by more than that many pixels is the last. */
const STILL = 0.02;

/**
 * Lays `a` on `b`, beginning at a guess, by moving, scaling, turning and shearing it until the brightness correlates best
 * where both are; a change of brightness or contrast does not matter.
 * @returns undefined where the images slide off each other, or are deformed as no copy is
 * @source Evangelidis & Psarakis, Parametric Image Alignment Using Enhanced Correlation Coefficient Maximization, PAMI 2008
 */
export function align(a: Pyramid, b: Pyramid, guess: Placement): Alignment | undefined {
  const coarse = follow(a.coarse, b.coarse, guess);
  const fine = coarse && follow(a.fine, b.fine, coarse);
  // A frame or a text can lead the coarse images astray; a good guess is near enough for the fine ones.
  const first = fine && measure(a, b, fine);
  if (first !== undefined && first.detail >= GOOD_DETAIL) return first;
  const direct = follow(a.fine, b.fine, guess);
  const second = direct && measure(a, b, direct);
  return second !== undefined && second.detail > (first?.detail ?? -1) ? second : first;
}

function follow(a: Grey, b: Grey, guess: Placement): Placement | undefined {
  const placement = maximize(a, b, guess);
  return placement !== undefined && isPlausible(placement, a, b) ? placement : undefined;
}

/** @returns undefined where too little is left to compare */
export function measure(a: Pyramid, b: Pyramid, placement: Placement): Alignment | undefined {
  const plain = correlate(a.fine, b.fine, placement);
  if (plain === undefined) return undefined;
  const detail = correlate(a.detail, b.detail, placement);
  const coveredA = plain.share;
  const area = Math.abs(placement.xx * placement.yy - placement.xy * placement.yx);
  return {
    placement,
    coveredA,
    coveredB: Math.min(1, coveredA * area),
    correlation: plain.correlation,
    detail: detail?.correlation ?? 0,
  };
}

/** In pixels of two images of these sizes, where centres of pixels are whole numbers. */
export function toPixels(p: Placement, a: Grey, b: Grey): Float64Array {
  const xx = (p.xx * b.width) / a.width;
  const xy = (p.xy * b.width) / a.height;
  const yx = (p.yx * b.height) / a.width;
  const yy = (p.yy * b.height) / a.height;
  return Float64Array.of(
    xx,
    xy,
    p.x0 * b.width + 0.5 * (xx + xy) - 0.5,
    yx,
    yy,
    p.y0 * b.height + 0.5 * (yx + yy) - 0.5,
  );
}

function fromPixels(m: Float64Array, a: Grey, b: Grey): Placement {
  const [xx, xy, x0, yx, yy, y0] = m;
  return {
    xx: (xx * a.width) / b.width,
    xy: (xy * a.height) / b.width,
    x0: (x0 - 0.5 * (xx + xy) + 0.5) / b.width,
    yx: (yx * a.width) / b.height,
    yy: (yy * a.height) / b.height,
    y0: (y0 - 0.5 * (yx + yy) + 0.5) / b.height,
  };
}

/** Copies are scaled up to 2.5 times, turned by up to 10°, and hardly sheared or pulled to one side. */
function isPlausible(placement: Placement, a: Grey, b: Grey): boolean {
  const [xx, xy, , yx, yy] = toPixels(placement, a, b);
  // The thumbnails have one longest side, so a scale of theirs is at most as far from 1 as the crop makes it.
  const [right, down] = [Math.hypot(xx, yx), Math.hypot(xy, yy)];
  const scale = Math.sqrt(Math.abs(xx * yy - xy * yx));
  return (
    xx > 0 &&
    yy > 0 &&
    scale > 0.4 &&
    scale < 2.5 &&
    Math.max(right / down, down / right) < 1.6 &&
    Math.max(Math.abs(xy), Math.abs(yx)) < 0.18 * scale &&
    Math.abs(xx * xy + yx * yy) < 0.08 * right * down
  );
}

function maximize(a: Grey, b: Grey, guess: Placement): Placement | undefined {
  const m = toPixels(guess, a, b);
  const gradX = new Float64Array(b.data.length);
  const gradY = new Float64Array(b.data.length);
  for (let y = 0; y < b.height; y++) {
    for (let x = 0; x < b.width; x++) {
      const at = y * b.width + x;
      gradX[at] = (b.data[at + (x + 1 < b.width ? 1 : 0)] - b.data[at - (x > 0 ? 1 : 0)]) / 2;
      gradY[at] = (b.data[at + (y + 1 < b.height ? b.width : 0)] - b.data[at - (y > 0 ? b.width : 0)]) / 2;
    }
  }
  const numPixels = a.data.length;
  const columns = scratchOf(8 * numPixels); // six derivatives, warped b, a
  const minPixels = Math.max(36, numPixels / 8);
  for (let round = 0; round < ROUNDS; round++) {
    let count = 0;
    for (let y = 0; y < a.height; y++) {
      for (let x = 0; x < a.width; x++) {
        const u = m[0] * x + m[1] * y + m[2];
        const v = m[3] * x + m[4] * y + m[5];
        if (u < 0 || v < 0 || u > b.width - 1 || v > b.height - 1) continue;
        const u0 = Math.min(b.width - 2, Math.floor(u));
        const v0 = Math.min(b.height - 2, Math.floor(v));
        const [fu, fv] = [u - u0, v - v0];
        const at = v0 * b.width + u0;
        const gx = mix(gradX, at, b.width, fu, fv);
        const gy = mix(gradY, at, b.width, fu, fv);
        const to = 8 * count++;
        columns[to] = gx * x;
        columns[to + 1] = gx * y;
        columns[to + 2] = gx;
        columns[to + 3] = gy * x;
        columns[to + 4] = gy * y;
        columns[to + 5] = gy;
        columns[to + 6] = mix(b.data, at, b.width, fu, fv);
        columns[to + 7] = a.data[y * a.width + x];
      }
    }
    if (count < minPixels) return undefined;
    const step = ascend(columns, count);
    if (step === undefined) return undefined;
    for (let i = 0; i < 6; i++) m[i] += step[i];
    const moved = Math.max(
      Math.abs(step[2]),
      Math.abs(step[5]),
      Math.abs(step[0] * a.width + step[1] * a.height + step[2]),
      Math.abs(step[3] * a.width + step[4] * a.height + step[5]),
    );
    if (moved > a.width) return undefined;
    if (moved < STILL) break;
  }
  return fromPixels(m, a, b);
}

let scratch = new Float64Array(0);

/** One piece of memory for all alignments, of which there are tens of thousands. */
function scratchOf(length: number): Float64Array {
  if (scratch.length < length) scratch = new Float64Array(length);
  return scratch;
}

/** One round: the change of the six numbers; undefined where the images hold nothing to go by. */
function ascend(columns: Float64Array, count: number): Float64Array | undefined {
  let [meanB, meanA] = [0, 0];
  for (let i = 0; i < count; i++) {
    meanB += columns[8 * i + 6];
    meanA += columns[8 * i + 7];
  }
  meanB /= count;
  meanA /= count;
  const hessian = new Float64Array(36);
  const onB = new Float64Array(6);
  const onA = new Float64Array(6);
  let [bb, ab] = [0, 0];
  for (let i = 0; i < count; i++) {
    const at = 8 * i;
    const vb = columns[at + 6] - meanB;
    const va = columns[at + 7] - meanA;
    bb += vb * vb;
    ab += va * vb;
    for (let j = 0; j < 6; j++) {
      const g = columns[at + j];
      onB[j] += g * vb;
      onA[j] += g * va;
      for (let k = j; k < 6; k++) hessian[6 * j + k] += g * columns[at + k];
    }
  }
  for (let j = 0; j < 6; j++) for (let k = 0; k < j; k++) hessian[6 * j + k] = hessian[6 * k + j];
  const solvedB = solve(hessian, onB);
  if (solvedB === undefined) return undefined;
  let [projectedB, projectedA] = [0, 0];
  for (let j = 0; j < 6; j++) {
    projectedB += onB[j] * solvedB[j];
    projectedA += onA[j] * solvedB[j];
  }
  const below = ab - projectedA;
  // Correlation that cannot rise further along the gradient: the plain ratio stands in.
  const lambda = below > 0 ? (bb - projectedB) / below : ab > 0 ? bb / ab : 0;
  if (!(lambda > 0)) return undefined;
  return solve(
    hessian,
    onA.map((value, j) => lambda * value - onB[j]),
  );
}

/** Gaussian elimination with the largest pivot; undefined for a singular system. */
function solve(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
  const n = right.length;
  const m = matrix.slice();
  const x = right.slice();
  const least = 1e-10 * Math.max(...matrix.map(Math.abs));
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++)
      if (Math.abs(m[row * n + column]) > Math.abs(m[pivot * n + column])) pivot = row;
    if (!(Math.abs(m[pivot * n + column]) > least)) return undefined;
    if (pivot !== column) {
      for (let k = 0; k < n; k++)
        [m[column * n + k], m[pivot * n + k]] = [m[pivot * n + k], m[column * n + k]];
      [x[column], x[pivot]] = [x[pivot], x[column]];
    }
    for (let row = column + 1; row < n; row++) {
      const factor = m[row * n + column] / m[column * n + column];
      for (let k = column; k < n; k++) m[row * n + k] -= factor * m[column * n + k];
      x[row] -= factor * x[column];
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let k = row + 1; k < n; k++) x[row] -= m[row * n + k] * x[k];
    x[row] /= m[row * n + row];
  }
  return x;
}

function correlate(
  a: Grey,
  b: Grey,
  placement: Placement,
): { readonly correlation: number; readonly share: number } | undefined {
  const m = toPixels(placement, a, b);
  let [count, sumA, sumB, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  let numCovered = 0;
  for (let y = 0; y < a.height; y++) {
    for (let x = 0; x < a.width; x++) {
      const u = m[0] * x + m[1] * y + m[2];
      const v = m[3] * x + m[4] * y + m[5];
      if (u < -0.5 || v < -0.5 || u > b.width - 0.5 || v > b.height - 0.5) continue;
      numCovered++;
      if (isAtEdge(x, y, a) || isAtEdge(u, v, b)) continue;
      const u0 = Math.max(0, Math.min(b.width - 2, Math.floor(u)));
      const v0 = Math.max(0, Math.min(b.height - 2, Math.floor(v)));
      const vb = mix(
        b.data,
        v0 * b.width + u0,
        b.width,
        Math.max(0, Math.min(1, u - u0)),
        Math.max(0, Math.min(1, v - v0)),
      );
      const va = a.data[y * a.width + x];
      count++;
      sumA += va;
      sumB += vb;
      aa += va * va;
      bb += vb * vb;
      ab += va * vb;
    }
  }
  if (count < 36) return undefined;
  const spreadA = aa - (sumA * sumA) / count;
  const spreadB = bb - (sumB * sumB) / count;
  const both = ab - (sumA * sumB) / count;
  const flat = 1e-6 * count;
  const correlation = spreadA < flat || spreadB < flat ? 0 : both / Math.sqrt(spreadA * spreadB);
  return { correlation, share: numCovered / a.data.length };
}

/** What lies beyond the edge of one image and within the other has been mixed in there by the blur. */
function isAtEdge(x: number, y: number, { height, width }: Grey): boolean {
  return x < EDGE || y < EDGE || x > width - 1 - EDGE || y > height - 1 - EDGE;
}

/** A value between four neighbours, `fu` and `fv` of the way to the right and down. */
export function mix(data: Float64Array, at: number, width: number, fu: number, fv: number): number {
  return (
    (1 - fv) * ((1 - fu) * data[at] + fu * data[at + 1]) +
    fv * ((1 - fu) * data[at + width] + fu * data[at + width + 1])
  );
}
