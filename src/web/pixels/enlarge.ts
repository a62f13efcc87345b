import type { RawImage } from '../../data/pixels/netpbm.ts';

/** Places between two pixels that weights are kept for. */
const NUM_PLACES = 64;
const ONE = 4096;
const HALF = 2048;
const SHIFT = 12;
const NUM_POINTS = 4;

/**
 * An image with more pixels along one axis or both, by Catmull and Rom's cubic, as libvips places and rounds it: pixel `i`
 * comes from `i / factor − 0.5`, along an axis that stays as long, too.
 * @param horizontal factor from 1
 * @param vertical factor from 1
 */
export function enlarge(
  { data, height, width, channels }: RawImage,
  horizontal: number,
  vertical: number,
): RawImage {
  const columns = axis(width, horizontal);
  const rows = axis(height, vertical);
  const larger = new Uint8ClampedArray(rows.length * columns.length * channels);
  let to = 0;
  for (let y = 0; y < rows.length; y++) {
    for (let x = 0; x < columns.length; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let j = 0; j < NUM_POINTS; j++) {
          const row = rows.places[y * NUM_POINTS + j] * width;
          let across = HALF;
          for (let i = 0; i < NUM_POINTS; i++) {
            const at = (row + columns.places[x * NUM_POINTS + i]) * channels + c;
            across += columns.weights[x * NUM_POINTS + i] * data[at];
          }
          sum += rows.weights[y * NUM_POINTS + j] * (across >> SHIFT);
        }
        larger[to++] = sum >> SHIFT;
      }
    }
  }
  return { data: new Uint8Array(larger.buffer), height: rows.length, width: columns.length, channels };
}

/** For each pixel of the longer axis the four that it lies between, those outside being the outermost, and their weights. */
function axis(size: number, factor: number) {
  const length = Math.max(1, Math.floor(size * factor + 0.5));
  const places = new Int32Array(length * NUM_POINTS);
  const weights = new Int32Array(length * NUM_POINTS);
  for (let i = 0; i < length; i++) {
    const place = i / factor - 0.5;
    const whole = Math.floor(place);
    const between = (Math.floor((place - whole) * NUM_PLACES * 2) + 1) >> 1;
    weights.set(catmullRom(between / NUM_PLACES), i * NUM_POINTS);
    for (let k = 0; k < NUM_POINTS; k++)
      places[i * NUM_POINTS + k] = Math.max(0, Math.min(size - 1, whole - 1 + k));
  }
  return { length, places, weights };
}

function catmullRom(t: number): number[] {
  const [t2, t3] = [t * t, t * t * t];
  return [(-t + 2 * t2 - t3) / 2, (2 - 5 * t2 + 3 * t3) / 2, (t + 4 * t2 - 3 * t3) / 2, (-t2 + t3) / 2].map(
    (weight) => Math.trunc(weight * ONE),
  );
}
