import { type ImageHash, perceptualHash } from '../../data/hash/perceptual.ts';
import type { GreyImage } from '../../data/hash/shrink.ts';

/** A square of an image that stands out from what is around it, so that it is found again in a crop. */
export interface ContentWindow {
  /** Centre and half side, in pixels of the thumbnail. */
  readonly x: number;
  readonly y: number;
  readonly half: number;
  /** pHash of what is inside. */
  readonly hash: ImageHash;
  /** pHash of its mirror image, where it was asked for. */
  readonly mirrored?: ImageHash;
}

/** Half sides of the inner box; each about 1.25 times the one before, so that a crop's new scale falls near one. */
const RADII = [2, 3, 4, 5, 6, 8, 10, 12, 15, 19];
/** The window around a blob of radius r reaches WINDOW·r from its centre. */
const WINDOW = 3.5;
/** Smaller windows hold too little to be told apart by 64 bits. */
const MIN_HALF = 9;
/** Contrast between inside and around, in grey levels: below it a blob is noise. */
const MIN_CONTRAST = 2;
/** More windows find more of what was cut off far; each costs its place in every table. */
const MAX_WINDOWS = 48;
const MIN_WINDOWS = 12;
/** Pixels of the thumbnail for each window: small images hold less. */
const PIXELS_PER_WINDOW = 256;

export interface WindowOptions {
  /** Default: one for every 256 pixels, from 12 to 48. */
  readonly numWindows?: number;
  /** Whether to hash the windows' mirror images as well. Default false. */
  readonly mirrored?: boolean;
}

/**
 * Up to `numWindows` windows of a thumbnail, the most contrasting first. Their places are extremes, over place and size,
 * of the mean of a box minus the mean of the box twice as wide (a difference of boxes, which stands for the Laplacian of
 * Gaussian), so they depend only on what is near them: a crop has the windows that lie inside of it, and a border adds
 * a few.
 * @source Agrawal, Konolige & Blas, CenSurE: Center Surround Extremas, ECCV 2008
 */
export function findWindows(image: GreyImage, options: WindowOptions = {}): ContentWindow[] {
  const { height, width } = image;
  const byArea = Math.round((height * width) / PIXELS_PER_WINDOW);
  const { numWindows = Math.max(MIN_WINDOWS, Math.min(MAX_WINDOWS, byArea)), mirrored = false } = options;
  const sums = integrate(image);
  const layers = RADII.map((radius) => respond(sums, height, width, radius));
  const found: { x: number; y: number; half: number; strength: number }[] = [];
  for (let level = 0; level < RADII.length; level++) {
    const half = Math.round(WINDOW * RADII[level]);
    if (half < MIN_HALF || 2 * half + 1 > Math.min(height, width)) continue;
    const layer = layers[level];
    for (let y = half; y < height - half; y++) {
      for (let x = half; x < width - half; x++) {
        const at = y * width + x;
        const value = layer[at];
        if (Math.abs(value) < MIN_CONTRAST || !isExtreme(layers, level, y, x, width, height, value)) continue;
        found.push({
          x: x + peakBetween(layer[at - 1], value, layer[at + 1]),
          y: y + peakBetween(layer[at - width], value, layer[at + width]),
          half: WINDOW * refineRadius(layers, level, at),
          strength: Math.abs(value),
        });
      }
    }
  }
  found.sort((a, b) => b.strength - a.strength || a.y - b.y || a.x - b.x || a.half - b.half);
  const chosen: ContentWindow[] = [];
  for (const { x, y, half } of found) {
    if (chosen.length === numWindows) break;
    if (
      chosen.some(
        (other) =>
          Math.abs(Math.log(other.half / half)) < 0.1 && Math.hypot(other.x - x, other.y - y) < half / 5,
      )
    )
      continue;
    const inside = cut(sums, width, height, x, y, half);
    const hash = perceptualHash(inside);
    chosen.push({ x, y, half, hash, ...(mirrored && { mirrored: perceptualHash(mirror(inside)) }) });
  }
  return chosen;
}

/** Sums over the rectangle from the top left: float64 `[height + 1, width + 1]`. */
function integrate({ height, width, data }: GreyImage): Float64Array {
  const sums = new Float64Array((height + 1) * (width + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += data[y * width + x];
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
    }
  }
  return sums;
}

/** Mean of the box of half side `radius` minus that of the ring around it up to `2·radius`; 0 where it does not fit. */
function respond(sums: Float64Array, height: number, width: number, radius: number): Float32Array {
  const layer = new Float32Array(height * width);
  const outer = 2 * radius;
  const stride = width + 1;
  const innerArea = (2 * radius + 1) ** 2;
  const ringArea = (2 * outer + 1) ** 2 - innerArea;
  for (let y = outer; y < height - outer; y++) {
    const innerTop = (y - radius) * stride;
    const innerEnd = (y + radius + 1) * stride;
    const outerTop = (y - outer) * stride;
    const outerEnd = (y + outer + 1) * stride;
    for (let x = outer; x < width - outer; x++) {
      const inner =
        sums[innerEnd + x + radius + 1] -
        sums[innerTop + x + radius + 1] -
        sums[innerEnd + x - radius] +
        sums[innerTop + x - radius];
      const whole =
        sums[outerEnd + x + outer + 1] -
        sums[outerTop + x + outer + 1] -
        sums[outerEnd + x - outer] +
        sums[outerTop + x - outer];
      layer[y * width + x] = inner / innerArea - (whole - inner) / ringArea;
    }
  }
  return layer;
}

function isExtreme(
  layers: readonly Float32Array[],
  level: number,
  y: number,
  x: number,
  width: number,
  height: number,
  value: number,
): boolean {
  const sign = Math.sign(value);
  for (let l = Math.max(0, level - 1); l <= Math.min(layers.length - 1, level + 1); l++) {
    const layer = layers[l];
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        if (sign * layer[v * width + u] > sign * value) return false;
      }
    }
  }
  return true;
}

/** The radius between the sizes tried at which a blob stands out most: the peak of a parabola over the sizes' logarithms. */
function refineRadius(layers: readonly Float32Array[], level: number, at: number): number {
  if (level === 0 || level === RADII.length - 1) return RADII[level];
  const [before, here, after] = [RADII[level - 1], RADII[level], RADII[level + 1]].map(Math.log);
  const [x0, x1, x2] = [before - here, 0, after - here];
  const [y0, y1, y2] = [layers[level - 1][at], layers[level][at], layers[level + 1][at]];
  // Both neighbours' slopes against the middle give the parabola a·x² + b·x + y1.
  const [s0, s2] = [(y0 - y1) / x0, (y2 - y1) / x2];
  const a = (s2 - s0) / (x2 - x0);
  if (a === 0) return RADII[level];
  const peak = -(s0 - a * x0) / (2 * a);
  return RADII[level] * Math.exp(Math.max(x0 / 2, Math.min(x2 / 2, peak)) + x1);
}

/** Where between −½ and ½ a parabola through three values in a row has its extreme. */
function peakBetween(before: number, here: number, after: number): number {
  const bend = before - 2 * here + after;
  return bend === 0 ? 0 : Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend)));
}

/** Samples a side of a window's own small image. */
const SIDE = 32;
/** Used again for each window: a set has millions. */
const corners = new Float64Array((SIDE + 1) * (SIDE + 1));

/** The square around a place as 32×32, by means over the area of each new pixel. */
function cut(
  sums: Float64Array,
  width: number,
  height: number,
  x: number,
  y: number,
  half: number,
): GreyImage {
  const data = new Float64Array(SIDE * SIDE);
  const stride = width + 1;
  const step = (2 * half + 1) / SIDE;
  const [left, top] = [x - half, y - half];
  // The sums at the corners of the new pixels, between old pixels by their share.
  for (let v = 0; v <= SIDE; v++) {
    const cy = Math.max(0, Math.min(height, top + v * step));
    const y0 = Math.min(height - 1, Math.floor(cy));
    const fy = cy - y0;
    for (let u = 0; u <= SIDE; u++) {
      const cx = Math.max(0, Math.min(width, left + u * step));
      const x0 = Math.min(width - 1, Math.floor(cx));
      const fx = cx - x0;
      const at = y0 * stride + x0;
      corners[v * (SIDE + 1) + u] =
        (1 - fy) * ((1 - fx) * sums[at] + fx * sums[at + 1]) +
        fy * ((1 - fx) * sums[at + stride] + fx * sums[at + stride + 1]);
    }
  }
  for (let v = 0; v < SIDE; v++) {
    for (let u = 0; u < SIDE; u++) {
      const at = v * (SIDE + 1) + u;
      data[v * SIDE + u] =
        (corners[at + SIDE + 2] - corners[at + SIDE + 1] - corners[at + 1] + corners[at]) / (step * step);
    }
  }
  return { height: SIDE, width: SIDE, data };
}

export function mirror({ height, width, data }: GreyImage): GreyImage {
  const mirrored = Float64Array.from(
    { length: height * width },
    (_, i) => data[i - (i % width) + width - 1 - (i % width)],
  );
  return { height, width, data: mirrored };
}
