import { resolve } from 'node:path';
import type { Command } from 'commander';
import { SamesameError } from '../base/errors.ts';
import { isS3Address } from '../data/s3/address.ts';
import { describeBad } from '../jobs/bad-images.ts';
import { type IndexProgress, type IndexResult, indexImages } from '../jobs/indexing/index-images.ts';
import { type Metadata, readMetadata } from '../jobs/indexing/metadata.ts';
import { watchImages } from '../jobs/indexing/watch.ts';
import { loadModel } from '../model/load.ts';
import type { Model } from '../model/model.ts';
import { formatCount, formatDuration, formatRate } from '../report/format.ts';
import { storeIdentity } from '../search/store/identity.ts';
import { openStore } from '../search/store/open.ts';
import type { VectorStore } from '../search/store/types.ts';
import { addCommonOptions, type CommonOptions, openBatchRuntime, toCount } from './common.ts';
import { withInterrupt } from './interrupt.ts';
import { createLiveLine, type LiveLine } from './live-line.ts';
import { QUEUE_FLAG } from './queue-flags.ts';
import { addS3Options, type S3FlagOptions, toS3Options } from './source-flags.ts';
import { addStoreOption, type StoreOptions } from './store-flags.ts';
import { createTerminal, type Terminal } from './terminal.ts';

export interface IndexVerbOptions extends CommonOptions, StoreOptions, S3FlagOptions {
  readonly filesFrom?: readonly string[];
  readonly queue?: string;
  readonly wait?: boolean;
  readonly jobSize?: number;
  readonly maxWaiting?: number;
  readonly metadata?: string;
  readonly batch?: number;
  readonly allowEmpty?: boolean;
  readonly watch?: boolean;
}

export function addIndex(verb: Command): void {
  verb
    .argument('<model>', 'folder of a model, or of a run')
    .argument('[paths...]', 'folders of images, image files, s3://bucket/prefix, and whatever train reads')
    .optionsGroup('Index:');
  addStoreOption(verb)
    .option(
      '--metadata <file>',
      'facts to search by: .jsonl ({"path": …, any fields} a line) or .csv (column path, any others)',
    )
    .option('--watch', 'stay, and follow the folders until Ctrl-C')
    .option(
      '--batch <n>',
      'images written at a time, and lost at most by a kill (default: what takes about a second)',
      toCount,
    )
    .option('--allow-empty', 'forget the images of a folder that is empty now')
    .option(
      '--files-from <list>',
      'a list of images, - for stdin: one path a line, or NUL between them, or {"path": …, "label": …} a line; may be given several times',
      (list: string, former: readonly string[] = []) => [...former, list],
    )
    .optionsGroup('Many machines:')
    .option(QUEUE_FLAG[0], `only list the images, as jobs for "samesame worker"; ${QUEUE_FLAG[1]}`)
    .option('--wait', 'with --queue: stay until the workers have done everything')
    .option('--job-size <n>', 'with --queue: images a job (default: 256)', toCount)
    .option(
      '--max-waiting <n>',
      'with --queue: jobs that may wait; past it the listing waits (default: 1000)',
      toCount,
    );
  addS3Options(verb);
  addCommonOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame index runs/photos photos
  $ samesame index runs/photos photos --watch
  $ samesame index runs/photos /mnt/photos --store postgres://me@db/photos
  $ samesame index runs/photos s3://bucket/photos
  $ find photos -name '*.jpg' -print0 | samesame index runs/photos --files-from -
  $ samesame index runs/photos /mnt/photos --queue postgres://me@db/photos      then: samesame worker --help

Only what is new or changed is read; rows of files that are gone are removed. Killed or stopped, the same command goes
on where it was. The first level of folders becomes the label of an image.

--json: store, embedded, updated, unchanged, removed, rows, recall { recall, k, numQueries, numRows } or null, bad,
badImages [{ id, reason }], unreadableFolders, seconds. With --queue: queue, store, listed, unchanged, queued, jobs, removed,
unreadableFolders, status (as "queue status --json" has it; null without --wait).`,
    )
    .action(runIndex);
}

async function runIndex(
  folder: string,
  paths: readonly string[],
  options: IndexVerbOptions,
  verb: Command,
): Promise<void> {
  const { queue, filesFrom = [] } = options;
  if (paths.length + filesFrom.length === 0) {
    throw new SamesameError('E_USAGE', {
      what: 'it is not said which images to index',
      expected: 'folders, image files, s3://bucket/prefix, or --files-from with a list',
    });
  }
  if (queue !== undefined) {
    const { runIndexQueue } = await import('./index-queue.ts');
    const store = verb.getOptionValueSource('store') === 'default' ? undefined : options.store;
    return runIndexQueue(folder, paths, { ...options, queue }, store);
  }
  for (const option of ['wait', 'jobSize', 'maxWaiting'] as const)
    if (options[option] !== undefined) throw onlyWithQueue(option);
  if (options.watch && (filesFrom.length > 0 || paths.some(isS3Address))) throw cannotFollow();
  const terminal = createTerminal(options);
  const line = createLiveLine(process.stderr, { quiet: terminal.quiet });
  const metadata = options.metadata === undefined ? undefined : await readMetadata(options.metadata);
  const model = await loadModel(folder, { runtime: openBatchRuntime(options) });
  const store = await openStore(options.store, {
    identity: storeIdentity(model.config),
    onWait: (message) => line.keep(message),
  });
  const advice = () => 'what was written is kept, and the same command goes on after it';
  try {
    await withInterrupt({ advice, onInterrupt: line.stop }, async (signal) => {
      const notes = await store.readNotes();
      if (notes.modelFolder !== resolve(folder))
        await store.writeNotes({ ...notes, modelFolder: resolve(folder) });
      const describe = createDescriber();
      const result = await indexImages(model, store, paths, {
        metadata,
        filesFrom,
        s3: toS3Options(options),
        batchSize: options.batch,
        allowEmpty: options.allowEmpty,
        signal,
        onProgress: (event) => line.show(describe(event)),
      }).finally(line.stop);
      printResult(terminal, options.store, result);
      if (options.watch) await follow(model, store, paths, { metadata, terminal, line, signal });
    });
  } finally {
    await store.close();
    await model.close();
  }
}

function onlyWithQueue(option: string): SamesameError {
  const flag = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return new SamesameError('E_USAGE', {
    what: `--${flag} goes with --queue only`,
    expected: '--queue postgres://…',
    details: { option: flag },
  });
}

function cannotFollow(): SamesameError {
  return new SamesameError('E_USAGE', {
    what: '--watch follows folders of this machine only',
    expected: 'folders and files, no list and no s3:// address',
    details: { option: 'watch' },
  });
}

function printResult(terminal: Terminal, address: string, result: IndexResult): void {
  const { numEmbedded, numUpdated, numUnchanged, numRemoved, numRows, recall, bad, unreadableFolders } =
    result;
  if (bad.length > 0) {
    const numImages = numEmbedded + numUpdated + numUnchanged + bad.length;
    terminal.warn(describeBad({ bad, numImages }, 'the list that --json prints'));
  }
  for (const unreadable of unreadableFolders)
    terminal.warn(`${unreadable} may not be read; what the store has of it stays`);
  const rate = numEmbedded / result.seconds;
  terminal.print(
    `${formatCount(numEmbedded)} embedded, ${formatCount(numUpdated)} updated, ${formatCount(numUnchanged)} unchanged, ` +
      `${formatCount(numRemoved)} removed in ${formatDuration(result.seconds)}` +
      (numEmbedded > 0 ? ` (${formatCount(rate)} images/s)` : ''),
  );
  terminal.print(`${formatCount(numRows)} images in ${address}`);
  if (recall !== undefined) {
    terminal.print(
      `searches go by an index that finds ${formatRate(recall.recall)} of the ${recall.k} nearest (${recall.numQueries} searches tried)`,
    );
  }
  terminal.result({
    store: address,
    embedded: numEmbedded,
    updated: numUpdated,
    unchanged: numUnchanged,
    removed: numRemoved,
    rows: numRows,
    recall: recall ?? null,
    bad: bad.length,
    badImages: bad,
    unreadableFolders,
    seconds: result.seconds,
  });
}

interface Following {
  readonly metadata: ReadonlyMap<string, Metadata> | undefined;
  readonly terminal: Terminal;
  readonly line: LiveLine;
  readonly signal: AbortSignal;
}

async function follow(
  model: Model,
  store: VectorStore,
  paths: readonly string[],
  { metadata, terminal, line, signal }: Following,
): Promise<void> {
  await watchImages(model, store, paths, {
    metadata,
    signal,
    onReady: () => line.keep('following; Ctrl-C ends it'),
    onUpdate: ({ numEmbedded, numUpdated, numRemoved }, bad) => {
      for (const { id, reason } of bad) terminal.warn(`${id} cannot be read: ${reason}`);
      line.keep(`${numEmbedded} embedded, ${numUpdated} updated, ${numRemoved} removed`);
    },
  });
}

/** Seconds that the rate is taken over: what was skipped a while ago says nothing of what is embedded now. */
const WINDOW_MS = 10_000;

/** How far it is, at what rate, and how long it will take. */
function createDescriber(now = performance.now.bind(performance)): (event: IndexProgress) => string {
  const past: { readonly timeMs: number; readonly done: number }[] = [{ timeMs: now(), done: 0 }];
  return ({ done, total }) => {
    const timeMs = now();
    while (past.length > 1 && timeMs - past[1].timeMs > WINDOW_MS) past.shift();
    const rate = ((done - past[0].done) / Math.max(1, timeMs - past[0].timeMs)) * 1000;
    past.push({ timeMs, done });
    const left =
      rate > 0 ? `  ${formatCount(rate)} images/s  ${formatDuration((total - done) / rate)} left` : '';
    return `indexing  ${formatCount(done)} of ${formatCount(total)}${left}`;
  };
}
