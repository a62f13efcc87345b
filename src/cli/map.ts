import { type Command, Option } from 'commander';
import { openDataset } from '../data/sources/open.ts';
import type { EvaluatedPart } from '../jobs/evaluated-part.ts';
import { checkMapPath, drawMap, type MapJob } from '../jobs/map.ts';
import { PROJECTION_NAMES } from '../projection/index.ts';
import { formatCount } from '../report/format.ts';
import { addCommonOptions, type CommonOptions, memoryOption, openRuntime, toCount } from './common.ts';
import { withInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { createTerminal } from './terminal.ts';

interface MapOptions extends CommonOptions {
  readonly method: NonNullable<MapJob['method']>;
  readonly out?: readonly string[];
  readonly split?: 'test' | 'all';
  readonly images: number;
  readonly colorBy: 'label' | 'none';
  readonly thumbnails?: boolean;
  readonly memory?: number;
}

const PART: Readonly<Record<EvaluatedPart, string>> = {
  'held-out': 'that the run of this model held out',
  test: 'of the test split',
  all: 'of all there are',
};

export function addMap(verb: Command): void {
  verb
    .argument('<model>', 'folder of a model, or of a run')
    .argument('<data>', 'as train takes it; it needs no labels')
    .optionsGroup('Map:')
    .option(
      '--out <file>',
      'page (.html, with the images as points), picture (.svg, .png), or the frames that the run kept (.gif, .webp); may be given several times (default: map.html)',
      (path: string, before: readonly string[] = []) => [...before, path],
    )
    .addOption(
      new Option(
        '--method <name>',
        'auto is the embedding itself where it has two numbers, else umap; pca below 15 images',
      )
        .choices(['auto', ...PROJECTION_NAMES])
        .default('auto'),
    )
    .addOption(
      new Option(
        '--split <part>',
        'images to draw (default: test where there is one, or where the model was trained on this data; else all)',
      ).choices(['test', 'all']),
    )
    .option('--images <n>', 'most images to draw', toCount, 2000)
    .addOption(
      new Option('--color-by <what>', 'what colours tell').choices(['label', 'none']).default('label'),
    )
    .option('--thumbnails', 'show the images themselves in .svg and .png, where there is room')
    .optionsGroup('Machine:')
    .addOption(memoryOption());
  addCommonOptions(verb, 'what images and layout are drawn by (default: the model’s own)')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame map runs/photos photos
  $ samesame map runs/photos photos --method tsne --out map.html --out map.png
  $ samesame map runs/digits mnist --out digits.svg --thumbnails
  $ samesame map runs/digits mnist --out digits.webp            where it was trained with --every`,
    )
    .action(runMap);
}

async function runMap(model: string, data: string, options: MapOptions): Promise<void> {
  const { method, out = ['map.html'], split, images, colorBy, thumbnails, seed, memory } = options;
  for (const path of out) checkMapPath(path);
  const terminal = createTerminal(options);
  const progress = createProgress(process.stderr, { quiet: terminal.quiet });
  const dataset = await openDataset(data, { labels: 'optional' });
  const map = await withInterrupt(
    { advice: () => 'nothing was written', onInterrupt: progress.stop },
    (signal) =>
      drawMap({
        model,
        dataset,
        out,
        method,
        split,
        maxImages: images,
        colorBy,
        thumbnails,
        seed,
        memoryBytes: memory,
        signal,
        runtime: openRuntime(options),
        onEvent: progress.onEvent,
      }),
  ).finally(progress.stop);

  const numDrawn = map.images.length;
  const drawn =
    numDrawn < map.numFound
      ? `${formatCount(numDrawn)} of ${formatCount(map.numFound)}`
      : formatCount(numDrawn);
  if (method !== 'auto' && map.method !== method)
    terminal.warn(`${numDrawn} images are too few for ${method}: the map is by ${map.method}`);
  terminal.print(`${drawn} images ${PART[map.part]}, placed by ${map.method}`);
  for (const path of out) terminal.print(`map  ${path}`);
  terminal.result({
    model,
    data,
    out,
    method: map.method,
    part: map.part,
    images: numDrawn,
    found: map.numFound,
    bad: map.bad.length,
    badImages: map.bad,
  });
}
