import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { overrideBase } from '../jobs/sweep/expand.ts';
import { slug } from '../jobs/sweep/plan.ts';
import { locateSweep } from '../jobs/sweep/shipped.ts';
import { type FinishedSweep, runSweep } from '../jobs/sweep/sweep.ts';
import { parseSweep, readSweepFile } from '../jobs/sweep/sweep-file.ts';
import { renderSweepText } from '../report/sweep/sweep-text.ts';
import { addCommonOptions, type CommonOptions, memoryOption, toCount } from './common.ts';
import { withInterrupt } from './interrupt.ts';
import { PartialFailure } from './partial-failure.ts';
import { createSweepProgress } from './sweep-progress.ts';
import { createTerminal } from './terminal.ts';

interface SweepOptions extends CommonOptions {
  readonly out?: string;
  readonly parallel: number;
  readonly memory?: number;
  readonly cache?: string;
  readonly set: Readonly<Record<string, unknown>>;
}

const FILE_HELP = `
The sweep file is JSON:
  {
    "name": "margins",
    "base": {"loss": "contrastive", "epochs": 20},
    "grid": {"lossOptions.margin": [0.5, 1], "learningRate": [0.001, 0.002]},
    "list": [{"name": "no augmentation", "config": {"augment": "none"}}],
    "seeds": [1, 2, 3]
  }
"base" holds settings as train --config has them, over those of a "preset" where one is named. Each combination of the grid's values is a configuration; those of
"list" come behind them, each over the base, with "data" of its own where it has some (a path relative to DATA). A dot
sets one option of lossOptions, comparatorOptions, augment, image or pixels; a plain key replaces all of it. Each configuration is trained with each
seed (default: 1, 2, 3).

The table is sorted, and the best configuration chosen, by validation accuracy. Run the same command again after an
interruption or a change of the file: what is finished and unchanged is not done again. A configuration that cannot be
trained, or whose run fails, is named in the table while the others go on; the exit code is then 1. Without any that can
be trained it is 2 (or 3 for the data), and nothing is done.

Examples:
  $ samesame sweep sweep.json photos
  $ samesame sweep sweep.json photos --out runs/margins --parallel 2
  $ samesame sweep protocol-d products-10k --seed 1 --json
  $ samesame sweep seen-and-unseen photos
  $ samesame sweep protocol-d my-products --set backbone=mobilenet-v2-035 --set epochs=20`;

export function addSweep(verb: Command): void {
  verb
    .argument(
      '<sweep>',
      'a sweep file: a grid or a list of configurations; or the name of one that comes along: protocol-d, seen-and-unseen',
    )
    .argument('<data>', 'what train reads: a folder, a .csv, an .npz, or mnist')
    .optionsGroup('Sweep:')
    .option('--out <dir>', "the sweep's folder (default: runs/<name of the sweep>)")
    .addOption(
      new Option('--parallel <n>', 'runs at a time, each in a process with its share of threads and memory')
        .argParser(toCount)
        .default(1),
    )
    .option(
      '--set <key=value>',
      "a setting in place of the base's, as JSON or a word; may be given several times",
      toSettings,
      {},
    )
    .optionsGroup('Machine:')
    .option('--cache <dir>', "where fetched backbones and their features are kept (default: samesame's own)")
    .addOption(memoryOption());
  addCommonOptions(verb, "one seed, instead of the file's")
    .addHelpText('after', FILE_HELP)
    .action(runSweepVerb);
}

async function runSweepVerb(path: string, data: string, options: SweepOptions): Promise<void> {
  const written = await readSweepFile(await locateSweep(path));
  const file = parseSweep(overrideBase(written, options.set), 'the sweep with what --set says');
  const sweep = options.seed === undefined ? file : { ...file, seeds: [options.seed] };
  const out = options.out ?? join('runs', slug(sweep.name));
  const terminal = createTerminal(options);
  const progress = createSweepProgress(process.stderr, { quiet: terminal.quiet });
  terminal.note(`${path}: the sweep goes to ${out}`);
  const done = await withInterrupt(
    {
      advice: () =>
        existsSync(join(out, 'sweep.json'))
          ? `go on with the same command: ${commandOf(path, data, out, options)}`
          : 'no run had begun',
      onInterrupt: progress.stop,
    },
    (signal) =>
      runSweep({
        sweep,
        data,
        out,
        parallel: options.parallel,
        numThreads: options.threads,
        provider: options.provider,
        memoryBytes: options.memory,
        cache: options.cache,
        signal,
        onEvent: progress.onEvent,
      }),
  ).finally(progress.stop);

  const { table } = done;
  terminal.print(`\n${renderSweepText(table, terminal.isWatched ? terminal.columns : 200)}`);
  terminal.print(
    '\nsorted by validation accuracy; * is the best by it; ± is the standard deviation over seeds',
  );
  terminal.print(`  table  ${join(out, 'table.md')}\n  plot   ${join(out, 'plot.svg')}`);
  terminal.result(sweepJson(done));
  if (table.numFailed > 0)
    throw new PartialFailure(
      `${table.numFailed} of ${table.numRuns} runs failed; the table names them. The same command tries them again.`,
    );
}

function commandOf(
  path: string,
  data: string,
  out: string,
  { parallel, seed, threads, memory, cache, set }: SweepOptions,
): string {
  const flags = [
    parallel > 1 ? ` --parallel ${parallel}` : '',
    seed === undefined ? '' : ` --seed ${seed}`,
    threads === undefined ? '' : ` --threads ${threads}`,
    memory === undefined ? '' : ` --memory ${memory / 2 ** 20}`,
    cache === undefined ? '' : ` --cache ${cache}`,
    ...Object.entries(set).map(([key, value]) => ` --set ${key}=${wordOf(value)}`),
  ];
  return `samesame sweep ${path} ${data} --out ${out}${flags.join('')}`;
}

/** As it was given, for a shell. */
function wordOf(value: unknown): string {
  const word = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[\w./@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `epochs=3`, `pixels={"scale": "symmetric"}`, `backbone=mobilenet-v2`. */
function toSettings(text: string, before: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const end = text.indexOf('=');
  if (end < 1) throw new InvalidArgumentError('Expected KEY=VALUE, such as epochs=3.');
  const value = text.slice(end + 1);
  return { ...before, [text.slice(0, end)]: parseValue(value) };
}

/** JSON where it is some, else the word itself. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function sweepJson({ out, table, files }: FinishedSweep): object {
  const { rows, ...rest } = table;
  return { out, files, best: rows.find(({ isBest }) => isBest)?.name ?? null, ...rest, configurations: rows };
}
