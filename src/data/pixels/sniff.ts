/** What the first bytes of a file say it is; the name of a file says less. */
export type ImageFormat =
  | 'JPEG'
  | 'PNG'
  | 'GIF'
  | 'WebP'
  | 'TIFF'
  | 'AVIF'
  | 'HEIC'
  | 'BMP'
  | 'Netpbm'
  | 'SVG'
  | 'PDF'
  | 'JPEG XL'
  | 'unknown';

/** The format of an image by its first bytes. */
export function sniffFormat(bytes: Uint8Array): ImageFormat {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  if (head.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (head.startsWith('GIF8')) return 'GIF';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'WebP';
  if (/^(II\*\0|MM\0\*|II\+\0|MM\0\+)/.test(head)) return 'TIFF';
  if (head.slice(4, 8) === 'ftyp') {
    // The box lists the brands that the file keeps to; the first may be a general one.
    return /avi[fs]/.test(String.fromCharCode(...bytes.subarray(8, 48))) ? 'AVIF' : 'HEIC';
  }
  if (head.startsWith('BM')) return 'BMP';
  if (/^P[1-6]\s/.test(head)) return 'Netpbm';
  if (head.startsWith('%PDF')) return 'PDF';
  if (head.startsWith('\xff\x0a') || head.slice(4, 8) === 'JXL ') return 'JPEG XL';
  if (/<svg[\s>]/i.test(new TextDecoder('latin1').decode(bytes.subarray(0, 4096)))) return 'SVG';
  return 'unknown';
}
