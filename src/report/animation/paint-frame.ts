import sharp from 'sharp';
import type { PixelShape } from '../../data/types.ts';
import type { MapPoint } from '../../projection/index.ts';
import { escapeHtml } from '../escape.ts';
import { channelsOf, classColor } from '../figures/class-colors.ts';
import { fitInto, type MapBounds } from '../figures/map-layout.ts';

/** The images of an animation: the same in every frame. */
export interface FrameImages {
  /** uint8 `[N, height, width, channels]`. */
  readonly pixels: Uint8Array;
  readonly shape: PixelShape;
  /** Index into the classes of each image; −1 where there is none. */
  readonly labels: readonly number[];
}

/** Side of a frame in pixels: a README's width, and small enough for a hundred frames. */
export const FRAME_SIDE = 540;
const PADDING = 34;
const TITLE_HEIGHT = 34;
/** Longest side of an image in a frame. */
const MAX_IMAGE_SIDE = 20;
const PAPER = 255;

/** An image ready to be painted: colour and how much of it, a pixel at a time. */
interface Stamp {
  readonly side: readonly [height: number, width: number];
  /** uint8 `[height, width, 4]`. */
  readonly rgba: Uint8Array;
}

/** Prepares images to be painted on white: grey ones as ink in the colour of their class, colour ones framed by it. */
export async function createStamps({ pixels, shape, labels }: FrameImages): Promise<Stamp[]> {
  const { height, width, channels } = shape;
  const imageBytes = height * width * channels;
  const scale = Math.min(1, MAX_IMAGE_SIDE / Math.max(height, width));
  const side = [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))] as const;
  return Promise.all(
    labels.map(async (label, i) => {
      const image = pixels.subarray(i * imageBytes, (i + 1) * imageBytes);
      const small =
        scale === 1
          ? image
          : await sharp(image, { raw: { height, width, channels } })
              .resize({ height: side[0], width: side[1], fit: 'fill' })
              .toColourspace(channels === 1 ? 'b-w' : 'srgb')
              .raw()
              .toBuffer();
      const color = channelsOf(classColor(label));
      return { side, rgba: channels === 1 ? inkOf(small, color) : framed(small, side, color) };
    }),
  );
}

/**
 * One frame: every image at its place, in the axes that all frames share.
 * @param points one an image; those outside of `bounds` are cut off at the edge
 * @returns RGB bytes `[FRAME_SIDE + title, FRAME_SIDE, 3]` as PNG
 */
export async function paintFrame(
  stamps: readonly Stamp[],
  points: readonly MapPoint[],
  bounds: MapBounds,
  title: string,
): Promise<Buffer> {
  const height = FRAME_SIDE + TITLE_HEIGHT;
  const canvas = new Uint8Array(FRAME_SIDE * height * 3).fill(PAPER);
  const place = fitInto(bounds, { width: FRAME_SIDE, height: FRAME_SIDE, padding: PADDING });
  for (const [i, point] of points.entries()) {
    const [x, y] = place(point);
    if (Number.isFinite(x) && Number.isFinite(y)) stamp(canvas, height, stamps[i], x, y + TITLE_HEIGHT);
  }
  return sharp(canvas, { raw: { width: FRAME_SIDE, height, channels: 3 } })
    .composite([{ input: Buffer.from(titleSvg(title)), left: 0, top: 0 }])
    .png({ palette: true, compressionLevel: 9 })
    .toBuffer();
}

function titleSvg(title: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${FRAME_SIDE}" height="${TITLE_HEIGHT}">` +
    `<text x="14" y="24" font-family="ui-sans-serif, system-ui, Helvetica, Arial, sans-serif" font-size="17" font-weight="600" fill="#1d1c1a">${escapeHtml(title)}</text></svg>`
  );
}

/** Steps of ink between none and full: fewer colours make an animation a third smaller, and the eye sees no edge. */
const INK_LEVELS = 4;

/** Ink is what stands out from the paper: white on black as well as black on white. */
function inkOf(grey: Uint8Array, [red, green, blue]: readonly [number, number, number]): Uint8Array {
  const isDarkOnLight = grey.reduce((sum, value) => sum + value, 0) > 127.5 * grey.length;
  const rgba = new Uint8Array(grey.length * 4);
  for (const [i, value] of grey.entries()) {
    const ink = Math.round(((isDarkOnLight ? 255 - value : value) / 255) * INK_LEVELS) / INK_LEVELS;
    rgba.set([red, green, blue, 255 * ink], 4 * i);
  }
  return rgba;
}

function framed(
  rgb: Uint8Array,
  [height, width]: readonly [number, number],
  color: readonly [number, number, number],
): Uint8Array {
  const rgba = new Uint8Array(height * width * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const isEdge = Math.min(x, y, width - 1 - x, height - 1 - y) < 2;
      rgba.set(isEdge ? color : rgb.subarray(3 * i, 3 * i + 3), 4 * i);
      rgba[4 * i + 3] = 255;
    }
  }
  return rgba;
}

/** Paints over what is there, as far as it lies inside. */
function stamp(canvas: Uint8Array, canvasHeight: number, { side, rgba }: Stamp, x: number, y: number): void {
  const [height, width] = side;
  const [left, top] = [Math.round(x - width / 2), Math.round(y - height / 2)];
  for (let row = Math.max(0, TITLE_HEIGHT - top); row < height; row++) {
    const canvasRow = top + row;
    if (canvasRow >= canvasHeight) break;
    for (let column = Math.max(0, -left); column < width && left + column < FRAME_SIDE; column++) {
      const from = 4 * (row * width + column);
      const to = 3 * (canvasRow * FRAME_SIDE + left + column);
      const alpha = rgba[from + 3] / 255;
      for (let c = 0; c < 3; c++) canvas[to + c] += alpha * (rgba[from + c] - canvas[to + c]);
    }
  }
}
