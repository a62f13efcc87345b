import { SamesameError } from '../base/errors.ts';
import { createRandom } from '../base/random.ts';

export interface CoreSetOptions {
  /** float32 `[N, D]`. */
  readonly embeddings: Float32Array;
  readonly numRows: number;
  /** Rows to choose, from 1 to N. */
  readonly count: number;
  /** Draws the first row. Default 0. */
  readonly seed?: string | number;
  /** Called every so often with the rows chosen so far. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Rows that cover the rest. */
export interface CoreSet {
  /** In the order chosen: the first n of them are the core set of n. */
  readonly rows: Int32Array;
  /** float64 `[count]`: after each choice, the distance of the farthest row to its nearest chosen one. */
  readonly radii: Float64Array;
  /** int32 `[N]`: place in `rows` of the nearest chosen row. */
  readonly nearest: Int32Array;
}

/**
 * A core set by greedy k-center: each choice is the row farthest from all chosen so far, Euclidean. No set of that size
 * covers the rest with less than half its radius. `N·count·D` operations and N numbers of memory.
 * @throws E_CONFIG for a count out of range
 * @source Sener & Savarese, Active Learning for Convolutional Neural Networks: A Core-Set Approach, ICLR 2018, algorithm 1;
 *   Gonzalez 1985 (the bound)
 */
export function chooseCoreSet({ embeddings, numRows, count, seed = 0, onProgress }: CoreSetOptions): CoreSet {
  if (!Number.isInteger(count) || count < 1 || count > numRows) {
    throw new SamesameError('E_CONFIG', {
      what: 'a sample of that size cannot be taken',
      expected: `a whole number from 1 to the ${numRows} images there are`,
      received: String(count),
      details: { option: 'count' },
    });
  }
  const dim = embeddings.length / numRows;
  const rows = new Int32Array(count);
  const radii = new Float64Array(count);
  const nearest = new Int32Array(numRows);
  const squares = new Float64Array(numRows).fill(Number.POSITIVE_INFINITY);
  let next = createRandom(seed).fork('core-set').integer(numRows);
  for (let place = 0; place < count; place++) {
    rows[place] = next;
    const chosen = next * dim;
    let farthest = -1;
    for (let row = 0; row < numRows; row++) {
      let sum = 0;
      for (let d = 0, at = row * dim; d < dim; d++) sum += (embeddings[at + d] - embeddings[chosen + d]) ** 2;
      if (sum < squares[row]) {
        squares[row] = sum;
        nearest[row] = place;
      }
      if (farthest < 0 || squares[row] > squares[farthest]) farthest = row;
    }
    // A row that lies on a chosen one is itself chosen only when nothing else is left.
    squares[next] = -1;
    if (farthest === next)
      farthest = squares.reduce((best, value, row) => (value > squares[best] ? row : best), 0);
    radii[place] = Math.sqrt(Math.max(0, squares[farthest]));
    next = farthest;
    if (place % 64 === 63) onProgress?.(place + 1, count);
  }
  return { rows, radii, nearest };
}
