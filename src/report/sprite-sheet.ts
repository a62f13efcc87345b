import sharp from 'sharp';
import { SamesameError } from '../base/errors.ts';
import type { PixelShape } from '../data/types.ts';

/** Many small images in one: image `i` is in sheet `i / perSheet`, there at column `i % columns`. */
export interface SpriteSheets {
  /** Data URI of each sheet. */
  readonly uris: readonly string[];
  readonly perSheet: number;
  readonly columns: number;
  /** Size of one image in a sheet. */
  readonly cellWidth: number;
  readonly cellHeight: number;
}

export interface SpriteOptions {
  /** Longest side of one image. Default 64; smaller images stay as they are. */
  readonly maxSide?: number;
  /** Longest side of a sheet. Default 4,096: what every browser decodes, phones included. */
  readonly maxSheetSide?: number;
}

/**
 * Packs images into sheets: one address instead of thousands. Grey sheets are PNG, which is exact and small for drawings;
 * colour ones are WebP. Node only.
 * @param pixels uint8 `[N, height, width, channels]`
 * @throws E_SHAPE where `pixels` is not a whole number of images
 */
export async function createSpriteSheets(
  pixels: Uint8Array,
  shape: PixelShape,
  { maxSide = 64, maxSheetSide = 4096 }: SpriteOptions = {},
): Promise<SpriteSheets> {
  const imageBytes = shape.height * shape.width * shape.channels;
  const numImages = pixels.length / imageBytes;
  if (!Number.isInteger(numImages)) {
    throw new SamesameError('E_SHAPE', {
      what: 'packing images failed: the pixels are not of that shape',
      expected: `a multiple of ${imageBytes} bytes`,
      received: `${pixels.length} bytes`,
    });
  }
  const scale = Math.min(1, maxSide / Math.max(shape.height, shape.width));
  const cellWidth = Math.max(1, Math.round(shape.width * scale));
  const cellHeight = Math.max(1, Math.round(shape.height * scale));
  const maxColumns = Math.max(1, Math.floor(maxSheetSide / cellWidth));
  const maxRows = Math.max(1, Math.floor(maxSheetSide / cellHeight));
  const columns = Math.max(1, Math.min(maxColumns, Math.ceil(Math.sqrt(numImages))));
  const perSheet = columns * Math.min(maxRows, Math.max(1, Math.ceil(numImages / columns)));
  const uris: string[] = [];
  for (let first = 0; first < numImages; first += perSheet) {
    const count = Math.min(perSheet, numImages - first);
    const part = pixels.subarray(first * imageBytes, (first + count) * imageBytes);
    uris.push(
      await drawSheet(await shrink(part, shape, cellWidth, cellHeight), count, columns, {
        width: cellWidth,
        height: cellHeight,
        channels: shape.channels,
      }),
    );
  }
  return { uris, perSheet, columns, cellWidth, cellHeight };
}

/** Images of another size. Stacked they are one tall image; each is resized by itself so that none bleeds into the next. */
async function shrink(
  pixels: Uint8Array,
  { height, width, channels }: PixelShape,
  cellWidth: number,
  cellHeight: number,
): Promise<Uint8Array> {
  if (cellWidth === width && cellHeight === height) return pixels;
  const imageBytes = height * width * channels;
  const images = Array.from({ length: pixels.length / imageBytes }, (_, i) =>
    sharp(pixels.subarray(i * imageBytes, (i + 1) * imageBytes), { raw: { height, width, channels } })
      .resize({ width: cellWidth, height: cellHeight, fit: 'fill' })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer(),
  );
  return Buffer.concat(await Promise.all(images));
}

async function drawSheet(
  cells: Uint8Array,
  count: number,
  columns: number,
  { width, height, channels }: PixelShape,
): Promise<string> {
  const rows = Math.ceil(count / columns);
  const sheet = new Uint8Array(columns * width * rows * height * channels);
  const rowBytes = width * channels;
  for (let i = 0; i < count; i++) {
    const [left, top] = [(i % columns) * rowBytes, Math.floor(i / columns) * height];
    for (let y = 0; y < height; y++) {
      const from = (i * height + y) * rowBytes;
      sheet.set(cells.subarray(from, from + rowBytes), (top + y) * columns * rowBytes + left);
    }
  }
  const image = sharp(sheet, { raw: { width: columns * width, height: rows * height, channels } });
  const [type, bytes] =
    channels === 1
      ? ['png', await image.toColourspace('b-w').png({ compressionLevel: 9 }).toBuffer()]
      : ['webp', await image.webp({ quality: 82 }).toBuffer()];
  return `data:image/${type};base64,${(bytes as Buffer).toString('base64')}`;
}
