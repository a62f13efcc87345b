import { SamesameError } from '../../base/errors.ts';
import type { RawImage } from './netpbm.ts';

const UNCOMPRESSED = 0;
const BIT_FIELDS = 3;

/**
 * The pixels of a Windows bitmap: 1, 4 or 8 bits with a palette, 24 or 32 bits, uncompressed; top-down or bottom-up.
 * The fourth byte of 32 bits is ignored, as most writers leave it 0 and mean opaque.
 * Read here, as libvips in sharp's build lacks BMP, bmp-ts 1.0 loses rows of 4-bit images of odd width and overlooks
 * where the pixels begin, and fast-bmp 4 knows one kind of header.
 * @param maxPixels refuse anything larger before its pixels are read.
 * @throws E_IMAGE
 * @source Microsoft, BITMAPINFOHEADER
 */
export function parseBmp(bytes: Uint8Array, maxPixels: number): RawImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 54) throw fault('the file ends early');
  const start = view.getUint32(10, true);
  const headerBytes = view.getUint32(14, true);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (headerBytes < 40) throw fault('it is of the kind from before Windows 3');
  const isPlain = compression === UNCOMPRESSED || (compression === BIT_FIELDS && bits === 32);
  if (!isPlain || ![1, 4, 8, 24, 32].includes(bits)) {
    throw fault(`it has ${bits} bits and compression ${compression}, which is not read; save it as PNG`);
  }
  if (width < 1 || height < 1) throw fault('the header makes no sense');
  if (width * height > maxPixels) throw fault(`${width}×${height} is more than ${maxPixels} pixels`);
  const rowBytes = ((width * bits + 31) >> 5) << 2;
  if (bytes.length < start + rowBytes * height) throw fault('the file ends early');

  const palette = 14 + headerBytes;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = start + rowBytes * (signedHeight > 0 ? height - 1 - y : y);
    for (let x = 0; x < width; x++) {
      let blue = row + x * (bits >> 3);
      if (bits <= 8) {
        const byte = bytes[row + ((x * bits) >> 3)];
        const index = (byte >> (8 - bits - ((x * bits) & 7))) & ((1 << bits) - 1);
        blue = palette + 4 * index;
      }
      const to = (y * width + x) * 3;
      data[to] = bytes[blue + 2];
      data[to + 1] = bytes[blue + 1];
      data[to + 2] = bytes[blue];
    }
  }
  return { height, width, channels: 3, data };
}

function fault(problem: string): SamesameError {
  return new SamesameError('E_IMAGE', { what: `reading a BMP image failed: ${problem}` });
}
