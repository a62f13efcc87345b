import type { Estimate, PairedComparison } from '../evaluate/index.ts';
import type { ExamplePair } from '../jobs/examples.ts';
import type { FinishedRun } from '../jobs/finish.ts';
import type { Measurement } from '../jobs/measure.ts';
import { formatCount, formatDuration, formatRate } from '../report/format.ts';
import { drawPairsAsText, renderResults } from '../report/index.ts';
import type { Terminal } from './terminal.ts';

/** The table of results, and what it is of. */
export function printResults(
  terminal: Terminal,
  measurement: Measurement,
  { name, images, isFixed }: { readonly name: string; readonly images: string; readonly isFixed: boolean },
): void {
  const { numPairs, threshold } = measurement.verification;
  terminal.print(`\n${name}: ${formatCount(numPairs)} pairs of ${images}`);
  terminal.print(
    `the same thing below a distance of ${threshold.toPrecision(4)}, ${isFixed ? 'fixed by the settings' : 'chosen on validation pairs'}\n`,
  );
  terminal.print(renderResults(measurement));
  if (measurement.overFrozen !== null) terminal.print(`\n${overFrozenText(measurement.overFrozen)}`);
  const { accuracy, majorityBaseline } = measurement.verification;
  const bare = measurement.rawPixels?.verification.accuracy.value ?? 0;
  const floor = Math.max(bare, majorityBaseline);
  if (accuracy.low > floor) return;
  terminal.print(
    `\nThis is not surely better than ${bare > majorityBaseline ? 'comparing bare pixels' : 'always saying the same'} ` +
      `(${formatRate(floor)}): train longer (--epochs), or with more images.`,
  );
}

/** What training added to the backbone, on the same pairs. */
function overFrozenText({ accuracyDifference, aucDifference }: PairedComparison): string {
  const of = ({ value, low, high }: Estimate) =>
    `${signed(value)} (${low === null ? '–' : `${signed(low)} to ${signed(high)}`})`;
  return (
    'More than the backbone untrained, on the same pairs: ' +
    `accuracy ${of(accuracyDifference)}, AUC ${of(aucDifference)}`
  );
}

function signed(value: number | null): string {
  return value === null ? '–' : `${value < 0 ? '−' : '+'}${formatRate(Math.abs(value))}`;
}

/** Pairs as pictures, with what the model says and whether that is right. */
export function printExamples(terminal: Terminal, examples: readonly ExamplePair[]): void {
  const pairs = examples.map(({ left, right, shape, names, verdict, probability, similar }) => ({
    left,
    right,
    shape,
    captions: [
      `${names[0]} and ${names[1]}`,
      `${verdict} ${markOf(verdict, similar)}  P(same) ${formatRate(probability)}`,
    ],
  }));
  terminal.print('\nPairs drawn without looking, then the worst mistakes\n');
  terminal.print(drawPairsAsText(pairs, { hasColor: terminal.hasColor, columns: terminal.columns }));
}

function markOf(verdict: ExamplePair['verdict'], similar: boolean): string {
  if (verdict === 'unsure') return '~';
  return (verdict === 'same') === similar ? '✓' : '✗';
}

/** What training took, and where its files are. */
export function printFiles(terminal: Terminal, run: FinishedRun): void {
  const speed = `${formatCount(run.imagesPerSecond)} images/s`;
  terminal.print(`\nTrained in ${formatDuration(run.trainSeconds)} (${speed})`);
  terminal.print(`  model   ${run.model}\n  report  ${run.report}`);
  if (run.tensorboard !== undefined) terminal.print(`  curves  tensorboard --logdir ${run.tensorboard}`);
  if (run.animation !== undefined) terminal.print(`  frames  ${run.animation}`);
}

/** Commands to go on with, one a line; the command last, since paths are long. */
export function printNext(
  terminal: Terminal,
  commands: readonly (readonly [does: string, command: string])[],
): void {
  const width = Math.max(...commands.map(([does]) => does.length));
  terminal.print('\nTry next');
  for (const [does, command] of commands) terminal.print(`  ${does.padEnd(width)}  ${command}`);
}
