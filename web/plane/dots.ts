import { channelsOf } from '../../src/report/figures/class-colors.ts';

export interface Dots {
  /** Of each dot's middle, in pixels of the canvas itself. float32 `[N]`. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly colors: Uint32Array;
  /** How many of them there are; what lies behind is not read. */
  readonly count: number;
  /** In pixels of the canvas itself. */
  readonly radius: number;
}

/** Parts of a pixel that a dot's middle is told to, along each side: without them dots would tremble under a slow zoom. */
const PHASES = 4;

/** A `#rrggbb` as one pixel of a canvas. @param alpha 0…1 */
export function pixelOf(color: string, alpha: number): number {
  const [red, green, blue] = channelsOf(color);
  return ((Math.round(alpha * 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * Fills a canvas with dots and nothing else, pixel by pixel: a path for each of 20,000 takes a tenth of a second. Later
 * ones lie over earlier ones; where two meet, the more opaque pixel is seen.
 */
export function paintDots(
  context: CanvasRenderingContext2D,
  { x, y, colors, count, radius }: Dots,
  buffer: ImageData,
): void {
  const { width, height } = buffer;
  const pixels = new Uint32Array(buffer.data.buffer);
  pixels.fill(0);
  const side = 2 * Math.ceil(radius + 1);
  const masks = masksOf(radius, side);
  for (let i = 0; i < count; i++) {
    const left = x[i] - side / 2;
    const top = y[i] - side / 2;
    const column = Math.floor(left);
    const row = Math.floor(top);
    const phase = Math.floor((top - row) * PHASES) * PHASES + Math.floor((left - column) * PHASES);
    const { columns, rows, shares } = masks[phase];
    const color = colors[i] & 0xff_ffff;
    const alpha = colors[i] >>> 24;
    const isInside = column >= 0 && row >= 0 && column + side <= width && row + side <= height;
    for (let m = 0; m < shares.length; m++) {
      const u = column + columns[m];
      const v = row + rows[m];
      if (!isInside && (u < 0 || v < 0 || u >= width || v >= height)) continue;
      const at = v * width + u;
      const own = alpha === 255 ? shares[m] : Math.round((shares[m] * alpha) / 255);
      if (own >= pixels[at] >>> 24) pixels[at] = (own << 24) | color;
    }
  }
  context.putImageData(buffer, 0, 0);
}

/** The pixels that a dot covers, and how much of each, 0…255. */
interface Mask {
  readonly columns: Uint8Array;
  readonly rows: Uint8Array;
  readonly shares: Uint8Array;
}

let known: { readonly radius: number; readonly masks: readonly Mask[] } | undefined;

/** One for each part of a pixel that a dot's middle may lie at. */
function masksOf(radius: number, side: number): readonly Mask[] {
  if (known?.radius === radius) return known.masks;
  const masks = Array.from({ length: PHASES * PHASES }, (_, phase) => {
    const middleX = side / 2 + ((phase % PHASES) + 0.5) / PHASES;
    const middleY = side / 2 + (Math.floor(phase / PHASES) + 0.5) / PHASES;
    const covered: (readonly [column: number, row: number, share: number])[] = [];
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const distance = Math.hypot(column + 0.5 - middleX, row + 0.5 - middleY);
        const share = Math.round(255 * Math.max(0, Math.min(1, radius - distance + 0.5)));
        if (share > 0) covered.push([column, row, share]);
      }
    }
    const part = (of: 0 | 1 | 2) => Uint8Array.from(covered, (each) => each[of]);
    return { columns: part(0), rows: part(1), shares: part(2) };
  });
  known = { radius, masks };
  return masks;
}
