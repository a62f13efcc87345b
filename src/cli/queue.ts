import type { Command } from 'commander';
import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import { openQueue } from '../jobs/queue/open.ts';
import { readStatus } from '../jobs/queue/status.ts';
import { removeQueue, retryFailed } from '../jobs/queue/tend.ts';
import type { Queue } from '../jobs/queue/types.ts';
import { formatCount } from '../report/format.ts';
import { addBasicOptions, type CommonOptions } from './common.ts';
import { QUEUE_FLAG } from './queue-flags.ts';
import { printStatus } from './queue-text.ts';
import { createTerminal, type Terminal } from './terminal.ts';

interface QueueOptions extends CommonOptions {
  readonly queue?: string;
}

const SEED = 'taken by every verb; nothing is drawn by chance here';

/** What can be done with a queue, by name. */
const COMMANDS: Readonly<
  Record<
    string,
    { readonly about: string; readonly run: (queue: Queue, terminal: Terminal) => Promise<void> }
  >
> = {
  status: {
    about: 'How far it is: jobs, images, workers, rate, time left, and what went wrong.',
    run: runStatus,
  },
  retry: { about: 'Put jobs that were set aside back.', run: runRetry },
  remove: { about: 'Forget the queue: its jobs, and what it is for. The store stays.', run: runRemove },
};

export function addQueue(verb: Command): void {
  verb
    // Options behind a command are its own.
    .enablePositionalOptions()
    .argument('[command]', 'status (or nothing), retry, remove')
    .usage('[status|retry|remove] --queue <address>')
    .optionsGroup('Queue:')
    .option(...QUEUE_FLAG);
  addBasicOptions(verb, SEED)
    .addHelpText(
      'after',
      `
Examples:
  $ samesame queue status --queue postgres://me@db/photos
  $ samesame queue status --queue postgres://me@db/photos --json
  $ samesame queue retry --queue postgres://me@db/photos        once the cause is mended
  $ samesame queue remove --queue postgres://me@db/photos       before another model is indexed there

--json of status: queue, store, storeId, model, isDone, jobs { waiting, active, done, failed }, images { listed, skipped, queued, done,
embedded, updated, unchanged, removed, bad }, imagesPerSecond, secondsLeft or null, runs [{ paths, state, lister, startedAt,
finishedAt }], workers [{ name, numJobs, imagesPerSecond, secondsSinceSeen }], badImages [{ id, reason }], failedJobs [{ id,
reason, paths }]: the first 1,000 of each.`,
    )
    .action((command: string | undefined, options: QueueOptions) => {
      if (command !== undefined) throw unknownCommand(command);
      return withQueue(options, runStatus);
    });
  for (const [name, { about, run }] of Object.entries(COMMANDS)) {
    const command = verb
      .command(name)
      .description(about)
      .optionsGroup('Queue:')
      .option(...QUEUE_FLAG);
    addBasicOptions(command, SEED)
      .addHelpText('after', `\nExample:\n  $ samesame queue ${name} --queue postgres://me@db/photos`)
      .action((_options: QueueOptions, itself: Command) => withQueue(itself.optsWithGlobals(), run));
  }
}

async function withQueue(
  options: QueueOptions,
  run: (queue: Queue, terminal: Terminal) => Promise<void>,
): Promise<void> {
  if (options.queue === undefined) {
    throw new SamesameError('E_USAGE', {
      what: 'it is not said which queue',
      expected: '--queue postgres://user:password@host/database?queue=name',
      details: { option: 'queue' },
    });
  }
  const terminal = createTerminal(options);
  const queue = await openQueue(options.queue, { onWait: (message) => terminal.note(message) });
  try {
    await run(queue, terminal);
  } finally {
    await queue.close();
  }
}

async function runStatus(queue: Queue, terminal: Terminal): Promise<void> {
  const status = await readStatus(queue);
  const { identity, storeName, storeId, ...rest } = status;
  terminal.print(`${queue.shown}  for ${storeName}, model ${identity.model.slice(0, 12)}`);
  printStatus(terminal, status);
  terminal.result({ ...rest, store: storeName, storeId, model: identity.model });
}

async function runRetry(queue: Queue, terminal: Terminal): Promise<void> {
  const numJobs = await retryFailed(queue);
  terminal.print(numJobs === 0 ? 'No job was set aside.' : `${formatCount(numJobs)} jobs wait again.`);
  terminal.result({ queue: queue.shown, jobs: numJobs });
}

async function runRemove(queue: Queue, terminal: Terminal): Promise<void> {
  await removeQueue(queue);
  terminal.print(`${queue.shown} is forgotten; its store is as it was.`);
  terminal.result({ queue: queue.shown });
}

function unknownCommand(command: string): SamesameError {
  const suggestion = suggest(command, Object.keys(COMMANDS));
  return new SamesameError('E_USAGE', {
    what: `samesame queue has no command "${command}"`,
    expected: 'status, retry or remove',
    help: suggestion === undefined ? 'see --help' : `did you mean ${suggestion}?`,
    details: { suggestion },
  });
}
