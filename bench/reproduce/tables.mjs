// The tables of docs/results.md.

/**
 * @typedef {object} Outcome
 * @property {import('./experiments.mjs').Experiment} experiment
 * @property {import('./runner.mjs').Run[]} faithful
 * @property {import('./runner.mjs').Run[]} ours
 * @property {{ accuracy: number, seconds: number } | null} passing
 */

/** Published, faithful and ours, one experiment a line. @param {Outcome[]} outcomes */
export function comparisonTable(outcomes) {
  const rows = outcomes.map(({ experiment: { name, metric, published }, faithful, ours }) => [
    name,
    metric,
    rate(published),
    faithful.length === 0 ? '–' : `${spread(faithful)}${off(faithful, published)}`,
    spread(ours),
    rate(ours[0]?.rawPixels ?? null),
    faithful.length === 0 ? '–' : time(trainingOf(faithful)),
    ours.length === 0 ? '–' : time(trainingOf(ours)),
  ]);
  return table(
    [
      'experiment',
      'what is measured',
      'published',
      'faithful preset',
      'ours',
      'raw pixels',
      'training, faithful',
      'training, ours',
    ],
    rows,
  );
}

/** All epochs of a run, each of median length. @param {import('./runner.mjs').Run[]} runs */
function trainingOf(runs) {
  return mean(runs.map((run) => (run.bestSeconds / run.bestEpoch) * run.numEpochs));
}

/** How long each takes, where the published number is an accuracy on pairs. @param {Outcome[]} outcomes */
export function speedTable(outcomes) {
  const rows = outcomes.flatMap(({ experiment, faithful: [run], passing }) => {
    if (passing === null || run === undefined) return [];
    return [
      [
        experiment.name,
        `${time(run.bestSeconds)} (epoch ${run.bestEpoch} of ${run.numEpochs})`,
        `${time(passing.seconds)} (${rate(passing.accuracy)})`,
        `1/${(run.bestSeconds / passing.seconds).toFixed(0)}`,
      ],
    ];
  });
  if (rows.length === 0) return '';
  return table(
    ['experiment', 'faithful, to its own best', 'ours, to pass the published number', 'share'],
    rows,
  );
}

/** @param {string[]} header @param {string[][]} rows */
function table(header, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, i) => (i < 2 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** `.9944 (.9940–.9951)` over seeds. @param {{ value: number }[]} runs */
function spread(runs) {
  const values = runs.map(({ value }) => value);
  if (values.length === 0) return '–';
  if (values.length === 1) return rate(values[0]);
  return `${rate(mean(values))} (${rate(Math.min(...values))}–${rate(Math.max(...values))})`;
}

/** How far a faithful run is from what was published. @param {{ value: number }[]} runs @param {number | null} published */
function off(runs, published) {
  if (published === null) return '';
  const difference = mean(runs.map(({ value }) => value)) - published;
  return ` (${difference < 0 ? '−' : '+'}${rate(Math.abs(difference))})`;
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {number | null | undefined} value */
function rate(value) {
  return typeof value === 'number' ? value.toFixed(4).replace(/^0/, '') : '–';
}

/** @param {number} seconds */
function time(seconds) {
  if (!Number.isFinite(seconds)) return '–';
  return seconds < 100 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`;
}
