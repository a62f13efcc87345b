import { boxesOf, findBoxes } from './iso-boxes.ts';

/** Height and width in pixels. */
export interface HeaderSize {
  readonly height: number;
  readonly width: number;
}

/**
 * The size that the header of a PNG, GIF, WebP, JPEG or AVIF file tells, before anything is unpacked; undefined for other formats
 * and broken headers.
 */
export function headerSize(bytes: Uint8Array): HeaderSize | undefined {
  if (bytes.length < 30) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  if (head.startsWith('\x89PNG')) return { width: view.getUint32(16), height: view.getUint32(20) };
  if (head.startsWith('GIF8')) return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (head.startsWith('RIFF')) return webpSize(view, head.slice(12, 16));
  if (head.startsWith('\xff\xd8')) return findFrame(bytes);
  if (head.slice(4, 8) === 'ftyp') return largestItem(view);
  return undefined;
}

/**
 * The largest of the images in a file of the HEIF family, which AVIF is: itself, its transparency, tiles of it. Before a
 * turn that the file may ask for.
 * @source ISO/IEC 23008-12, 6.5.3: `ispe` in `meta/iprp/ipco`
 */
function largestItem(view: DataView): HeaderSize | undefined {
  const sizes = findBoxes(boxesOf(view), ['meta', 'iprp', 'ipco', 'ispe'])
    .filter(({ byteLength }) => byteLength >= 12)
    // Behind its version and flags.
    .map((box) => ({ width: box.getUint32(4), height: box.getUint32(8) }));
  const area = ({ height, width }: HeaderSize) => height * width;
  return sizes.reduce<HeaderSize | undefined>(
    (largest, size) => (largest === undefined || area(size) > area(largest) ? size : largest),
    undefined,
  );
}

/** @source RFC 9649, sections 2.5 to 2.7 */
function webpSize(view: DataView, kind: string): HeaderSize | undefined {
  if (kind === 'VP8X') {
    const [low, high] = [view.getUint32(24, true), view.getUint32(26, true)];
    return { width: 1 + (low & 0xffffff), height: 1 + (high >>> 8) };
  }
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  }
  if (kind !== 'VP8 ') return undefined;
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

/** The frame header of a JPEG file. */
export interface JpegFrame extends HeaderSize {
  /** Samples of each component along each axis, brightness first. */
  readonly samplings: readonly { readonly across: number; readonly down: number }[];
}

/** @source ITU-T T.81, B.2.2 */
export function findFrame(bytes: Uint8Array): JpegFrame | undefined {
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    // Frames are C0 … CF but for tables (C4), JPG (C8) and conditions of arithmetic coding (CC).
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const numComponents = bytes[at + 9];
      if (at + 9 + 3 * numComponents >= bytes.length) return undefined;
      return {
        height: bytes[at + 5] * 256 + bytes[at + 6],
        width: bytes[at + 7] * 256 + bytes[at + 8],
        samplings: Array.from({ length: numComponents }, (_, i) => {
          const sampling = bytes[at + 11 + 3 * i];
          return { across: sampling >> 4, down: sampling & 15 };
        }),
      };
    }
    at += 2 + bytes[at + 2] * 256 + bytes[at + 3];
  }
  return undefined;
}
