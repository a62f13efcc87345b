import type { Command } from 'commander';
import { decodeImage, type PixelTarget } from '../data/pixels/decode.ts';
import { writeComparison } from '../jobs/compare-picture.ts';
import { loadModel } from '../model/load.ts';
import { formatDistance, formatPercent } from '../report/format.ts';
import { checkPicturePath, drawPairsAsText } from '../report/index.ts';
import { addCommonOptions, type CommonOptions, openRuntime } from './common.ts';
import { createTerminal } from './terminal.ts';

interface CompareOptions extends CommonOptions {
  readonly out?: string;
}

/** Twice the columns of a picture in the terminal: a character is two pixels tall. */
const PICTURE: PixelTarget = { height: 56, width: 56, channels: 3, resize: 'fit' };

export function addCompare(verb: Command): void {
  verb
    .argument('<model>', 'folder of a model, or of a run')
    .argument('<a>', 'an image file')
    .argument('<b>', 'another')
    .option('--out <file>', 'write both as one picture with the verdict: .png, .jpg, .webp or .svg');
  addCommonOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame compare runs/photos a.jpg b.jpg
  $ samesame compare runs/photos a.jpg b.jpg --out pair.png
  $ samesame compare runs/photos a.jpg b.jpg --json
  {"distance":0.213,"probability":0.973,"verdict":"same","threshold":0.481}`,
    )
    .action(runCompare);
}

async function runCompare(folder: string, a: string, b: string, options: CompareOptions): Promise<void> {
  const { out } = options;
  if (out !== undefined) checkPicturePath(out);
  const terminal = createTerminal(options);
  const model = await loadModel(folder, { runtime: openRuntime(options) });
  const comparison = await model.compareFiles(a, b);
  await model.close();
  const { distance, probability, verdict, threshold } = comparison;
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
    `${verdict}  probability of being the same ${formatPercent(probability)}, ` +
      `distance ${formatDistance(distance)} (the same below ${formatDistance(threshold)})`,
  );
  if (out !== undefined) terminal.print(`picture  ${out}`);
  terminal.result({ distance, probability, verdict, threshold, picture: out });
}
