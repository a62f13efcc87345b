import type { Command } from 'commander';
import { openQueue, readFacts } from '../jobs/queue/open.ts';
import type { Queue } from '../jobs/queue/types.ts';
import { type WorkerEvent, type WorkResult, work } from '../jobs/queue/work.ts';
import { loadModel } from '../model/load.ts';
import { formatCount, formatDuration } from '../report/format.ts';
import { openStore } from '../search/store/open.ts';
import { addCommonOptions, type CommonOptions, openBatchRuntime, toCount } from './common.ts';
import { withInterrupt } from './interrupt.ts';
import { createLiveLine, type LiveLine } from './live-line.ts';
import { QUEUE_FLAG, storeOfQueue } from './queue-flags.ts';
import { addS3Options, type S3FlagOptions, toS3Options } from './source-flags.ts';
import { createTerminal } from './terminal.ts';

interface WorkerOptions extends CommonOptions, S3FlagOptions {
  readonly queue: string;
  readonly model: string;
  readonly store?: string;
  readonly concurrency: number;
  readonly lease: number;
  readonly untilDone?: boolean;
}

/** Between two looks for a queue that nobody has made yet. */
const LOOK_MS = 1000;

export function addWorker(verb: Command): void {
  verb
    .optionsGroup('Worker:')
    .requiredOption(...QUEUE_FLAG)
    .requiredOption(
      '--model <folder>',
      'folder of the model, or of its run, that the images are indexed with',
    )
    .option('--store <address>', "where embeddings go: postgres://… (default: the queue's own database)")
    .option('--concurrency <n>', 'jobs in hand at a time; more where images come over a network', toCount, 2)
    .option(
      '--lease <seconds>',
      'how long a worker may be silent before its jobs are given to others',
      toCount,
      60,
    )
    .option('--until-done', 'end when everything is done, instead of waiting for more');
  addS3Options(verb);
  addCommonOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame index runs/photos /mnt/photos --queue postgres://me@db/photos      once, anywhere
  $ samesame worker --model runs/photos --queue postgres://me@db/photos         on any number of machines
  $ samesame queue status --queue postgres://me@db/photos                       how far it is

A worker reads the images itself: it has to see the same files at the same paths, or the same s3:// addresses. It may be
started before anything is listed. SIGTERM or Ctrl-C ends it after the jobs in hand; killed, its jobs go to others
once its lease is over, and nothing is lost.

--json: jobs, images, embedded, bad, failed, seconds.`,
    )
    .action(runWorker);
}

async function runWorker(options: WorkerOptions): Promise<void> {
  const terminal = createTerminal(options);
  const line = createLiveLine(process.stderr, { quiet: terminal.quiet });
  const onWait = (message: string) => line.keep(message);
  const address = storeOfQueue(options.queue, options.store);
  const startMs = performance.now();
  const queue = await openQueue(options.queue, { onWait });
  try {
    const model = await loadModel(options.model, { runtime: openBatchRuntime(options) });
    try {
      const advice = () => 'the jobs in hand were not done; others get them after a minute';
      const result = await withInterrupt({ advice, onInterrupt: line.stop }, async (signal) => {
        await waitForQueue(queue, line, signal);
        // Not made here: a slip in the address would make a store that nobody asks.
        const store = await openStore(address, { onWait });
        return work(queue, model, store, {
          s3: toS3Options(options),
          concurrency: options.concurrency,
          leaseMs: options.lease * 1000,
          untilDone: options.untilDone,
          signal,
          onEvent: createTeller(line),
        }).finally(async () => {
          line.stop();
          await store.close();
        });
      });
      const seconds = (performance.now() - startMs) / 1000;
      terminal.print(describeResult(result, seconds));
      const { numJobs, numImages, numEmbedded, numBad, numFailed } = result;
      terminal.result({
        jobs: numJobs,
        images: numImages,
        embedded: numEmbedded,
        bad: numBad,
        failed: numFailed,
        seconds,
      });
    } finally {
      await model.close();
    }
  } finally {
    await queue.close();
  }
}

async function waitForQueue(queue: Queue, line: LiveLine, signal: AbortSignal): Promise<void> {
  for (let isTold = false; (await readFacts(queue)) === undefined; isTold = true) {
    if (!isTold) line.keep(`nothing is listed for ${queue.shown} yet; waiting for it`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    signal.throwIfAborted();
  }
}

/** Tells of jobs as they come: a line that is redrawn, and what failed. */
function createTeller(line: LiveLine): (event: WorkerEvent) => void {
  const startMs = performance.now();
  let numImages = 0;
  let numJobs = 0;
  return (event) => {
    if (event.kind === 'idle') {
      line.keep('no job is waiting');
      return;
    }
    if (event.kind === 'failed') {
      const { error } = event;
      line.keep(
        `warning: a job failed and was given back: ${error instanceof Error ? error.message : error}`,
      );
      return;
    }
    numImages += event.outcome.numImages;
    numJobs++;
    for (const { id, reason } of event.outcome.bad)
      line.keep(`warning: ${id} cannot be read: ${reason.split('\n')[0]}`);
    const rate = numImages / Math.max(1e-3, (performance.now() - startMs) / 1000);
    line.show(
      `working  ${formatCount(numJobs)} jobs, ${formatCount(numImages)} images  ${formatCount(rate)} images/s`,
    );
  };
}

function describeResult({ numJobs, numImages, numEmbedded, numBad, numFailed }: WorkResult, seconds: number) {
  return (
    `${formatCount(numJobs)} jobs done with ${formatCount(numImages)} images: ${formatCount(numEmbedded)} embedded, ` +
    `${formatCount(numBad)} bad; ${formatCount(numFailed)} jobs given back, in ${formatDuration(seconds)}`
  );
}
