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
  const rows = coverage(image.height, height);
  const columns = coverage(image.width, width);
  const narrow = new Float64Array(image.height * width);
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const [from, weight] of columns[x]) sum += weight * image.data[y * image.width + from];
      narrow[y * width + x] = sum;
    }
  }
  const small = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    for (const [from, weight] of rows[y]) {
      for (let x = 0; x < width; x++) small[y * width + x] += weight * narrow[from * width + x];
    }
  }
  return small;
}

type Coverage = readonly (readonly (readonly [from: number, weight: number])[])[];
const known = new Map<string, Coverage>();

/** For each of `to` places, which of `from` places it covers and by what share. */
function coverage(from: number, to: number): Coverage {
  const name = `${from}/${to}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  const step = from / to;
  const places = Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * step, (i + 1) * step];
    const parts: [number, number][] = [];
    for (let at = Math.floor(start); at < Math.min(from, Math.ceil(end)); at++) {
      const share = Math.min(end, at + 1) - Math.max(start, at);
      if (share > 1e-9) parts.push([at, share / step]);
    }
    return parts;
  });
  if (known.size < 64) known.set(name, places);
  return places;
}
