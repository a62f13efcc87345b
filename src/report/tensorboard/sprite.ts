import sharp from 'sharp';
import { SamesameError } from '../../base/errors.ts';
import type { PixelShape } from '../../data/types.ts';

/** Images that are read a few at a time: photos need not all be in memory. */
export interface ImageSequence {
  readonly numImages: number;
  readonly shape: PixelShape;
  /** Images `first` to before `end`: uint8 `[end − first, H, W, C]`, C 1 or 3, read before the next call. */
  read(first: number, end: number): Promise<Uint8Array>;
}

/** One picture of many images of a size, row by row from the top left. */
export interface Sprite {
  readonly png: Uint8Array;
  /** Size of one image in it, in pixels. */
  readonly tileWidth: number;
  readonly tileHeight: number;
}

export interface SpriteOptions {
  /**
   * Longest side of an image in the sprite, in pixels; larger ones are reduced. Default 64: the projector draws them
   * small, and 2,000 of them stay well below the 8,192 pixels a side that graphics cards take.
   */
  readonly maxSide?: number;
}

/**
 * Lays images out in a square grid, as the embedding projector wants them. Node only.
 * @throws E_DATA_EMPTY without an image, E_SHAPE where `read` gives something else than it was asked for
 */
export async function drawSprite(
  { numImages, shape, read }: ImageSequence,
  { maxSide = 64 }: SpriteOptions = {},
): Promise<Sprite> {
  if (numImages < 1) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: 'drawing a sprite failed: there is no image',
      expected: 'at least one',
    });
  }
  const { height, width, channels } = shape;
  const scale = Math.min(1, maxSide / Math.max(height, width));
  const tileWidth = Math.max(1, Math.round(width * scale));
  const tileHeight = Math.max(1, Math.round(height * scale));
  const columns = Math.ceil(Math.sqrt(numImages));
  const rowBytes = tileHeight * tileWidth * columns * channels;
  // As many rows as columns, the last ones black: the projector takes a square.
  const sheet = new Uint8Array(columns * rowBytes);
  for (let row = 0; row * columns < numImages; row++) {
    const first = row * columns;
    const strip = placeSideBySide(await read(first, Math.min(first + columns, numImages)), shape, columns);
    const reduced = await sharp(strip, { raw: { height, width: width * columns, channels } })
      .resize({ width: tileWidth * columns, height: tileHeight, fit: 'fill' })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer();
    sheet.set(reduced, row * rowBytes);
  }
  const raw = { height: tileHeight * columns, width: tileWidth * columns, channels };
  const png = await sharp(sheet, { raw }).png({ compressionLevel: 9 }).toBuffer();
  return { png, tileWidth, tileHeight };
}

/** uint8 `[H, columns · W, C]` of at most `columns` images. */
function placeSideBySide(
  images: Uint8Array,
  { height, width, channels }: PixelShape,
  columns: number,
): Uint8Array {
  const imageBytes = height * width * channels;
  const numImages = images.length / imageBytes;
  if (!Number.isInteger(numImages) || numImages > columns) {
    throw new SamesameError('E_SHAPE', {
      what: 'drawing a sprite failed: the pixels are not whole images',
      expected: `at most ${columns} times ${height} × ${width} × ${channels} bytes`,
      received: `${images.length} bytes`,
    });
  }
  const strip = new Uint8Array(columns * imageBytes);
  const lineBytes = width * channels;
  for (let i = 0; i < numImages; i++) {
    for (let y = 0; y < height; y++) {
      const from = i * imageBytes + y * lineBytes;
      strip.set(images.subarray(from, from + lineBytes), (y * columns + i) * lineBytes);
    }
  }
  return strip;
}
