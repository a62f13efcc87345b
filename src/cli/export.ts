import { type Command, Option } from 'commander';
import { openDataset } from '../data/sources/open.ts';
import { type Exported, exportModel } from '../jobs/export/export.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../jobs/export/formats.ts';
import type { Parity } from '../jobs/export/parity.ts';
import { formatBytes, formatCount, formatNumber, formatPercent, formatRate } from '../report/format.ts';
import { renderTable } from '../report/terminal/table.ts';
import { addCommonOptions, type CommonOptions, memoryOption, openRuntime, toCount } from './common.ts';
import { withInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { createTerminal, type Terminal } from './terminal.ts';

interface ExportOptions extends CommonOptions {
  readonly to: ExportFormat;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly calibrate?: readonly string[];
  readonly calibrationImages?: number;
  readonly weightBits?: '7' | '8';
  readonly split?: 'test' | 'all';
  readonly pairs?: number;
  readonly memory?: number;
}

const COMPARED: Readonly<Record<Exported['images'], string>> = {
  measured: 'images that the model was not trained on',
  calibration: 'of the images that its ranges came from',
  patterns: 'patterns drawn by chance: name data to compare on images',
};

export function addExport(verb: Command): void {
  verb
    .argument('<model>', 'folder of a model, or of a run')
    .argument('[data]', 'as evaluate takes it: both are measured on it, on the same images and pairs')
    .optionsGroup('Export:')
    .addOption(
      new Option('--to <format>', 'what to write (docs/export.md)')
        .choices([...EXPORT_FORMATS])
        .makeOptionMandatory(),
    )
    .option(
      '--out <path>',
      'where to: a file, or a folder (default: the name of the run, with an ending for the format); onnx-int8 and onnx-fp16 write one file where the name ends in .onnx',
    )
    .option('--overwrite', 'replace an export that is there')
    .option(
      '--calibrate <images...>',
      'image files, and folders of them, that 8 bits are fitted to (default: some of the data that are not measured)',
    )
    .option('--calibration-images <n>', 'how many of them to look at (default: 64)', toCount)
    .addOption(
      new Option(
        '--weight-bits <n>',
        '7 for x86 processors without VNNI, whose sums of 8-bit products overflow (default: 8)',
      ).choices(['7', '8']),
    )
    .addOption(
      new Option('--split <part>', 'images to measure on (default: as evaluate)').choices(['test', 'all']),
    )
    .option('--pairs <n>', 'balanced pairs to draw (default: as many as the model’s run)', toCount)
    .optionsGroup('Machine:')
    .addOption(memoryOption());
  addCommonOptions(verb, 'what pairs and samples are drawn from (default: the model’s own)')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame export runs/photos --to onnx                            one file: photos.onnx
  $ samesame export runs/photos photos --to onnx-int8                smaller and faster; says what it costs
  $ samesame export runs/photos --to onnx-int8 --calibrate inbox/    where the data are not at hand
  $ samesame export runs/photos photos --to hub-folder --out photos-hub`,
    )
    .action(runExport);
}

async function runExport(model: string, data: string | undefined, options: ExportOptions): Promise<void> {
  const { to, out, overwrite, calibrate, calibrationImages, weightBits, split, pairs, seed, memory } =
    options;
  const terminal = createTerminal(options);
  const progress = createProgress(process.stderr, { quiet: terminal.quiet });
  const dataset = data === undefined ? undefined : await openDataset(data);
  const exported = await withInterrupt(
    { advice: () => 'nothing was written', onInterrupt: progress.stop },
    (signal) =>
      exportModel({
        model,
        format: to,
        out,
        overwrite,
        dataset,
        split,
        numPairs: pairs,
        calibrate,
        numCalibration: calibrationImages,
        weightBits: weightBits === undefined ? undefined : weightBits === '7' ? 7 : 8,
        seed,
        memoryBytes: memory,
        signal,
        runtime: openRuntime(options),
        onEvent: progress.onEvent,
      }),
  ).finally(progress.stop);
  printExported(terminal, exported);
  terminal.result({ model, data, ...exported });
}

function printExported(terminal: Terminal, { out, encoderBytes, networks, images }: Exported): void {
  terminal.print(
    `\nAgainst the model, on ${formatCount(networks[0].parity.numImages)} ${COMPARED[images]}\n`,
  );
  terminal.print(
    renderTable({
      header: ['file', 'size', 'of the model’s', 'largest difference', 'mean distance', 'largest distance'],
      rows: networks.map(({ file, sizeBytes, parity }) => [
        file,
        formatBytes(sizeBytes),
        formatPercent(sizeBytes / encoderBytes),
        formatNumber(parity.largestDifference),
        formatNumber(parity.meanDistance),
        formatNumber(parity.largestDistance),
      ]),
    }),
  );
  for (const { file, precision, layers, parity } of networks) {
    if (layers !== undefined) {
      terminal.print(
        `\n${file}: ${layers.numQuantized} of ${layers.numLayers} convolutions and dense layers count in 8 bits`,
      );
    }
    if (precision !== 'float32' || networks.length === 1) printMetrics(terminal, file, parity);
  }
  terminal.print(`\nexport  ${out}`);
}

function printMetrics(
  terminal: Terminal,
  file: string,
  { metrics, numPairs, verdictsChanged }: Parity,
): void {
  if (metrics === null) return;
  terminal.print(
    `\n${file}: ${formatCount(numPairs)} pairs, ${formatPercent(verdictsChanged)} of them called otherwise\n`,
  );
  terminal.print(
    renderTable({
      header: ['metric', 'model', 'export', 'change'],
      rows: metrics.map(({ name, before, after, change }) => [
        name,
        formatRate(before),
        formatRate(after),
        change === null ? '—' : `${change > 0 ? '+' : change < 0 ? '−' : ''}${formatRate(Math.abs(change))}`,
      ]),
    }),
  );
}
