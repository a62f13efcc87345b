// The tables of docs/choosing-a-loss.md.

/**
 * @typedef {{ mean: number, min: number, max: number }} Spread
 * @typedef {object} Summary
 * @property {import('./rows.mjs').Row} row
 * @property {number} rate
 * @property {number} numSeeds
 * @property {Spread} mapAtR
 * @property {Spread} recallAt1
 * @property {Spread} accuracy
 * @property {number} [stepRatio]
 */

const FED = {
  batch: 'batches',
  class: 'batches, class directions',
  pairs: 'pairs',
  head: 'pairs, head',
  baseline: '–',
};

/** @param {import('./rows.mjs').Row} row @param {number} rate @param {any[]} runs @param {number} [stepRatio] @returns {Summary} */
export function summarize(row, rate, runs, stepRatio) {
  const spread = (/** @type {string} */ metric) => {
    const values = runs.map(({ test }) => test[metric]);
    return { mean: mean(values), min: Math.min(...values), max: Math.max(...values) };
  };
  return {
    row,
    rate,
    numSeeds: runs.length,
    mapAtR: spread('mapAtR'),
    recallAt1: spread('recallAt1'),
    accuracy: spread('accuracy'),
    stepRatio,
  };
}

/** Best MAP@R first. Bold: the best, and what cannot be told from it. @param {Summary[]} summaries */
export function lossTable(summaries) {
  const sorted = byMapAtR(summaries);
  const bestOf = (/** @type {'mapAtR' | 'recallAt1' | 'accuracy'} */ metric) =>
    sorted.reduce((best, summary) => (summary[metric].mean > best[metric].mean ? summary : best), sorted[0])[
      metric
    ];
  const best = { mapAtR: bestOf('mapAtR'), recallAt1: bestOf('recallAt1'), accuracy: bestOf('accuracy') };
  const cell = (/** @type {Summary} */ summary, /** @type {keyof typeof best} */ metric) => {
    const text = format(summary[metric]);
    return overlap(summary[metric], best[metric]) ? `**${text}**` : text;
  };
  const rows = sorted.map((summary) => [
    `\`${summary.row.name}\``,
    FED[summary.row.kind],
    summary.row.kind === 'baseline' ? '–' : String(summary.rate).replace(/^0/, ''),
    cell(summary, 'mapAtR'),
    cell(summary, 'recallAt1'),
    cell(summary, 'accuracy'),
    summary.stepRatio?.toFixed(2) ?? '–',
  ]);
  return table(['loss', 'fed', 'rate', 'MAP@R', 'Recall@1', 'pairs right', 'step'], rows);
}

/** What is alike in all rows. @param {Summary[]} summaries */
export function conditions(summaries) {
  const fewest = Math.min(
    ...summaries.filter(({ row }) => row.name !== 'raw pixels').map(({ numSeeds }) => numSeeds),
  );
  const ranges = summaries
    .filter(({ row }) => row.kind !== 'baseline')
    .map(({ mapAtR }) => mapAtR.max - mapAtR.min);
  const middle = ranges.sort((a, b) => a - b)[Math.floor(ranges.length / 2)];
  return `At least ${fewest} seeds a row. From its worst to its best seed a loss moves by ${rate(middle)} in MAP@R (median of the rows; ${rate(ranges[0])} to ${rate(ranges.at(-1) ?? 0)}).`;
}

/** @param {Summary[]} summaries */
export function byMapAtR(summaries) {
  return [...summaries].sort((a, b) => b.mapAtR.mean - a.mapAtR.mean);
}

/** Whether the ranges of seeds touch. @param {Spread} a @param {Spread} b */
export function overlap(a, b) {
  return a.max >= b.min && b.max >= a.min;
}

/** @param {string[]} header @param {string[][]} rows */
function table(header, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, i) => (i < 2 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** `.584 (.580–.589)`. @param {Spread} spread */
function format({ mean: middle, min, max }) {
  return min === max ? rate(middle) : `${rate(middle)} (${rate(min)}–${rate(max)})`;
}

/** @param {number} value */
function rate(value) {
  return value.toFixed(3).replace(/^0/, '');
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
