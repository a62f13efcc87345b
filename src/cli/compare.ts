import { resolve } from 'node:path';
import type { Command } from 'commander';
import { SamesameError } from '../base/errors.ts';
import { decodeImage, type PixelTarget } from '../data/pixels/decode.ts';
import { writeComparison } from '../jobs/compare-picture.ts';
import { explain } from '../jobs/explain/explain.ts';
import { type Explanation, REGION_RULE } from '../jobs/explain/explain-pair.ts';
import type { Comparison } from '../model/judge.ts';
import { loadModel } from '../model/load.ts';
import { formatDistance, formatPercent } from '../report/format.ts';
import { checkPicturePath, drawPairsAsText } from '../report/index.ts';
import { addCommonOptions, type CommonOptions, openRuntime, toShare } from './common.ts';
import { withInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { createTerminal } from './terminal.ts';

interface CompareOptions extends CommonOptions {
  readonly out?: string;
  readonly explain?: string;
  readonly prior?: number;
}

/** Twice the columns of a picture in the terminal: a character is two pixels tall. */
const PICTURE: PixelTarget = { height: 56, width: 56, channels: 3, resize: 'fit' };

export function addCompare(verb: Command): void {
  verb
    .argument('<model>', 'folder of a model, or of a run')
    .argument('<a>', 'an image file')
    .argument('<b>', 'another')
    .option('--out <file>', 'write both as one picture with the verdict: .png, .jpg, .webp or .svg')
    .option(
      '--explain <file>',
      'write both with the heat of their agreement on them, and say how much of it the hottest part carries',
    )
    .option(
      '--prior <share>',
      'share of similar pairs where you ask: 0.01 where one in a hundred is (default: the model’s own)',
      toShare,
    );
  addCommonOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame compare runs/photos a.jpg b.jpg
  $ samesame compare runs/photos a.jpg b.jpg --out pair.png
  $ samesame compare runs/photos a.jpg b.jpg --explain why.png
  $ samesame compare runs/photos a.jpg b.jpg --prior 0.01
  $ samesame compare runs/photos a.jpg b.jpg --json
  {"distance":0.213,"probability":0.973,"prior":0.5,"verdict":"same","threshold":0.481}`,
    )
    .action(runCompare);
}

async function runCompare(folder: string, a: string, b: string, options: CompareOptions): Promise<void> {
  const { out, explain: picture } = options;
  for (const path of [out, picture]) if (path !== undefined) checkPicturePath(path);
  if (out !== undefined && picture !== undefined && resolve(out) === resolve(picture)) {
    throw new SamesameError('E_USAGE', {
      what: '--out and --explain would write the same file',
      expected: 'two names, or one of the two options',
      received: out,
    });
  }
  const terminal = createTerminal(options);
  const explanation =
    picture === undefined ? undefined : await explainVerdict(folder, a, b, picture, options);
  const comparison = explanation?.comparison ?? (await compareFiles(folder, a, b, options));
  const { distance, probability, prior, verdict, because, threshold } = comparison;
  if (out !== undefined) await writeComparison(out, [a, b], comparison);
  if (terminal.isWatched && !terminal.json) {
    const [left, right] = await Promise.all([decodeImage(a, PICTURE), decodeImage(b, PICTURE)]);
    terminal.print(
      drawPairsAsText([{ left, right, shape: PICTURE, captions: [] }], {
        hasColor: terminal.hasColor,
        imageColumns: PICTURE.width / 2,
        columns: terminal.columns,
      }),
    );
  }
  terminal.print(
    `${verdict}  probability of being the same ${formatPercent(probability)}${whereOf(options, prior)}, ` +
      `distance ${formatDistance(distance)} (the same below ${formatDistance(threshold)})`,
  );
  if (because !== undefined) terminal.print(`unsure, because ${because}`);
  if (explanation !== undefined) {
    terminal.print(explanation.sentence);
    terminal.print(`explanation  ${picture}`);
  }
  if (out !== undefined) terminal.print(`picture  ${out}`);
  terminal.result({
    distance,
    probability,
    prior,
    verdict,
    because,
    threshold,
    picture: out,
    explanation: explanation && { picture, ...numbersOf(explanation) },
  });
}

/** What the probability holds for, where it is not even odds that nobody asked for. */
function whereOf(options: CompareOptions, prior: number | undefined): string {
  if (prior === undefined || (options.prior === undefined && prior === 0.5)) return '';
  return ` where ${formatPercent(prior)} of pairs are`;
}

async function compareFiles(
  folder: string,
  a: string,
  b: string,
  options: CompareOptions,
): Promise<Comparison> {
  const model = await loadModel(folder, { runtime: openRuntime(options) });
  try {
    return await model.compareFiles(a, b, { prior: options.prior });
  } finally {
    await model.close();
  }
}

function explainVerdict(
  model: string,
  left: string,
  right: string,
  out: string,
  options: CompareOptions,
): Promise<Explanation> {
  const progress = createProgress(process.stderr, { quiet: options.quiet === true });
  return withInterrupt({ advice: () => 'nothing was written', onInterrupt: progress.stop }, (signal) =>
    explain({
      model,
      left,
      right,
      prior: options.prior,
      out,
      runtime: openRuntime(options),
      signal,
      onProgress: (event) => progress.onEvent({ kind: 'stage', ...event }),
    }),
  ).finally(progress.stop);
}

/** An explanation without its maps. */
function numbersOf({ method, sides, carried, rankCorrelation, sentence }: Explanation) {
  return {
    method,
    region: {
      rule: REGION_RULE,
      areaShares: sides.map(({ areaShare }) => areaShare),
      barShares: sides.map(({ barShare }) => barShare),
    },
    carried,
    rankCorrelation,
    sentence,
  };
}
