import { spawn } from 'node:child_process';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { enqueueImages } from '../../src/jobs/queue/enqueue.ts';
import { dedicate, openQueue } from '../../src/jobs/queue/open.ts';
import { type QueueStatus, readStatus } from '../../src/jobs/queue/status.ts';
import { loadModel } from '../../src/model/load.ts';
import { storeIdentity } from '../../src/search/store/identity.ts';
import { openStore } from '../../src/search/store/open.ts';
import type { VectorStore } from '../../src/search/store/types.ts';
import { saveTinyModel } from '../tiny-model.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const JOB_SIZE = 4;
/** More than a worker does in its short life, so that every kill finds it at work. */
const IMAGES_A_KILL = 100;

interface Place {
  readonly root: string;
  /** Folder of a few images. */
  readonly source: string;
  readonly queue: string;
  readonly store: string;
}

/** A process of the built command line, killed when `isTime`, after a random while. */
async function runUntilKilled(
  args: readonly string[],
  isTime: () => Promise<boolean>,
  thenMs: number,
): Promise<{ readonly signal: NodeJS.Signals | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.on('close', (_, signal) => resolve(signal)),
  );
  while (child.exitCode === null && !(await isTime()))
    await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, thenMs));
  child.kill('SIGKILL');
  return { signal: await ended, stderr };
}

/**
 * Kills a lister and then `numKills` workers in mid-job, and finishes. At each point what the queue counts as done has to be
 * in the store; nothing that was there may go, nothing be there twice; in the end all of it is there, once, and right.
 */
export async function killWorkers(place: Place, numKills: number): Promise<void> {
  const { root } = place;
  const folder = await saveTinyModel(join(root, 'killed-model'));
  const model = await loadModel(folder);
  const photos = join(root, 'killed-photos');
  await mkdir(photos);
  const originals = (await readdir(place.source)).map((name) => join(place.source, name));
  const numImages = numKills * IMAGES_A_KILL;
  for (let i = 0; i < numImages; i++)
    await cp(originals[i % originals.length], join(photos, `${i}.png`), { preserveTimestamps: true });

  const queue = await openQueue(place.queue, { retryDelay: 1 });
  const store = await openStore(place.store, { identity: storeIdentity(model.config) });
  await dedicate(queue, store);
  const status = () => readStatus(queue);
  const flags = ['--queue', place.queue, '--store', place.store, '--threads', '1'];
  try {
    const lister = await runUntilKilled(
      ['index', folder, photos, ...flags, '--job-size', `${JOB_SIZE}`, '--max-waiting', '3'],
      async () => (await status()).jobs.waiting >= 3,
      0,
    );
    expect(lister.signal, lister.stderr).toBe('SIGKILL');
    // The same again, at once: its maker is seen to be dead.
    expect(await enqueueImages(queue, store, [photos], { jobSize: JOB_SIZE })).toMatchObject({
      numQueued: numImages,
    });

    const random = createRandom('kills of workers');
    const worker = ['worker', '--model', folder, ...flags, '--lease', '1'];
    let kept = new Set<string>();
    let numInHand = 0;
    for (let kill = 0; kill < numKills; kill++) {
      const before = await status();
      const isAtWork = async () => (await status()).jobs.done > before.jobs.done;
      const { signal, stderr } = await runUntilKilled(worker, isAtWork, random.integer(250));
      expect(signal, stderr).toBe('SIGKILL');
      const after = await status();
      numInHand += after.jobs.active;
      kept = await checkKept(store, after, kept);
    }
    // Now and then a kill falls between two jobs, but not each time.
    expect(numInHand).toBeGreaterThan(numKills / 2);
    const end = spawn(process.execPath, [MAIN, ...worker, '--until-done'], { stdio: 'ignore' });
    expect(await new Promise((resolve) => end.on('close', resolve))).toBe(0);
    const { isDone, images, jobs, badImages } = await status();
    expect({ isDone, badImages, failed: jobs.failed }).toEqual({ isDone: true, badImages: [], failed: 0 });
    // What a killed worker had written already was found unchanged by the next.
    expect([images.done, images.embedded + images.unchanged, jobs.done]).toEqual([
      numImages,
      numImages,
      numImages / JOB_SIZE,
    ]);
    await checkKept(store, await status(), kept);
    expect(await store.count()).toBe(numImages);
    const expected = await Promise.all(originals.map((path) => model.embedFile(path)));
    for await (const { records, vectors } of store.scan())
      for (const [row, { path }] of records.entries()) {
        const i = Number(/(\d+)\.png$/.exec(path)![1]);
        const size = model.config.encoder.embeddingSize;
        expect(vectors.subarray(row * size, (row + 1) * size)).toBeAllClose(expected[i % originals.length], {
          rtol: 1e-5,
          atol: 1e-6,
        });
      }
  } finally {
    await store.close();
    await queue.close();
    await model.close();
  }
}

/** @returns ids of the rows that are there */
async function checkKept(
  store: VectorStore,
  { images }: QueueStatus,
  before: ReadonlySet<string>,
): Promise<Set<string>> {
  const paths: string[] = [];
  const ids = new Set<string>();
  for await (const records of store.list())
    for (const { id, path } of records) {
      paths.push(path);
      ids.add(id);
    }
  expect(new Set(paths).size).toBe(paths.length);
  expect(images.done).toBeLessThanOrEqual(paths.length);
  expect([...before].filter((id) => !ids.has(id))).toEqual([]);
  return ids;
}
