import type { FeatureMap } from './feature-map.ts';

/** How strongly embedded maps agree with the other image: one number a map, higher is closer. */
export type Agreement = (maps: Float32Array) => Promise<Float32Array>;

/** What each cell of a feature map adds to the agreement. */
export interface SpatialProduct {
  /**
   * `path`: the cells' parts add up to the whole. `descriptors`: each cell asked alone, where the head is no function that
   * can be taken apart (a class token, a normalisation of the whole).
   */
  readonly method: 'path' | 'descriptors';
  /** float32 `[rows · columns]`; below 0 where a cell speaks against. */
  readonly heat: Float32Array;
  /** The agreement of the whole map, and that of an empty one, which no cell accounts for. */
  readonly whole: number;
  readonly empty: number;
}

/** Exact with one for a linear head; more for the kinks of a hidden layer, which eight place to two per cent. */
const NUM_STEPS = 8;
/** The length of a difference along the line, in shares of the way so far: short enough to jump over few kinks. */
const STEP = 0.004;
/** Bytes of varied maps that are made at once. */
const MAX_BYTES = 32 * 2 ** 20;
/** Of the agreement that the cells' parts may miss before they count as no decomposition. */
const MAX_MISSING = 0.1;

/**
 * Where in one image its agreement with another comes from.
 *
 * For a head of pooling and a linear layer the agreement `⟨a, b⟩` of two embeddings is a sum over cells,
 * `Σₚ ⟨W·Fₚ/P, b⟩`, and a cell's term is its part. A head with hidden layers, max pooling or a weight for each place is
 * taken along the line from an empty map to this one: `partₚ = ∫₀¹ ∂g(t·F)/∂Fₚ · Fₚ dt`, with `g` the agreement as a
 * function of the map, by central differences in the direction of the cell at 8 places. The parts add up to
 * `g(F) − g(0)`; for the linear head they are the terms above, and for max pooling a channel counts for the cell that
 * holds its maximum, as published.
 *
 * Where the parts do not add up (layer norm) or lie outside the grid (a class token), each cell is asked alone: its
 * agreement in a map that shows nothing but its descriptor.
 * @param map float32 `[size]`
 * @source Stylianou, Souvenir & Pless 2019, "Visualizing deep similarity networks", equations 3 and 5; the line: Aumann &
 *   Shapley 1974, Sundararajan, Taly & Yan 2017
 */
export async function spatialProduct(
  { rows, columns, cellOf }: Pick<FeatureMap, 'rows' | 'columns' | 'cellOf'>,
  map: Float32Array,
  agreement: Agreement,
): Promise<SpatialProduct> {
  const numCells = rows * columns;
  const ends = new Float32Array(2 * map.length);
  ends.set(map);
  const [whole, empty] = await agreement(ends);
  const byPath = await integrate(cellOf, numCells, map, agreement);
  const inCells = byPath.reduce((sum, part) => sum + part, 0);
  const size = byPath.reduce((sum, part) => sum + Math.abs(part), 0);
  const missing = Math.abs(inCells - (whole - empty));
  if (missing <= MAX_MISSING * Math.max(size, Math.abs(whole - empty)))
    return { method: 'path', heat: byPath, whole, empty };
  const heat = await agreement(fillWithEach(cellOf, numCells, map));
  return { method: 'descriptors', heat, whole, empty };
}

async function integrate(
  cellOf: Int32Array,
  numCells: number,
  map: Float32Array,
  agreement: Agreement,
): Promise<Float32Array> {
  const parts = new Float32Array(numCells);
  const perRun = Math.max(1, Math.floor(MAX_BYTES / (8 * map.length)));
  for (let step = 0; step < NUM_STEPS; step++) {
    const t = (step + 0.5) / NUM_STEPS;
    for (let first = 0; first < numCells; first += perRun) {
      const count = Math.min(perRun, numCells - first);
      // Per cell: a step back and a step forth along its own descriptor.
      const varied = new Float32Array(2 * count * map.length);
      for (let n = 0; n < count; n++) {
        const [back, forth] = [2 * n * map.length, (2 * n + 1) * map.length];
        for (let i = 0; i < map.length; i++) {
          const isHere = cellOf[i] === first + n;
          varied[back + i] = (isHere ? t - t * STEP : t) * map[i];
          varied[forth + i] = (isHere ? t + t * STEP : t) * map[i];
        }
      }
      const agreements = await agreement(varied);
      const slope = 1 / (2 * t * STEP);
      for (let n = 0; n < count; n++)
        parts[first + n] += ((agreements[2 * n + 1] - agreements[2 * n]) * slope) / NUM_STEPS;
    }
  }
  return parts;
}

/** For each cell a map in which every cell, and every token beside the grid, has its descriptor. */
function fillWithEach(cellOf: Int32Array, numCells: number, map: Float32Array): Float32Array {
  // The place of a number within its descriptor, and each cell's descriptor by that place.
  const isMap = cellOf.length > 1 && cellOf[1] !== cellOf[0];
  const size = isMap ? map.length / numCells : cellOf.filter((cell) => cell === 0).length;
  const firstOfCell = cellOf.indexOf(0);
  const filled = new Float32Array(numCells * map.length);
  for (let cell = 0; cell < numCells; cell++) {
    for (let i = 0; i < map.length; i++) {
      const channel = isMap ? Math.floor(i / numCells) : i % size;
      const from = isMap ? channel * numCells + cell : firstOfCell + cell * size + channel;
      filled[cell * map.length + i] = map[from];
    }
  }
  return filled;
}
