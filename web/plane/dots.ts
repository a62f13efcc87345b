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
    const mask =
      masks[Math.floor((top - row) * PHASES) * PHASES + Math.floor((left - column) * PHASES)] ?? masks[0];
    const color = colors[i] & 0xff_ffff;
    const alpha = colors[i] >>> 24;
    for (let v = Math.max(0, -row); v < side && row + v < height; v++) {
      const line = (row + v) * width + column;
      for (let u = Math.max(0, -column); u < side && column + u < width; u++) {
        const share = mask[v * side + u];
        if (share === 0) continue;
        const own = Math.round((share * alpha) / 255);
        if (own >= pixels[line + u] >>> 24) pixels[line + u] = ((own << 24) | color) >>> 0;
      }
    }
  }
  context.putImageData(buffer, 0, 0);
}

let known: { readonly radius: number; readonly masks: readonly Uint8Array[] } | undefined;

/** How much of each pixel a dot covers, 0…255, for each part of a pixel that its middle may lie at. */
function masksOf(radius: number, side: number): readonly Uint8Array[] {
  if (known?.radius === radius) return known.masks;
  const masks = Array.from({ length: PHASES * PHASES }, (_, phase) => {
    const middleX = side / 2 + ((phase % PHASES) + 0.5) / PHASES;
    const middleY = side / 2 + (Math.floor(phase / PHASES) + 0.5) / PHASES;
    return Uint8Array.from({ length: side * side }, (_, at) => {
      const distance = Math.hypot((at % side) + 0.5 - middleX, Math.floor(at / side) + 0.5 - middleY);
      return 255 * Math.max(0, Math.min(1, radius - distance + 0.5));
    });
  });
  known = { radius, masks };
  return masks;
}
