import type { MapPoint } from '../../projection/index.ts';

/** Where the data of a map lies. */
export interface MapBounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/**
 * The box around points. No point gives the unit square.
 * @param trim share of the points that may stay outside on each side. Default 0.
 */
export function boundsOf(points: readonly MapPoint[], trim = 0): MapBounds {
  if (points.length === 0) return { minX: 0, minY: 0, maxX: 1, maxY: 1 };
  const ends = (axis: 0 | 1) => {
    const sorted = Float64Array.from(points, (point) => point[axis]).sort();
    const skip = Math.floor(trim * (sorted.length - 1));
    return [sorted[skip], sorted[sorted.length - 1 - skip]];
  };
  const [[minX, maxX], [minY, maxY]] = [ends(0), ends(1)];
  return { minX, minY, maxX, maxY };
}

/**
 * From map to drawing: centred, one scale for both directions so that distances stay true, y upwards.
 * @param padding room that stays free on each side
 */
export function fitInto(
  { minX, minY, maxX, maxY }: MapBounds,
  { width, height, padding }: { readonly width: number; readonly height: number; readonly padding: number },
): (point: MapPoint) => MapPoint {
  const span = Math.max((maxX - minX) / (width - 2 * padding), (maxY - minY) / (height - 2 * padding));
  const scale = span > 0 ? 1 / span : 1;
  const [centreX, centreY] = [(minX + maxX) / 2, (minY + maxY) / 2];
  return ([x, y]) => [width / 2 + (x - centreX) * scale, height / 2 - (y - centreY) * scale];
}

/** Where a class name stands: the median of its points. Classes without a point have none. */
export function classMedians(
  points: readonly MapPoint[],
  labels: readonly number[],
): { readonly label: number; readonly at: MapPoint }[] {
  const members = new Map<number, MapPoint[]>();
  for (const [i, label] of labels.entries()) {
    if (label < 0) continue;
    const own = members.get(label);
    if (own === undefined) members.set(label, [points[i]]);
    else own.push(points[i]);
  }
  const medianOf = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  return [...members.entries()]
    .sort(([a], [b]) => a - b)
    .map(([label, own]) => ({
      label,
      at: [medianOf(own.map(([x]) => x)), medianOf(own.map(([, y]) => y))],
    }));
}

/**
 * The points that can be drawn as pictures of a size without hiding each other by more than a little: first come, first
 * drawn.
 * @returns indices, ascending
 */
export function withoutOverlap(points: readonly MapPoint[], size: number): number[] {
  const kept: number[] = [];
  const cells = new Map<string, number[]>();
  const cellOf = (value: number) => Math.floor(value / size);
  for (const [i, [x, y]] of points.entries()) {
    const [column, row] = [cellOf(x), cellOf(y)];
    let isFree = true;
    for (let dy = -1; dy <= 1 && isFree; dy++) {
      for (let dx = -1; dx <= 1 && isFree; dx++) {
        const near = cells.get(`${column + dx},${row + dy}`) ?? [];
        isFree = near.every((j) => Math.max(Math.abs(points[j][0] - x), Math.abs(points[j][1] - y)) >= size);
      }
    }
    if (!isFree) continue;
    kept.push(i);
    const key = `${column},${row}`;
    cells.set(key, [...(cells.get(key) ?? []), i]);
  }
  return kept;
}

/**
 * Places where squares of a size no longer hide one another, each as near to its own as a few pushes leave it. Made for
 * hundreds of points: every pair is looked at.
 * @param side the places stay inside the square from `size / 2` to `side − size / 2`
 */
export function pushApart(
  places: readonly MapPoint[],
  size: number,
  side: number,
  numRounds = 120,
): MapPoint[] {
  const inside = (value: number) => Math.max(size / 2, Math.min(side - size / 2, value));
  const moved = places.map(([x, y], i): [number, number] => {
    // Equal places need a direction to part in: a small turn, the same each time.
    const turn = i * 2.399963;
    return [inside(x + 1e-3 * size * Math.cos(turn)), inside(y + 1e-3 * size * Math.sin(turn))];
  });
  for (let round = 0; round < numRounds; round++) {
    let isApart = true;
    for (let i = 0; i < moved.length; i++) {
      for (let j = 0; j < i; j++) {
        const [dx, dy] = [moved[i][0] - moved[j][0], moved[i][1] - moved[j][1]];
        const [overX, overY] = [size - Math.abs(dx), size - Math.abs(dy)];
        if (overX <= 0 || overY <= 0) continue;
        isApart = false;
        // Along the line between them, so that a heap grows round and not into a cross.
        const length = Math.hypot(dx, dy) || 1;
        const push = 0.25 * Math.min(overX, overY);
        moved[i] = [inside(moved[i][0] + (push * dx) / length), inside(moved[i][1] + (push * dy) / length)];
        moved[j] = [inside(moved[j][0] - (push * dx) / length), inside(moved[j][1] - (push * dy) / length)];
      }
    }
    if (isApart) break;
  }
  return moved;
}
