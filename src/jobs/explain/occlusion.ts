import type { DistancesTo } from './distances.ts';
import { hide, type View } from './hide.ts';

/** A patch is a fifth of the input's longer side wide and moves by half of itself: 9 × 9 places over a square photo. */
const PATCHES_A_SIDE = 5;
const IMAGES_A_RUN = 32;

export interface OcclusionOptions {
  /** Called after each run of the network. */
  readonly onProgress?: (numPatches: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * How much farther from the other image a photo gets where a part of it is hidden behind a patch of its mean colour.
 * A pixel's heat is the mean rise over the patches that cover it, near middles counting more.
 * @param distance of the pair as it is
 * @returns float32 `[part.height · part.width]`; below 0 where hiding brings the two closer
 * @source Zeiler & Fergus 2014, "Visualizing and understanding convolutional networks", section 4.2
 */
export async function occlusionHeat(
  view: View,
  distance: number,
  distancesTo: DistancesTo,
  { onProgress, signal }: OcclusionOptions = {},
): Promise<Float32Array> {
  const { part } = view;
  const patches = patchesOver(view);
  const sums = new Float64Array(part.height * part.width);
  const weights = new Float64Array(part.height * part.width);
  for (let start = 0; start < patches.length; start += IMAGES_A_RUN) {
    signal?.throwIfAborted();
    const some = patches.slice(start, start + IMAGES_A_RUN);
    const images = new Uint8Array(some.length * view.pixels.length);
    for (const [i, { row, column }] of some.entries()) {
      const hidden = hide(view, (x, y) => y >= row.from && y < row.to && x >= column.from && x < column.to);
      images.set(hidden, i * hidden.length);
    }
    const distances = await distancesTo(images);
    for (const [i, { row, column }] of some.entries()) {
      for (let y = row.from; y < row.to; y++) {
        for (let x = column.from; x < column.to; x++) {
          const weight = tent(y, row) * tent(x, column);
          sums[y * part.width + x] += weight * (distances[i] - distance);
          weights[y * part.width + x] += weight;
        }
      }
    }
    onProgress?.(Math.min(start + IMAGES_A_RUN, patches.length));
  }
  return Float32Array.from(sums, (sum, i) => sum / weights[i]);
}

/** How many times a photo is changed for its heat. */
export function countPatches(view: View): number {
  return patchesOver(view).length;
}

function patchesOver({ part, shape }: View): { readonly row: Span; readonly column: Span }[] {
  const side = Math.max(1, Math.ceil(Math.max(shape.height, shape.width) / PATCHES_A_SIDE));
  const columns = patchesOf(part.width, side);
  return patchesOf(part.height, side).flatMap((row) => columns.map((column) => ({ row, column })));
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Places of a patch along one axis: by half its side, the last one flush with the edge. */
function patchesOf(length: number, side: number): Span[] {
  const size = Math.min(side, length);
  const numSteps = Math.ceil((length - size) / Math.max(1, Math.floor(side / 2)));
  return Array.from({ length: numSteps + 1 }, (_, i) => {
    const from = numSteps === 0 ? 0 : Math.round((i * (length - size)) / numSteps);
    return { from, to: from + size };
  });
}

/** From 1 in the middle of a span to nearly 0 at its ends. */
function tent(place: number, { from, to }: Span): number {
  const half = (to - from) / 2;
  return 1 - Math.abs(place + 0.5 - from - half) / (half + 0.5);
}
