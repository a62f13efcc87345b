/** A grey image, brightness 0 … 255: `data` is `[height, width]`. */
export interface GreyImage {
  readonly height: number;
  readonly width: number;
  readonly data: ArrayLike<number>;
}

/**
 * A grey image made smaller by the mean over the area that each new pixel covers, parts of pixels by their share.
 * The mean of all pixels stays what it was.
 * @returns float64 `[height, width]`
 */
export function shrinkGrey(image: GreyImage, height: number, width: number): Float64Array {
  const { data } = image;
  if (image.height === height && image.width === width) return Float64Array.from(data);
  const rows = coverage(image.height, height);
  const columns = coverage(image.width, width);
  const narrow = new Float64Array(image.height * width);
  for (let x = 0; x < width; x++) {
    for (let at = columns.starts[x]; at < columns.starts[x + 1]; at++) {
      const from = columns.from[at];
      const weight = columns.weights[at];
      for (let y = 0; y < image.height; y++) narrow[y * width + x] += weight * data[y * image.width + from];
    }
  }
  const small = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let at = rows.starts[y]; at < rows.starts[y + 1]; at++) {
      const from = rows.from[at] * width;
      for (let x = 0; x < width; x++) small[y * width + x] += rows.weights[at] * narrow[from + x];
    }
  }
  return small;
}

/** New place `i` covers old places `from[at]` by shares `weights[at]`, `at` from `starts[i]` to before `starts[i + 1]`. */
interface Coverage {
  readonly starts: Int32Array;
  readonly from: Int32Array;
  readonly weights: Float64Array;
}

const known = new Map<string, Coverage>();

function coverage(from: number, to: number): Coverage {
  const name = `${from}/${to}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  const step = from / to;
  const starts = new Int32Array(to + 1);
  const places: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < to; i++) {
    const [start, end] = [i * step, (i + 1) * step];
    for (let at = Math.floor(start); at < Math.min(from, Math.ceil(end)); at++) {
      const share = Math.min(end, at + 1) - Math.max(start, at);
      if (share <= 1e-9) continue;
      places.push(at);
      weights.push(share / step);
    }
    starts[i + 1] = places.length;
  }
  const found = { starts, from: Int32Array.from(places), weights: Float64Array.from(weights) };
  // A few sizes are asked for again and again.
  if (known.size < 64) known.set(name, found);
  return found;
}
