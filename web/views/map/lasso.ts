type Corner = readonly [x: number, y: number];

/** Pixels between two corners: a hand draws no finer, and each corner is asked about each image. */
const MIN_STEP = 3;

/** The line with one more corner, where that is not where the last one was. */
export function lengthenLasso(line: readonly Corner[], [x, y]: Corner): readonly Corner[] {
  const last = line.at(-1);
  if (last !== undefined && Math.hypot(last[0] - x, last[1] - y) < MIN_STEP) return line;
  return [...line, [x, y]];
}

/**
 * Which points lie within a closed line (even–odd rule).
 * @param points x and y one after the other
 * @returns their places in the list
 */
export function findWithin(line: readonly Corner[], points: Float64Array): number[] {
  const corners = Float64Array.from(line.flat());
  let [minX, minY, maxX, maxY] = [1, 1, -1, -1].map((sign) => sign * Number.POSITIVE_INFINITY);
  for (const [x, y] of line) {
    [minX, minY] = [Math.min(minX, x), Math.min(minY, y)];
    [maxX, maxY] = [Math.max(maxX, x), Math.max(maxY, y)];
  }
  const inside: number[] = [];
  for (let i = 0; 2 * i < points.length; i++) {
    const x = points[2 * i];
    const y = points[2 * i + 1];
    if (x >= minX && x <= maxX && y >= minY && y <= maxY && isWithin(corners, x, y)) inside.push(i);
  }
  return inside;
}

// No pairs are made and taken apart here: in 20,000 points times hundreds of corners that takes seconds.
function isWithin(corners: Float64Array, x: number, y: number): boolean {
  let isInside = false;
  let beforeX = corners[corners.length - 2];
  let beforeY = corners[corners.length - 1];
  for (let c = 0; c < corners.length; c += 2) {
    const atX = corners[c];
    const atY = corners[c + 1];
    if (atY > y !== beforeY > y && x < ((beforeX - atX) * (y - atY)) / (beforeY - atY) + atX)
      isInside = !isInside;
    beforeX = atX;
    beforeY = atY;
  }
  return isInside;
}
