import { logGamma } from '../binomial.ts';
import { checkPairs } from '../checks.ts';

/** How well two partitions of the same rows agree: 1 where they are the same but for the names. */
export interface Agreement {
  /** Normalised mutual information, `I / mean(H₁, H₂)`. It rises with the number of clusters by chance alone. */
  readonly nmi: number;
  /** The same, adjusted for chance: 0 is what random partitions of these sizes reach. May be below 0. */
  readonly ami: number;
}

/**
 * NMI and AMI, both by the arithmetic mean of the entropies. Two partitions into one cluster agree wholly; where only
 * one of them has a single cluster, both are 0.
 * @param first int32 `[N]`
 * @param second int32 `[N]`
 * @throws E_DATA_EMPTY, E_DATA_LENGTH
 * @source Vinh, Epps & Bailey 2010, Information theoretic measures for clusterings comparison, equations 24a and 26
 */
export function agreement(first: ArrayLike<number>, second: ArrayLike<number>): Agreement {
  const numRows = checkPairs(first, second, 'labels');
  const rows = sizesOf(first);
  const columns = sizesOf(second);
  if (rows.size === 1 && columns.size === 1) return { nmi: 1, ami: 1 };
  const cells = new Map<number, Map<number, number>>();
  for (let i = 0; i < numRows; i++) {
    const row = cells.get(first[i]) ?? new Map<number, number>();
    row.set(second[i], (row.get(second[i]) ?? 0) + 1);
    cells.set(first[i], row);
  }
  let shared = 0;
  for (const [label, row] of cells) {
    for (const [other, count] of row) {
      shared += (count / numRows) * Math.log((numRows * count) / (rows.get(label)! * columns.get(other)!));
    }
  }
  const mean = (entropy(rows, numRows) + entropy(columns, numRows)) / 2;
  const expected = expectedInformation([...rows.values()], [...columns.values()], numRows);
  const room = mean - expected;
  return {
    nmi: Math.min(1, Math.max(0, shared / mean)),
    // No room above chance: every row a cluster of its own, on both sides or on one.
    ami: Math.abs(room) < 1e-12 ? (Math.abs(shared - mean) < 1e-12 ? 1 : 0) : (shared - expected) / room,
  };
}

function sizesOf(labels: ArrayLike<number>): Map<number, number> {
  const sizes = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) sizes.set(labels[i], (sizes.get(labels[i]) ?? 0) + 1);
  return sizes;
}

function entropy(sizes: ReadonlyMap<number, number>, total: number): number {
  let sum = 0;
  for (const size of sizes.values()) sum -= (size / total) * Math.log(size / total);
  return sum;
}

/**
 * Mutual information expected of random partitions with these sizes (a hypergeometric model), equation 24a. Sizes that
 * occur more than once are worked out once.
 */
function expectedInformation(rows: readonly number[], columns: readonly number[], total: number): number {
  const logFactorial = new Float64Array(total + 1);
  for (let n = 2; n <= total; n++) logFactorial[n] = logGamma(n + 1);
  const f = logFactorial;
  let sum = 0;
  for (const [a, timesA] of sizesOf(rows)) {
    for (const [b, timesB] of sizesOf(columns)) {
      const fixed = f[a] + f[b] + f[total - a] + f[total - b] - f[total];
      let part = 0;
      for (let n = Math.max(1, a + b - total); n <= Math.min(a, b); n++) {
        const chance = Math.exp(fixed - f[n] - f[a - n] - f[b - n] - f[total - a - b + n]);
        part += (n / total) * Math.log((total * n) / (a * b)) * chance;
      }
      sum += timesA * timesB * part;
    }
  }
  return sum;
}
