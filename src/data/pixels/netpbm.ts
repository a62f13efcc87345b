import { SamesameError } from '../../base/errors.ts';
import type { PixelShape } from '../types.ts';

/** Pixels of one image at its own size. */
export interface RawImage extends PixelShape {
  /** uint8 `[height, width, channels]`. */
  readonly data: Uint8Array;
}

/**
 * The pixels of a PBM, PGM or PPM file, text (P1–P3) or binary (P4–P6); values are scaled to 0 … 255.
 * @param maxPixels refuse anything larger before its pixels are read.
 * @throws E_IMAGE
 * @source https://netpbm.sourceforge.net/doc/ppm.html
 */
export function parseNetpbm(bytes: Uint8Array, maxPixels: number): RawImage {
  const kind = bytes[1] - 0x30;
  let at = 2;

  function nextNumber(): number {
    for (;;) {
      if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++;
      else if (at < bytes.length && isSpace(bytes[at])) at++;
      else break;
    }
    const start = at;
    let value = 0;
    while (bytes[at] >= 0x30 && bytes[at] <= 0x39) value = value * 10 + bytes[at++] - 0x30;
    if (at === start) throw fault(at < bytes.length ? `byte ${at} is not a number` : 'the file ends early');
    return value;
  }

  const isBitmap = kind === 1 || kind === 4;
  const width = nextNumber();
  const height = nextNumber();
  const largest = isBitmap ? 1 : nextNumber();
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  if (width < 1 || height < 1 || largest < 1 || largest > 65535) throw fault('the header makes no sense');
  if (width * height > maxPixels) throw fault(`${width}×${height} is more than ${maxPixels} pixels`);
  const numValues = width * height * channels;
  const data = new Uint8Array(numValues);

  if (kind <= 3) {
    for (let i = 0; i < numValues; i++) {
      if (!isBitmap) {
        data[i] = scale(nextNumber(), largest);
        continue;
      }
      // Bits of a text bitmap may stand without space between them.
      while (at < bytes.length && isSpace(bytes[at])) at++;
      if (bytes[at] !== 0x30 && bytes[at] !== 0x31) throw fault(`byte ${at} is not a bit`);
      data[i] = bytes[at++] === 0x31 ? 0 : 255;
    }
    return { height, width, channels, data };
  }

  at++;
  const rowBytes = isBitmap ? (width + 7) >> 3 : width * channels * (largest > 255 ? 2 : 1);
  if (bytes.length - at < rowBytes * height) throw fault('the file ends early');
  for (let i = 0; i < numValues; i++) {
    if (isBitmap) {
      const x = i % width;
      const bit = bytes[at + Math.floor(i / width) * rowBytes + (x >> 3)] >> (7 - (x & 7));
      data[i] = bit & 1 ? 0 : 255;
    } else if (largest > 255) data[i] = scale(bytes[at + 2 * i] * 256 + bytes[at + 2 * i + 1], largest);
    else data[i] = scale(bytes[at + i], largest);
  }
  return { height, width, channels, data };
}

function scale(value: number, largest: number): number {
  return Math.min(255, Math.round((value * 255) / largest));
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function fault(problem: string): SamesameError {
  return new SamesameError('E_IMAGE', { what: `reading a Netpbm image failed: ${problem}` });
}
