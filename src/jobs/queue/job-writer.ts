import { SamesameError } from '../../base/errors.ts';
import type { NamedImage } from '../indexing/sources.ts';
import { within } from './claims.ts';
import { QUEUES } from './schema.ts';
import type { ImagesJob, Queue } from './types.ts';

/** Makes jobs of images, no faster than workers take them. */
export interface JobWriter {
  readonly numJobs: number;
  readonly numQueued: number;
  /** Takes images of one source; whole jobs of them are sent. */
  add(images: readonly NamedImage[], root: string | undefined): Promise<void>;
  /** Sends what is left, as a smaller job. */
  flush(): Promise<void>;
}

interface WriterOptions extends Pick<ImagesJob, 'run' | 'model' | 'describes'> {
  readonly jobSize: number;
  readonly maxWaiting: number;
  readonly onJob: () => void;
  /** Told as often as it looks for room and finds none. */
  readonly onFull: () => void;
  readonly signal?: AbortSignal;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

export function createJobWriter(
  queue: Queue,
  { jobSize, maxWaiting, onJob, onFull, signal, ...common }: WriterOptions,
): JobWriter {
  let waiting: NamedImage[] = [];
  let root: string | undefined;
  let numJobs = 0;
  let numQueued = 0;

  async function send(images: readonly NamedImage[]): Promise<void> {
    await waitForRoom();
    const data: ImagesJob = { kind: 'images', ...common, images, root };
    await queue.connection.transaction('writing to', async (client) => {
      const { rows } = await client.query(
        `SELECT num_jobs::int AS sent FROM ${QUEUES}.runs WHERE id = $1 FOR UPDATE`,
        [common.run],
      );
      if (rows.length === 0) throw takenOver(queue.shown);
      // It went through before, and only the answer was lost.
      if (rows[0].sent > numJobs) return;
      await queue.boss.insert([{ name: queue.name, data, singletonKey: common.run }], within(client));
      await client.query(`UPDATE ${QUEUES}.runs SET num_jobs = $2, num_queued = $3 WHERE id = $1`, [
        common.run,
        numJobs + 1,
        numQueued + images.length,
      ]);
    });
    numJobs++;
    numQueued += images.length;
    onJob();
  }

  async function waitForRoom(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      signal?.throwIfAborted();
      if (Number(await queue.boss.getQueueSize(queue.name)) < maxWaiting) return;
      onFull();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async function sendDownTo(least: number): Promise<void> {
    while (waiting.length >= least) {
      await send(waiting.slice(0, jobSize));
      waiting = waiting.slice(jobSize);
    }
  }

  return {
    get numJobs() {
      return numJobs;
    },
    get numQueued() {
      return numQueued;
    },
    async add(images, from) {
      root = from;
      waiting = waiting.concat(images);
      await sendDownTo(jobSize);
    },
    flush: () => sendDownTo(1),
  };
}

function takenOver(shown: string): SamesameError {
  return new SamesameError('E_QUEUE', {
    what: `another process has begun the same listing for the queue ${shown} anew`,
    expected: 'one process at a time that lists the same',
    help: 'let that one go on; samesame queue status --queue … tells how far it is',
  });
}
