import { type GreyImage, shrinkGrey } from '../../data/hash/shrink.ts';

/** An image as alignment needs it: at two sizes. */
export interface Pyramid {
  readonly coarse: Grey;
  readonly fine: Grey;
  /** `fine` without what is coarser than a twelfth of it. */
  readonly detail: Grey;
}

/** Brightness, float64 `[height, width]`. */
export interface Grey {
  readonly height: number;
  readonly width: number;
  readonly data: Float64Array;
}

/** Longest sides. At 64 a pattern of a fabric is there, and compression is not. */
const FINE = 64;
const COARSE = 24;

export function createPyramid(image: GreyImage): Pyramid {
  const fine = blur(reduce(image, FINE), 1);
  return { coarse: blur(reduce(image, COARSE), 1), fine, detail: withoutCoarse(fine) };
}

/** What of a thumbnail is finer than a twelfth of its longer side, compression smoothed away: float64 `[height, width]`. */
export function createTexture({ height, width, data }: GreyImage): Grey {
  return withoutCoarse(blur({ height, width, data: Float64Array.from(data) }, 1));
}

function reduce(image: GreyImage, longest: number): Grey {
  const factor = Math.min(1, longest / Math.max(image.height, image.width));
  const height = Math.max(2, Math.round(image.height * factor));
  const width = Math.max(2, Math.round(image.width * factor));
  return { height, width, data: shrinkGrey(image, height, width) };
}

/** Means over squares of `2·radius + 1`, at the edge over what there is of them. */
function blur({ height, width, data }: Grey, radius: number): Grey {
  const rows = new Float64Array(data.length);
  const result = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [sum, count] = [0, 0];
      for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++, count++)
        sum += data[y * width + u];
      rows[y * width + x] = sum / count;
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [sum, count] = [0, 0];
      for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++, count++)
        sum += rows[v * width + x];
      result[y * width + x] = sum / count;
    }
  }
  return { height, width, data: result };
}

function withoutCoarse(image: Grey): Grey {
  const coarse = blur(image, Math.max(1, Math.round(Math.max(image.height, image.width) / 24)));
  return { ...image, data: image.data.map((value, i) => value - coarse.data[i]) };
}
