import { cp, mkdtemp, readFile, rename, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasPostgres, type RunningPostgres, startPostgresServer } from '../../scripts/start-postgres.mjs';
import { createProgram } from '../../src/cli/program.ts';
import { indexImages } from '../../src/jobs/indexing/index-images.ts';
import {
  claimJob,
  completeJob,
  failJob,
  releaseJob,
  renewLeases,
  sweepLostJobs,
} from '../../src/jobs/queue/claims.ts';
import { enqueueImages } from '../../src/jobs/queue/enqueue.ts';
import { dedicate, openQueue } from '../../src/jobs/queue/open.ts';
import { readStatus } from '../../src/jobs/queue/status.ts';
import { removeQueue, retryFailed } from '../../src/jobs/queue/tend.ts';
import type { Queue } from '../../src/jobs/queue/types.ts';
import { type WorkerEvent, work } from '../../src/jobs/queue/work.ts';
import { imageId, storeIdentity } from '../../src/search/store/identity.ts';
import { openStore } from '../../src/search/store/open.ts';
import type { VectorStore } from '../../src/search/store/types.ts';
import { parseOnlyLine, runCli } from '../cli/run-cli.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { createQuartersModel, quartersConfig } from '../quarters-model.ts';
import { startS3 } from '../s3-server.ts';
import { makeImageFolder } from '../tiny-images.ts';
import { saveTinyModel } from '../tiny-model.ts';
import { killWorkers } from './killed-workers.ts';

/** The jobs lie in a real server; embeddings need pgvector, which Debian's package does not have, so they lie in PGlite. */
let server: RunningPostgres;
let stores: PostgresServer;
let root: string;
let source: string;
let number = 0;

describe.skipIf(!hasPostgres())('a queue', () => {
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'samesame-queue-'));
    server = await startPostgresServer();
    stores = await startPostgres();
    source = await makeImageFolder(join(root, 'source'), { classes: ['bars', 'discs'], imagesPerClass: 6 });
  }, 300_000);
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

  it('gives a job back that fails, sets it aside with its paths when it fails each time, and takes it back', async () => {
    await enqueue({ jobSize: 12 });
    const broken = { ...createQuartersModel(), embed: () => Promise.reject(new Error('out of memory')) };
    const options = { untilDone: true, idleMs: 20, failurePauseMs: 1, concurrency: 1 };
    expect(await work(queue, broken, store, options)).toMatchObject({ numJobs: 0, numFailed: 3 });
    expect(await readStatus(queue)).toMatchObject({
      isDone: true,
      jobs: { waiting: 0, active: 0, failed: 1 },
      failedJobs: [{ reason: 'out of memory', paths: expect.arrayContaining([at('bars/00.png')]) }],
    });
    expect((await readStatus(queue)).failedJobs[0].paths).toHaveLength(12);
    expect(await retryFailed(queue)).toBe(1);
    expect(await doAll()).toMatchObject({ numImages: 12 });
    expect(await readStatus(queue)).toMatchObject({
      isDone: true,
      failedJobs: [],
      runs: [{ state: 'done' }],
    });
    expect(await store.count()).toBe(12);
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

  it('indexes objects, whatever their keys, and one that vanishes meanwhile', async () => {
    const s3 = await startS3();
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    try {
      const bytes = await readFile(at('bars/00.png'));
      const keys = [
        'hats/línea\nnueva 😀.png',
        'hats/a+b &%41.png',
        'shoes/c.png',
        'd.png',
        'hats/.hidden.png',
        'e.txt',
      ];
      for (const key of keys) s3.objects.set(`shop/${key}`, { bytes, modifiedMs: 1_700_000_000_500 });
      const options = { s3: { endpoint: s3.endpoint, firstPauseMs: 1 }, jobSize: 2 };
      const list = () => enqueueImages(queue, store, ['s3://photos/shop'], options);
      expect(await list()).toMatchObject({ numListed: 4, numQueued: 4, numJobs: 2 });
      s3.objects.delete('shop/shoes/c.png');
      s3.refusals.push(503); // too busy once
      expect(await doAll(options)).toMatchObject({ numEmbedded: 3, numBad: 1, numFailed: 0 });
      expect((await readStatus(queue)).badImages).toEqual([
        { id: 's3://photos/shop/shoes/c.png', reason: 'gone since it was listed' },
      ]);
      const path = 's3://photos/shop/hats/línea\nnueva 😀.png';
      expect((await store.records([imageId(path)])).get(imageId(path))).toMatchObject({
        label: 'hats',
        sizeBytes: bytes.length,
        modifiedMs: 1_700_000_000_000,
      });
      expect(await list()).toMatchObject({ numListed: 3, numSkipped: 3, numQueued: 0 });
      s3.objects.delete('shop/d.png');
      expect(await list()).toMatchObject({ numListed: 2, numRemoved: 1 });
      s3.objects.clear();
      await expect(list()).rejects.toMatchObject({ code: 'E_DATA_EMPTY' });
      expect(await store.count()).toBe(2);
      // Without a queue, too.
      s3.objects.set('shop/new.png', { bytes, modifiedMs: 1_700_000_000_500 });
      const plain = await indexImages(createQuartersModel(), store, ['s3://photos/shop'], options);
      expect(plain).toMatchObject({ numEmbedded: 1, numRemoved: 2, numRows: 1 });
    } finally {
      vi.unstubAllEnvs();
      await s3.close();
    }
  });

  it('takes a list, and metadata', async () => {
    const list = join(root, `list-${number}`);
    await writeFile(list, `${at('bars/00.png')}\0${at('bars/01.png')}\0${at('none.png')}\0`);
    const metadata = new Map([[at('bars/00.png'), { year: 2021 }]]);
    const options = { filesFrom: [list], metadata };
    expect(await enqueueImages(queue, store, [], options)).toMatchObject({ numListed: 3, numQueued: 3 });
    expect(await doAll()).toMatchObject({ numEmbedded: 2, numBad: 1 });
    expect(await store.count({ where: [{ field: ['year'], is: '=', value: 2021 }] })).toBe(1);
    expect(await enqueueImages(queue, store, [], options)).toMatchObject({ numSkipped: 2, numQueued: 1 });
    // A disk that is not there is not taken for files that are all gone.
    await rm(photos, { recursive: true });
    await utimes(list, 1000, 1000);
    await enqueueImages(queue, store, [], { ...options, metadata: new Map() });
    expect(await doAll()).toMatchObject({ numFailed: 3 });
    expect((await readStatus(queue)).failedJobs[0].reason).toMatch(/none of the 3 files of a job is there/);
    expect(await store.count()).toBe(2);
  });

  it('waits for a server that goes away in the middle, listing and working', async () => {
    const told: string[] = [];
    const patient = await openQueue(address, { onWait: (message) => told.push(message) });
    let numDone = 0;
    const onEvent = ({ kind }: WorkerEvent) => {
      if (kind === 'done' && ++numDone === 3) void server.crash().then(() => setTimeout(server.start, 300));
    };
    const listing = enqueueImages(patient, store, [photos], { jobSize: 1, maxWaiting: 3 });
    const working = work(patient, createQuartersModel(), store, {
      untilDone: true,
      idleMs: 20,
      leaseMs: 2000,
      onEvent,
    });
    const [{ numJobs }] = await Promise.all([listing, working]);
    expect(numJobs).toBe(12);
    expect(told.join('\n')).toMatch(/cannot be reached; waiting for it[\s\S]*is back/);
    const { images, isDone } = await readStatus(patient);
    expect([images.done, isDone, await store.count()]).toEqual([12, true, 12]);
    await patient.close();
  });

  it('takes the job of a worker that is silent back, once', async () => {
    await enqueue({ jobSize: 12 });
    const job = await claimJob(queue, 'lost');
    expect(job).toBeDefined();
    expect(await claimJob(queue, 'other')).toBeUndefined();
    expect(await sweepLostJobs(queue, 60_000)).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await renewLeases(queue, 'lost', [job!.id], 0);
    expect(await sweepLostJobs(queue, 50)).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const swept = await Promise.all([sweepLostJobs(queue, 50), sweepLostJobs(queue, 50)]);
    expect(swept[0] + swept[1]).toBe(1);
    await failJob(queue, job!, 'lost', 'too late'); // it is not theirs any more
    const again = await claimJob(queue, 'other');
    expect(again).toMatchObject({ id: job!.id, numRetries: 1 });
    // Both come to the end: it counts once.
    const outcome = {
      counts: { numEmbedded: 12, numUpdated: 0, numUnchanged: 0, numRemoved: 0 },
      numImages: 12,
      bad: [],
    };
    await completeJob(queue, job!, outcome);
    await completeJob(queue, again!, outcome);
    expect((await readStatus(queue)).images).toMatchObject({ done: 12, embedded: 12 });
    await releaseJob(queue, again!, 'other'); // done already: nothing comes back
    expect((await readStatus(queue)).jobs).toMatchObject({ waiting: 1, done: 1 }); // the store is to be put in order
  });

  it('refuses what it is not for, by name', async () => {
    await enqueue();
    const other = quartersConfig('f'.repeat(64));
    const otherStore = await openStore(`${stores.address}&store=other${number}`, {
      identity: storeIdentity(other),
    });
    await expect(dedicate(queue, otherStore)).rejects.toMatchObject({
      code: 'E_QUEUE',
      message: expect.stringMatching(
        /jobs for another model[\s\S]*expected: model \w{12}[\s\S]*received: model \w{12}/,
      ),
    });
    await expect(work(queue, createQuartersModel(other), otherStore)).rejects.toMatchObject({
      code: 'E_QUEUE',
    });
    await expect(work(queue, createQuartersModel(other), store)).rejects.toMatchObject({ code: 'E_QUEUE' });
    await otherStore.close();
    const twin = await openStore(`${stores.address}&store=twin${number}`, { identity: store.identity });
    await expect(work(queue, createQuartersModel(), twin)).rejects.toMatchObject({
      code: 'E_QUEUE',
      message: expect.stringMatching(/jobs for another store/),
    });
    await twin.close();

    // A folder that this machine does not see: the job is another's, and no row is taken for gone.
    await rename(photos, `${photos}-away`);
    await expect(doAll()).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      message: expect.stringMatching(/mount the same disk/),
    });
    expect(await readStatus(queue)).toMatchObject({ jobs: { waiting: 3, failed: 0 } });
    await rename(`${photos}-away`, photos);
    expect(await doAll()).toMatchObject({ numImages: 12 });

    await removeQueue(queue);
    await expect(readStatus(queue)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  it('refuses bad addresses, a wrong password, and a database that is not there', async () => {
    const { port } = new URL(server.address);
    const at = (text: string) => openQueue(text).catch((error) => error);
    expect(await at(`postgres://postgres:wrong@127.0.0.1:${port}/postgres`)).toMatchObject({
      code: 'E_PERMISSION',
      message: expect.not.stringMatching(/wrong/),
    });
    expect(await at(server.address.replace('/postgres?', '/nowhere?'))).toMatchObject({
      code: 'E_NOT_FOUND',
    });
    expect(await at('postgres://me@127.0.0.1:9/db')).toMatchObject({
      code: 'E_CONNECTION',
      message: expect.stringMatching(/^opening the queue failed/),
    });
    for (const bad of ['photos.store', 'postgres://h:port/x', 'postgres://h/db?queue=A"b'])
      expect(await at(bad)).toMatchObject({ code: 'E_CONFIG' });
    await expect(enqueueImages(queue, store, [join(root, 'nowhere')])).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    });
  });

  it('works from the command line, and ends in good order', async () => {
    const folder = await saveTinyModel(join(root, 'model'));
    await writeFile(at('bad.png'), 'no image');
    const flags = ['--queue', `${address}_cli`, '--store', `${storeAddress}_cli`, '--json'];
    const listing = runCli(['index', folder, photos, ...flags, '--wait']);
    const worker = runCli(['worker', '--model', folder, ...flags, '--threads', '1'], {
      // It may begin before there is anything, and is told to go when nothing is left.
      onStderr: (text, kill) => {
        if (/bad\.png[\s\S]*no job is waiting\n$/.test(text)) kill('SIGTERM');
      },
    });
    const [listed, worked] = await Promise.all([listing, worker]);
    expect([listed.code, worked.code], `${listed.stderr}\n${worked.stderr}`).toEqual([0, 0]);
    expect(parseOnlyLine(worked)).toMatchObject({ images: 13, embedded: 12, bad: 1, failed: 0 });
    const end = { isDone: true, images: { done: 13, embedded: 12, bad: 1 }, jobs: { waiting: 0 } };
    expect(parseOnlyLine(listed)).toMatchObject({ listed: 13, queued: 13, jobs: 1, status: end });
    expect(worked.stderr).not.toMatch(/is back/);
    expect(listed.stderr).toMatch(/warning: 1 of 13 images cannot be read.*bad\.png/);

    const other = await saveTinyModel(join(root, 'other'), 'another seed');
    const refused = await runCli(['worker', '--model', other, ...flags]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^E_QUEUE: the queue .* has jobs for another model/m);
    const status = await runCli(['queue', 'status', '--queue', `${address}_cli`]);
    expect(status.stdout).toMatch(/12 embedded, 0 updated, 1 bad/);
    expect(status.stdout).not.toMatch(/secret/);
  });

  it('names what does not go together', async () => {
    for (const args of [
      ['--queue', address, '--store', 'photos.store'],
      ['--queue', address, '--watch'],
      ['--wait'],
    ]) {
      const program = await createProgram(['index', 'model', photos, ...args]);
      await expect(
        program.parseAsync(['index', 'model', photos, ...args], { from: 'user' }),
      ).rejects.toMatchObject({
        code: 'E_USAGE',
      });
    }
  });

  it('fills a store that is split as docs/scale.md says', async () => {
    const [sql] = /(?<=```sql\n-- Partitions[^\n]*\n)[\s\S]*?(?=```)/.exec(
      await readFile(new URL('../../docs/scale.md', import.meta.url), 'utf8'),
    )!;
    const client = new pg.Client(stores.address);
    await client.connect();
    await client.query(sql.replace('vector(64)', 'vector(4)'));
    await client.end();
    const parted = await openStore(`${stores.address}&store=photos`, {
      identity: storeIdentity(quartersConfig()),
      exactNumbers: 0,
    });
    expect(await indexImages(createQuartersModel(), parted, [photos])).toMatchObject({
      numEmbedded: 12,
      recall: { recall: 1 },
    });
    const { vectors } = await parted.get([imageId(at('bars/03.png'))]);
    const { answers } = await parted.search(vectors, { k: 12, method: 'approximate' });
    expect(answers[0]).toMatchObject({ method: 'approximate', neighbours: { length: 12 } });
    expect(answers[0].neighbours[0].record.path).toBe(at('bars/03.png'));
    await parted.close();
  });

  const numKills = process.env.SAMESAME_SLOW === '1' ? 20 : 2;
  it(`loses and doubles nothing where a lister and ${numKills} workers are killed`, async () => {
    const place = {
      root,
      source: join(source, 'bars'),
      queue: `${address}_killed`,
      store: `${storeAddress}_killed`,
    };
    await killWorkers(place, numKills);
  }, 600_000);
});
