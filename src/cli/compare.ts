import type { Command } from 'commander';
import { decodeImage, type PixelTarget } from '../data/pixels/decode.ts';
import { loadModel } from '../model/load.ts';
import { formatDistance, formatPercent } from '../report/format.ts';
import { drawPairsAsText } from '../report/index.ts';
import { addCommonOptions, type CommonOptions, openRuntime } from './common.ts';
import { createTerminal } from './terminal.ts';

/** Twice the columns of a picture in the terminal: a character is two pixels tall. */
const PICTURE: PixelTarget = { height: 56, width: 56, channels: 3, resize: 'fit' };

export function addCompare(verb: Command): void {
  verb
    .argument('<model>', 'folder of a model, or of a run')
    .argument('<a>', 'an image file')
    .argument('<b>', 'another');
  addCommonOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame compare runs/photos a.jpg b.jpg
  $ samesame compare runs/photos a.jpg b.jpg --json
  {"distance":0.213,"probability":0.973,"verdict":"same","threshold":0.481}`,
    )
    .action(runCompare);
}

async function runCompare(folder: string, a: string, b: string, options: CommonOptions): Promise<void> {
  const terminal = createTerminal(options);
  const model = await loadModel(folder, { runtime: openRuntime(options) });
  const { distance, probability, verdict, threshold } = await model.compareFiles(a, b);
  await model.close();
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
  terminal.result({ distance, probability, verdict, threshold });
}
