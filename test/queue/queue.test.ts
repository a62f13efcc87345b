import { cp, mkdtemp, rename, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enqueueImages } from '../../src/jobs/queue/enqueue.ts';
import { dedicate, openQueue } from '../../src/jobs/queue/open.ts';
import { readStatus } from '../../src/jobs/queue/status.ts';
import type { Queue } from '../../src/jobs/queue/types.ts';
import { type WorkerEvent, work } from '../../src/jobs/queue/work.ts';
import { storeIdentity } from '../../src/search/store/identity.ts';
import { openStore } from '../../src/search/store/open.ts';
import type { VectorStore } from '../../src/search/store/types.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { createQuartersModel, quartersConfig } from '../quarters-model.ts';
import { hasSystemPostgres, type SystemPostgres, startSystemPostgres } from '../system-postgres.ts';
import { makeImageFolder } from '../tiny-images.ts';

/** The jobs lie in a real server; embeddings need pgvector, which Debian's package does not have, so they lie in PGlite. */
let server: SystemPostgres;
let stores: PostgresServer;
let root: string;
let source: string;
let number = 0;

describe.skipIf(!hasSystemPostgres())('a queue', () => {
  beforeAll(async () => {
    [server, stores] = await Promise.all([startSystemPostgres(), startPostgres()]);
    root = await mkdtemp(join(tmpdir(), 'samesame-queue-'));
    source = await makeImageFolder(join(root, 'source'), { classes: ['bars', 'discs'], imagesPerClass: 6 });
  }, 120_000);
  afterAll(async () => {
    await Promise.all([server?.close(), stores?.close()]);
    await rm(root, { recursive: true, force: true });
  });

  let photos: string;
  let address: string;
  let storeAddress: string;
  let queue: Queue;
  let store: VectorStore;
  beforeEach(async () => {
    photos = join(root, `photos-${++number}`);
    await cp(source, photos, { recursive: true, preserveTimestamps: true });
    address = `${server.address}&queue=q${number}`;
    storeAddress = `${stores.address}&store=s${number}`;
    queue = await openQueue(address, { retryDelay: 0, retryLimit: 2 });
    store = await openStore(storeAddress, { identity: storeIdentity(quartersConfig()) });
    await dedicate(queue, store);
  });
  afterEach(async () => {
    await queue.close();
    await store.close();
  });
  const at = (name: string) => join(photos, name);
  const enqueue = (options = {}) => enqueueImages(queue, store, [photos], { jobSize: 5, ...options });
  const doAll = (options = {}) =>
    work(queue, createQuartersModel(), store, { untilDone: true, idleMs: 20, failurePauseMs: 1, ...options });

  it('does what plain indexing does, by several workers, and nothing the second time', async () => {
    expect(await enqueue()).toMatchObject({ numListed: 12, numSkipped: 0, numQueued: 12, numJobs: 3 });
    expect(await readStatus(queue)).toMatchObject({ isDone: false, jobs: { waiting: 3, active: 0 } });
    const results = await Promise.all([doAll(), doAll()]);
    expect(results[0].numImages + results[1].numImages).toBe(12);
    expect(await store.count()).toBe(12);
    expect(await store.count({ labels: ['discs'] })).toBe(6);
    expect(await readStatus(queue)).toMatchObject({
      isDone: true,
      jobs: { waiting: 0, active: 0, done: 3, failed: 0 },
      images: { listed: 12, queued: 12, done: 12, embedded: 12, bad: 0 },
      runs: [{ paths: [photos], state: 'done' }],
      workers: [],
      secondsLeft: null,
    });

    expect(await enqueue()).toMatchObject({ numListed: 12, numSkipped: 12, numQueued: 0, numRemoved: 0 });
    await utimes(at('bars/00.png'), 1000, 1000); // same bytes
    await cp(at('discs/00.png'), at('bars/01.png')); // other bytes
    await unlink(at('bars/02.png'));
    await rename(at('bars/03.png'), at('discs/09.png'));
    expect(await enqueue()).toMatchObject({ numSkipped: 8, numQueued: 3, numRemoved: 2 });
    await doAll();
    expect((await readStatus(queue)).images).toMatchObject({
      listed: 11,
      skipped: 8,
      done: 3,
      embedded: 2,
      updated: 1,
      removed: 2,
    });
    expect(await store.count()).toBe(11);
  });

  it('queues nothing twice where the same is listed again, and waits where too much waits', async () => {
    await enqueue();
    expect(await enqueue()).toMatchObject({ numQueued: 12 });
    expect((await readStatus(queue)).jobs.waiting).toBe(3);

    let mostWaiting = 0;
    let wasFull = false;
    const listing = enqueue({
      jobSize: 1,
      maxWaiting: 2,
      onProgress: ({ isFull }: { isFull: boolean }) => (wasFull ||= isFull),
    });
    await expect.poll(() => wasFull).toBe(true);
    await expect(enqueue()).rejects.toMatchObject({ code: 'E_QUEUE' }); // lists at the moment
    const onEvent = () =>
      void readStatus(queue).then(({ jobs }) => (mostWaiting = Math.max(mostWaiting, jobs.waiting)));
    const [{ numJobs }] = await Promise.all([listing, doAll({ onEvent })]);
    expect(numJobs).toBe(12);
    expect(mostWaiting).toBeLessThanOrEqual(2);
    expect(await store.count()).toBe(12);
  });

  it('names bad and vanished images, and fails no job for them', async () => {
    await doAll(await enqueue());
    await writeFile(at('bars/00.png'), 'this was an image once');
    await utimes(at('bars/01.png'), 1000, 1000);
    await enqueue();
    await unlink(at('bars/01.png'));
    expect(await doAll()).toMatchObject({ numBad: 2, numFailed: 0 });
    const { badImages, images } = await readStatus(queue);
    expect(badImages).toEqual([
      { id: at('bars/00.png'), reason: expect.stringMatching(/not an image/) },
      { id: at('bars/01.png'), reason: 'gone since it was listed' },
    ]);
    expect(images).toMatchObject({ bad: 2, removed: 2 });
    expect(await store.count()).toBe(10);
  });

  it('gives a job back that fails, and sets it aside with its paths when it fails each time', async () => {
    await enqueue();
    const model = createQuartersModel();
    let numCalls = 0;
    const failing = {
      ...model,
      embed: async (pixels: Uint8Array) => {
        if (++numCalls <= 3) throw new Error('out of memory');
        return model.embed(pixels);
      },
    };
    const events: WorkerEvent[] = [];
    const options = { untilDone: true, idleMs: 20, failurePauseMs: 1, concurrency: 1 };
    await work(queue, failing, store, { ...options, onEvent: (event) => events.push(event) });
    expect(events.filter(({ kind }) => kind === 'failed')).toHaveLength(3);
    expect(await store.count()).toBe(12);
    expect((await readStatus(queue)).failedJobs).toEqual([]);

    await rm(photos, { recursive: true });
    await cp(source, photos, { recursive: true });
    await enqueue({ jobSize: 12 });
    const broken = { ...model, embed: () => Promise.reject(new Error('no such memory')) };
    await work(queue, broken, store, options);
    const { failedJobs, isDone, jobs } = await readStatus(queue);
    expect(isDone).toBe(true);
    expect(jobs.failed).toBe(failedJobs.length);
  });

  it('ends a worker whose jobs all fail, before it has spoilt the rest', async () => {
    await enqueue({ jobSize: 1 });
    const broken = { ...createQuartersModel(), embed: () => Promise.reject(new Error('no such memory')) };
    await expect(work(queue, broken, store, { failurePauseMs: 1, concurrency: 1 })).rejects.toThrow(
      'no such memory',
    );
    expect((await readStatus(queue)).jobs.failed).toBeLessThan(5);
    expect((await readStatus(queue)).jobs.waiting).toBeGreaterThan(6);
  });
});
