import type { RawImage } from '../../data/pixels/netpbm.ts';

/**
 * A smaller image, each pixel the mean over the area that it stands for.
 * @param side of that area in pixels of the image, where it is not what the sizes say: the last pixels then stand for less
 */
export function averageArea(image: RawImage, height: number, width: number, side?: number): RawImage {
  const { data, channels } = image;
  const columns = spans(image.width, width, side ?? image.width / width);
  const rows = spans(image.height, height, side ?? image.height / height);
  const rowSize = width * channels;
  const averaged = new Uint8Array(height * rowSize);
  const narrow = new Float32Array(rowSize);
  const sums = new Float64Array(rowSize);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    const { first, weights } = rows[y];
    for (let j = 0; j < weights.length; j++) {
      narrowRow(data, (first + j) * image.width * channels, columns, channels, narrow);
      for (let x = 0; x < rowSize; x++) sums[x] += weights[j] * narrow[x];
    }
    for (let x = 0; x < rowSize; x++) averaged[y * rowSize + x] = sums[x] + 0.5;
  }
  return { data: averaged, height, width, channels };
}

interface Span {
  readonly first: number;
  /** Add up to 1. */
  readonly weights: Float64Array;
}

function narrowRow(
  data: Uint8Array,
  row: number,
  columns: readonly Span[],
  channels: number,
  narrow: Float32Array,
): void {
  let to = 0;
  for (const { first, weights } of columns) {
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      let from = row + first * channels + c;
      for (let i = 0; i < weights.length; i++, from += channels) sum += weights[i] * data[from];
      narrow[to++] = sum;
    }
  }
}

/** The pixels that each new one stands for, with their shares. */
function spans(size: number, length: number, side: number): Span[] {
  return Array.from({ length }, (_, i) => {
    const [from, to] = [i * side, Math.min((i + 1) * side, size)];
    const first = Math.min(Math.floor(from), size - 1);
    const last = Math.max(first, Math.min(size, Math.ceil(to - 1e-9)) - 1);
    const weights = Float64Array.from({ length: last - first + 1 }, (_, k) =>
      Math.max(1e-12, Math.min(to, first + k + 1) - Math.max(from, first + k)),
    );
    const sum = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
