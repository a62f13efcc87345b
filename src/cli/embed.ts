import type { Command } from 'commander';
import { describeBad } from '../jobs/bad-images.ts';
import { checkEmbeddingsPath, embedFiles, writeEmbeddings } from '../jobs/embed.ts';
import { loadModel } from '../model/load.ts';
import { formatCount } from '../report/format.ts';
import { addCommonOptions, type CommonOptions, openBatchRuntime } from './common.ts';
import { withInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { createTerminal } from './terminal.ts';

interface EmbedVerbOptions extends CommonOptions {
  readonly out: string;
}

export function addEmbed(verb: Command): void {
  verb
    .argument('<model>', 'folder of a model, or of a run')
    .argument('<images...>', 'image files, and folders of them')
    .optionsGroup('Embeddings:')
    .option(
      '--out <file>',
      '.npz (arrays "embeddings" and "names", for NumPy) or .jsonl ({"path", "embedding"} a line)',
      'embeddings.npz',
    );
  addCommonOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame embed runs/photos photos
  $ samesame embed runs/photos a.jpg b.jpg more/ --out embeddings.jsonl`,
    )
    .action(runEmbed);
}

async function runEmbed(folder: string, images: readonly string[], options: EmbedVerbOptions): Promise<void> {
  const { out } = options;
  checkEmbeddingsPath(out);
  const terminal = createTerminal(options);
  const model = await loadModel(folder, { runtime: openBatchRuntime(options) });
  const progress = createProgress(process.stderr, { quiet: terminal.quiet });
  const embedded = await withInterrupt(
    { advice: () => 'nothing was written', onInterrupt: progress.stop },
    (signal) =>
      embedFiles(model, images, {
        signal,
        onProgress: (event) => progress.onEvent({ kind: 'stage', ...event }),
      }),
  ).finally(progress.stop);
  await model.close();
  await writeEmbeddings(out, embedded);

  const { paths, embeddingSize, bad } = embedded;
  if (bad.length > 0) {
    terminal.warn(describeBad({ bad, numImages: paths.length + bad.length }, 'the list that --json prints'));
  }
  terminal.print(`${formatCount(paths.length)} embeddings of ${embeddingSize} numbers in ${out}`);
  terminal.result({
    model: folder,
    out,
    images: paths.length,
    embeddingSize,
    bad: bad.length,
    badImages: bad,
  });
}
