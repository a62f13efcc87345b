import type { ExamplePair } from '../jobs/examples.ts';
import type { Measurement } from '../jobs/measure.ts';
import { formatCount, formatRate } from '../report/format.ts';
import { drawPairsAsText, renderResults } from '../report/index.ts';
import type { Terminal } from './terminal.ts';

/** The table of results, and what it is of. */
export function printResults(
  terminal: Terminal,
  measurement: Measurement,
  { name, images }: { readonly name: string; readonly images: string },
): void {
  const { numPairs, threshold } = measurement.verification;
  terminal.print(`\n${name}: ${formatCount(numPairs)} pairs of ${images}`);
  terminal.print(
    `the same thing below a distance of ${threshold.toPrecision(4)}, chosen on validation pairs\n`,
  );
  terminal.print(renderResults(measurement));
}

/** Pairs as pictures, with what the model says and whether that is right. */
export function printExamples(terminal: Terminal, examples: readonly ExamplePair[]): void {
  const pairs = examples.map(({ left, right, shape, names, verdict, probability, similar }) => ({
    left,
    right,
    shape,
    captions: [
      `${names[0]} and ${names[1]}`,
      `${verdict} ${(verdict === 'same') === similar ? '✓' : '✗'}  P(same) ${formatRate(probability)}`,
    ],
  }));
  terminal.print(drawPairsAsText(pairs, { hasColor: terminal.hasColor, columns: terminal.columns }));
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
