import { resolve } from 'node:path';
import { SamesameError } from '../base/errors.ts';
import { readMetadata } from '../jobs/indexing/metadata.ts';
import { type EnqueueResult, enqueueImages } from '../jobs/queue/enqueue.ts';
import { dedicate, openQueue } from '../jobs/queue/open.ts';
import { readStatus } from '../jobs/queue/status.ts';
import type { Queue } from '../jobs/queue/types.ts';
import { loadModel } from '../model/load.ts';
import { formatCount } from '../report/format.ts';
import { storeIdentity } from '../search/store/identity.ts';
import { openStore } from '../search/store/open.ts';
import { openRuntime } from './common.ts';
import type { IndexVerbOptions } from './index-images.ts';
import { withInterrupt } from './interrupt.ts';
import { createLiveLine, type LiveLine } from './live-line.ts';
import { storeOfQueue } from './queue-flags.ts';
import { describeStatus, printStatus } from './queue-text.ts';
import { toS3Options } from './source-flags.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** Between two looks at a queue that is waited for. */
const LOOK_MS = 1000;

/** `index --queue`: lists the images into jobs, and leaves them to workers. */
export async function runIndexQueue(
  folder: string,
  paths: readonly string[],
  options: IndexVerbOptions & { readonly queue: string },
  store: string | undefined,
): Promise<void> {
  const terminal = createTerminal(options);
  for (const option of ['watch', 'batch'] as const)
    if (options[option] !== undefined) throw notWithQueue(option);
  const address = storeOfQueue(options.queue, store);
  const line = createLiveLine(process.stderr, { quiet: terminal.quiet });
  const onWait = (message: string) => line.keep(message);
  const metadata = options.metadata === undefined ? undefined : await readMetadata(options.metadata);
  const model = await loadModel(folder, { runtime: openRuntime(options) });
  const identity = storeIdentity(model.config);
  await model.close();
  const queue = await openQueue(options.queue, { onWait });
  try {
    const opened = await openStore(address, { identity, onWait });
    try {
      const notes = await opened.readNotes();
      if (notes.modelFolder !== resolve(folder))
        await opened.writeNotes({ ...notes, modelFolder: resolve(folder) });
      await dedicate(queue, opened);
      const advice = () => 'what is listed stays in the queue, and the same command lists it anew';
      await withInterrupt({ advice, onInterrupt: line.stop }, async (signal) => {
        const result = await enqueueImages(queue, opened, paths, {
          filesFrom: options.filesFrom,
          s3: toS3Options(options),
          metadata,
          jobSize: options.jobSize,
          maxWaiting: options.maxWaiting,
          allowEmpty: options.allowEmpty,
          signal,
          onProgress: ({ numListed, numSkipped, numQueued, isFull }) =>
            line.show(
              `listing  ${formatCount(numListed)} images, ${formatCount(numSkipped)} unchanged, ${formatCount(numQueued)} queued` +
                (isFull ? '; waiting for workers' : ''),
            ),
        }).finally(line.stop);
        if (options.wait) await follow(queue, line, signal).finally(line.stop);
        await printEnd(terminal, queue, opened.name, result, {
          isWaited: options.wait === true,
          hasOwnStore: store !== undefined,
        });
      });
    } finally {
      await opened.close();
    }
  } finally {
    await queue.close();
  }
}

async function follow(queue: Queue, line: LiveLine, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const status = await readStatus(queue, { numNamed: 0 });
    if (status.isDone) return;
    line.show(`indexing  ${describeStatus(status)}`);
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}

async function printEnd(
  terminal: Terminal,
  queue: Queue,
  store: string,
  { numListed, numSkipped, numQueued, numJobs, numRemoved, unreadableFolders }: EnqueueResult,
  { isWaited, hasOwnStore }: { readonly isWaited: boolean; readonly hasOwnStore: boolean },
): Promise<void> {
  for (const unreadable of unreadableFolders)
    terminal.warn(`${unreadable} may not be read; what the store has of it stays`);
  const status = await readStatus(queue);
  if (isWaited) printStatus(terminal, status);
  else {
    terminal.print(
      `${formatCount(numListed)} images listed, ${formatCount(numSkipped)} unchanged, ${formatCount(numRemoved)} removed; ` +
        `${formatCount(numQueued)} in ${formatCount(numJobs)} jobs for ${store}`,
    );
    const where = hasOwnStore ? ` --store '${store}'` : '';
    terminal.print(`work on them  samesame worker --model MODEL --queue '${queue.shown}'${where}`);
    terminal.print(`how far       samesame queue status --queue '${queue.shown}'`);
  }
  terminal.result({
    queue: queue.shown,
    store,
    listed: numListed,
    unchanged: numSkipped,
    queued: numQueued,
    jobs: numJobs,
    removed: numRemoved,
    unreadableFolders,
    status: isWaited ? status : null,
  });
}

function notWithQueue(option: string): SamesameError {
  return new SamesameError('E_USAGE', {
    what: `--${option} does not go with --queue`,
    expected: option === 'batch' ? '--job-size' : 'the same command again, as often as you like',
    details: { option },
  });
}
