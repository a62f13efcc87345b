/** The figures that the tables hold. */

/** @param {readonly number[]} found @param {ReadonlySet<number>} planted */
export function rates(found, planted) {
  const right = found.filter((row) => planted.has(row)).length;
  return {
    found: found.length,
    precision: found.length === 0 ? 1 : right / found.length,
    recall: right / planted.size,
  };
}

/** Average precision of a ranking; what is planted and not in it counts as nothing. @param {readonly number[]} ranking @param {ReadonlySet<number>} planted */
export function averagePrecision(ranking, planted) {
  let [right, sum] = [0, 0];
  for (const [rank, row] of ranking.entries()) if (planted.has(row)) sum += ++right / (rank + 1);
  return sum / planted.size;
}

/** The highest first. @param {readonly number[]} rows @param {ArrayLike<number>} values */
export function rank(rows, values) {
  return [...rows].sort((a, b) => values[b] - values[a] || a - b);
}

/** Adjusted Rand index of two partitions (Hubert & Arabie 1985). @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export function adjustedRand(a, b) {
  const pairs = (/** @type {number} */ n) => (n * (n - 1)) / 2;
  const count = (/** @type {(i: number) => string} */ keyOf) => {
    const sizes = new Map();
    for (let i = 0; i < a.length; i++) sizes.set(keyOf(i), (sizes.get(keyOf(i)) ?? 0) + 1);
    return [...sizes.values()].reduce((sum, size) => sum + pairs(size), 0);
  };
  const [both, left, right] = [
    count((i) => `${a[i]} ${b[i]}`),
    count((i) => `${a[i]}`),
    count((i) => `${b[i]}`),
  ];
  const expected = (left * right) / pairs(a.length);
  return (both - expected) / ((left + right) / 2 - expected);
}

/** `0.812 (0.80–0.83)`. @param {readonly number[]} values */
export function span(values) {
  if (values.some(Number.isNaN)) return '–';
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${mean.toFixed(3)} (${Math.min(...values).toFixed(3)}–${Math.max(...values).toFixed(3)})`;
}

/** @param {string} title @param {readonly string[]} header @param {readonly (readonly string[])[]} rows */
export function printTable(title, header, rows) {
  console.log(`${title}\n\n| ${header.join(' | ')} |\n| ${header.map(() => '---').join(' | ')} |`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
  console.log();
}

/**
 * @param {string} title
 * @param {ReadonlyMap<string, { found: number, precision: number, recall: number, ap: number }[]>} results of each seed, by method
 */
export function printFindings(title, results) {
  printTable(
    `${title}; mean (least–most) of the seeds`,
    ['', 'named', 'precision', 'recall', 'F1', 'average precision of all'],
    [...results].map(([name, rows]) => [
      name,
      (rows.reduce((sum, { found }) => sum + found, 0) / rows.length).toFixed(0),
      span(rows.map(({ precision }) => precision)),
      span(rows.map(({ recall }) => recall)),
      span(rows.map(({ precision, recall }) => (2 * precision * recall) / (precision + recall || 1))),
      span(rows.map(({ ap }) => ap)),
    ]),
  );
}
