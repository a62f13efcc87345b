import { SamesameError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { checkFinite, checkRows } from './checks.ts';

export interface DriftOptions {
  /** float32 `[n, D]`: what the model was calibrated on. */
  readonly reference: Float32Array;
  readonly numReference: number;
  /** float32 `[m, D]`: what it meets now. */
  readonly fresh: Float32Array;
  readonly numFresh: number;
  /** Decides the permutations. */
  readonly random: Random;
  /** Default 999: the smallest p-value is then .001. */
  readonly numPermutations?: number;
}

/** Whether two samples look as if drawn from one source. */
export interface Drift {
  /** `2·E|x−y| − E|x−x'| − E|y−y'|`: 0 where the two come from one distribution, and only there. */
  readonly energyDistance: number;
  /** The same over `2·E|x−y|`, from 0 to 1: how large the difference is, whatever the size of embeddings. */
  readonly effect: number;
  /** Share of random regroupings of both samples that are at least as far apart, this one included. */
  readonly pValue: number;
  readonly numPermutations: number;
}

/**
 * Energy distance of two samples of embeddings with its permutation p-value. The p-value is exact at any sample size
 * for images that were drawn independently; with many images it finds differences too small to matter, so read it with
 * `effect`. Memory: `(n + m)²` floats; sample larger sets first.
 * @throws E_DATA_EMPTY for fewer than two rows on a side, E_SHAPE, E_NAN
 * @source Székely & Rizzo 2013, Energy statistics: a class of statistics based on distances
 */
export function energyDrift(options: DriftOptions): Drift {
  const { reference, numReference, fresh, numFresh, random, numPermutations = 999 } = options;
  checkSides(options);
  const numAll = numReference + numFresh;
  const all = new Float32Array(reference.length + fresh.length);
  all.set(reference);
  all.set(fresh, reference.length);
  const distances = distanceMatrix(all, numAll);
  const rowSums = new Float64Array(numAll);
  let total = 0;
  for (let i = 0; i < numAll; i++) {
    for (let j = 0; j < numAll; j++) rowSums[i] += distances[i * numAll + j];
    total += rowSums[i];
  }
  const order = Int32Array.from({ length: numAll }, (_, i) => i);
  // The smaller side is summed pair by pair; what is between and on the other side follows from the totals.
  const numSide = Math.min(numReference, numFresh);
  const side = () => (numReference <= numFresh ? order.subarray(0, numSide) : order.subarray(numReference));
  const measure = () => {
    const rows = side();
    let within = 0;
    let touching = 0;
    for (let a = 0; a < numSide; a++) {
      const at = rows[a] * numAll;
      touching += rowSums[rows[a]];
      for (let b = 0; b < a; b++) within += 2 * distances[at + rows[b]];
    }
    const between = touching - within;
    const other = total - 2 * between - within;
    const numOther = numAll - numSide;
    const mean = between / (numSide * numOther);
    return {
      energy: 2 * mean - within / (numSide * numSide) - other / (numOther * numOther),
      scale: 2 * mean,
    };
  };
  const seen = measure();
  // What differs by rounding only is as far apart.
  const limit = seen.energy - 1e-9 * Math.abs(seen.scale);
  let numAsFar = 1;
  for (let i = 0; i < numPermutations; i++) {
    random.shuffle(order);
    if (measure().energy >= limit) numAsFar++;
  }
  return {
    energyDistance: Math.max(0, seen.energy),
    effect: seen.scale > 0 ? Math.max(0, seen.energy / seen.scale) : 0,
    pValue: numAsFar / (numPermutations + 1),
    numPermutations,
  };
}

/** How unlike the reference each new row is. */
export interface Strangeness {
  /** float64 `[m]`: mean distance to the k nearest reference rows. */
  readonly distances: Float64Array;
  /** float64 `[m]`: share of reference rows that are at least as far from their own neighbours, itself counted among them. */
  readonly pValues: Float64Array;
}

/**
 * Distance of each new row to its nearest reference rows, and how rare such a distance is among the reference rows
 * themselves (each against the others).
 * @param options `k` neighbours. Default 5: one odd reference row then hides nothing.
 * @throws E_DATA_EMPTY for fewer than two reference rows, E_SHAPE, E_NAN
 * @source Laxhammar & Falkman 2010, Conformal prediction for distribution-independent anomaly detection
 */
export function strangeness(
  options: Pick<DriftOptions, 'reference' | 'numReference' | 'fresh' | 'numFresh'> & { readonly k?: number },
): Strangeness {
  const { reference, numReference, fresh, numFresh, k = 5 } = options;
  checkSides({ ...options, leastFresh: 0 });
  const dim = reference.length / numReference;
  const numNearest = Math.min(k, numReference - 1);
  const row = new Float64Array(numReference);
  const meanOfNearest = (from: Float32Array, at: number, self: number) => {
    for (let i = 0; i < numReference; i++) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += (from[at * dim + d] - reference[i * dim + d]) ** 2;
      row[i] = i === self ? Number.POSITIVE_INFINITY : Math.sqrt(sum);
    }
    row.sort();
    return row.subarray(0, numNearest).reduce((sum, value) => sum + value, 0) / numNearest;
  };
  const own = Float64Array.from({ length: numReference }, (_, i) => meanOfNearest(reference, i, i)).sort();
  const distances = Float64Array.from({ length: numFresh }, (_, i) => meanOfNearest(fresh, i, -1));
  const pValues = distances.map((distance) => {
    let numBelow = 0;
    while (numBelow < numReference && own[numBelow] < distance) numBelow++;
    return (numReference - numBelow + 1) / (numReference + 1);
  });
  return { distances, pValues };
}

function distanceMatrix(rows: Float32Array, numRows: number): Float32Array {
  const dim = rows.length / numRows;
  const distances = new Float32Array(numRows * numRows);
  for (let i = 0; i < numRows; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += (rows[i * dim + d] - rows[j * dim + d]) ** 2;
      distances[i * numRows + j] = distances[j * numRows + i] = Math.sqrt(sum);
    }
  }
  return distances;
}

function checkSides({
  reference,
  numReference,
  fresh,
  numFresh,
  leastFresh = 2,
}: Pick<DriftOptions, 'reference' | 'numReference' | 'fresh' | 'numFresh'> & { leastFresh?: number }): void {
  if (numReference < 2 || numFresh < leastFresh) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: 'drift cannot be told from so few images',
      expected: 'at least two on each side',
      received: `${numReference} in the reference, ${numFresh} new`,
      details: { numReference, numFresh },
    });
  }
  const dim = checkRows(reference, numReference, 'reference embeddings');
  if (numFresh > 0 && checkRows(fresh, numFresh, 'new embeddings') !== dim) {
    throw new SamesameError('E_SHAPE', {
      what: 'reference and new embeddings differ in width',
      expected: `[${numFresh}, ${dim}]`,
      received: `[${numFresh}, ${fresh.length / numFresh}]`,
    });
  }
  checkFinite(reference, 'reference embeddings');
  checkFinite(fresh, 'new embeddings');
}
