import type { Rect } from '../../data/pixels/visible.ts';

/** Numbers on a grid, row by row. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  /** `[rows · columns]`. */
  readonly values: ArrayLike<number>;
}

/**
 * A grid of cells that tile an input, as one number for each pixel of a part of it. Between the middles of two cells it
 * goes from one to the other by `3s² − 2s³`, which has no ridge at a middle as a straight line has; beyond the outermost
 * it is constant.
 * @returns float32 `[part.height · part.width]`
 */
export function spreadOver(
  grid: Grid,
  input: { readonly height: number; readonly width: number },
  part: Rect,
): Float32Array {
  const down = weightsOf(grid.rows, input.height, part.top, part.height);
  const across = weightsOf(grid.columns, input.width, part.left, part.width);
  const heat = new Float32Array(part.height * part.width);
  for (const [y, row] of down.entries()) {
    for (const [x, column] of across.entries()) {
      const at = (r: number, c: number) => grid.values[r * grid.columns + c];
      const upper = at(row.low, column.low) * (1 - column.share) + at(row.low, column.high) * column.share;
      const lower = at(row.high, column.low) * (1 - column.share) + at(row.high, column.high) * column.share;
      heat[y * part.width + x] = upper * (1 - row.share) + lower * row.share;
    }
  }
  return heat;
}

/** The two cells that each pixel lies between, and how near it is to the second. */
function weightsOf(numCells: number, length: number, start: number, count: number) {
  return Array.from({ length: count }, (_, i) => {
    const place = Math.max(0, Math.min(numCells - 1, ((start + i + 0.5) * numCells) / length - 0.5));
    const low = Math.floor(place);
    const share = place - low;
    return { low, high: Math.min(low + 1, numCells - 1), share: share * share * (3 - 2 * share) };
  });
}

/** The mean of a heat map in each cell of a coarser grid over it, empty cells left out. */
export function meansInCells(
  heat: ArrayLike<number>,
  { height, width }: Pick<Rect, 'height' | 'width'>,
  numCells: number,
): number[] {
  const sums = new Float64Array(numCells * numCells);
  const counts = new Int32Array(numCells * numCells);
  for (let i = 0; i < heat.length; i++) {
    const row = Math.floor((Math.floor(i / width) * numCells) / height);
    const cell = row * numCells + Math.floor(((i % width) * numCells) / width);
    sums[cell] += heat[i];
    counts[cell]++;
  }
  return Array.from(sums, (sum, cell) => sum / counts[cell]).filter((_, cell) => counts[cell] > 0);
}
