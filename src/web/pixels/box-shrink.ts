import type { RawImage } from '../../data/pixels/netpbm.ts';

/** Means of `factor` rows at a time, rounded; where the last rows are too few, the last one is repeated. */
export function shrinkRows({ data, height, width, channels }: RawImage, factor: number): RawImage {
  const rowSize = width * channels;
  const rows = Math.ceil(height / factor);
  const shrunk = new Uint8Array(rows * rowSize);
  const sums = new Uint32Array(rowSize);
  const half = factor >> 1;
  const share = shareOf(factor);
  for (let y = 0; y < rows; y++) {
    sums.fill(half);
    for (let i = 0; i < factor; i++) {
      const from = Math.min(y * factor + i, height - 1) * rowSize;
      for (let x = 0; x < rowSize; x++) sums[x] += data[from + x];
    }
    const to = y * rowSize;
    for (let x = 0; x < rowSize; x++) shrunk[to + x] = (sums[x] * share) >>> 24;
  }
  return { data: shrunk, height: rows, width, channels };
}

/** As `shrinkRows`, with columns. */
export function shrinkColumns({ data, height, width, channels }: RawImage, factor: number): RawImage {
  const columns = Math.ceil(width / factor);
  const shrunk = new Uint8Array(height * columns * channels);
  const half = factor >> 1;
  const share = shareOf(factor);
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < columns; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = half;
        for (let i = 0; i < factor; i++)
          sum += data[(row + Math.min(x * factor + i, width - 1)) * channels + c];
        shrunk[to++] = (sum * share) >>> 24;
      }
    }
  }
  return { data: shrunk, height, width: columns, channels };
}

/** One over the factor in whole 2⁻²⁴, cut off: so a mean that is a whole number comes out one less for most odd factors, as in libvips. */
function shareOf(factor: number): number {
  return Math.floor(2 ** 24 / factor);
}
