import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { indexImages } from '../../src/jobs/indexing/index-images.ts';
import { loadModel } from '../../src/model/load.ts';
import { storeIdentity } from '../../src/search/store/identity.ts';
import { openStore } from '../../src/search/store/open.ts';
import type { StoreIdentity, VectorStore } from '../../src/search/store/types.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { drawImage } from '../tiny-images.ts';
import { saveTinyModel } from '../tiny-model.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const NUM_KILLS = process.env.SAMESAME_SLOW === '1' ? 20 : 2;
const IMAGES_PER_FOLDER = 24;
const NUM_IMAGES = NUM_KILLS * IMAGES_PER_FOLDER;
const BATCH = 4;

let root: string;
let photos: string;
let model: string;
let identity: StoreIdentity;
let server: PostgresServer;
/** What a run that nobody disturbs writes, by path. */
let undisturbed: ReadonlyMap<string, string>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-killed-index-'));
  photos = join(root, 'photos');
  const random = createRandom('killed index');
  const names = ['bars', 'discs', 'slopes', 'beams'] as const;
  for (let part = 0; part < NUM_KILLS; part++) {
    await mkdir(join(photos, `part-${part}`), { recursive: true });
    for (let i = 0; i < IMAGES_PER_FOLDER; i++)
      await writeFile(join(photos, `part-${part}`, `${i}.png`), await drawImage(names[i % 4], random));
  }
  model = await saveTinyModel(join(root, 'model'));
  const loaded = await loadModel(model);
  identity = storeIdentity(loaded.config);
  const store = await openStore(join(root, 'undisturbed'), { identity });
  await indexImages(loaded, store, [photos]);
  undisturbed = await contentsOf(store);
  await store.close();
  await loaded.close();
  server = await startPostgres();
}, 120_000);
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

/** Label and embedding of every row, by path. @throws where a path is there twice */
async function contentsOf(store: VectorStore): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const size = store.identity.embeddingSize;
  for await (const { records, vectors } of store.scan())
    for (const [i, { path, label }] of records.entries()) {
      if (found.has(path)) throw new Error(`${path} is there twice`);
      found.set(path, `${label} ${vectors.slice(i * size, (i + 1) * size).join()}`);
    }
  return found;
}

/** The verb as a process of its own. */
function startIndex(address: string, folder: string) {
  const args = [MAIN, 'index', model, folder, '--store', address, '--batch', `${BATCH}`, '--threads', '1'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return { child, ended: once(child, 'close').then(([code, signal]) => ({ code, signal, stderr })) };
}

/** Looks at a store as another process until so many of a folder's images are in it. */
async function waitForRows(store: VectorStore, folder: string, numRows: number): Promise<void> {
  await expect
    .poll(() => store.count({ pathPrefix: `${folder}/` }), { timeout: 60_000, interval: 5 })
    .toBeGreaterThanOrEqual(numRows);
}

async function surviveKills(address: string): Promise<void> {
  const random = createRandom(`kills of index at ${address.split(':')[0]}`);
  const reader = await openStore(address, { identity });
  let seen = new Map<string, string>();
  let numKilled = 0;
  for (let kill = 0; kill < NUM_KILLS; kill++) {
    const folder = join(photos, `part-${kill}`);
    // Every other time when all rows are written: while it looks for what is gone, and tidies up.
    const isLate = kill % 2 === 1;
    const { child, ended } = startIndex(address, folder);
    await waitForRows(reader, folder, isLate ? IMAGES_PER_FOLDER : 1 + random.integer(IMAGES_PER_FOLDER - 4));
    const acknowledged = await contentsOf(reader);
    await new Promise((resolve) => setTimeout(resolve, random.integer(isLate ? 40 : 15)));
    child.kill('SIGKILL');
    const { code, signal, stderr } = await ended;
    // On a busy machine a kill may find it done.
    if (code !== 0) expect([signal, stderr.replace(/^indexing .*\n/gm, '')]).toEqual(['SIGKILL', '']);
    if (signal === 'SIGKILL') numKilled++;
    const store = await openStore(address, { identity });
    const left = await contentsOf(store);
    expect(await store.count()).toBe(left.size);
    await store.close();
    for (const [path, row] of [...seen, ...acknowledged]) expect([path, left.get(path)]).toEqual([path, row]);
    seen = left;
  }
  expect(numKilled).toBeGreaterThanOrEqual(NUM_KILLS / 2);
  const { code, stderr } = await startIndex(address, photos).ended;
  expect([code, stderr.replace(/^indexing .*\n/gm, '')]).toEqual([0, '']);
  expect(await contentsOf(reader)).toEqual(undisturbed);
  await reader.close();
}

describe('samesame index', () => {
  it(
    `killed ${NUM_KILLS} times loses nothing that was to be seen, doubles nothing and ends whole: a folder`,
    () => surviveKills(join(root, 'killed.store')),
    600_000,
  );

  it(
    `killed ${NUM_KILLS} times loses nothing that was to be seen, doubles nothing and ends whole: Postgres`,
    () => surviveKills(`${server.address}&store=killed`),
    600_000,
  );

  it('waits for a database that is started again in the middle, twice, and goes on', async () => {
    const address = `${server.address}&store=restarted`;
    const reader = await openStore(address, { identity });
    const { ended } = startIndex(address, photos);
    for (const numRows of [BATCH, NUM_IMAGES / 2]) {
      await waitForRows(reader, photos, numRows);
      await server.stop();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await server.start();
    }
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/cannot be reached; waiting for it\n.* is back\n/s),
    ]);
    expect(stderr).not.toContain('postgres:postgres');
    expect(await contentsOf(reader)).toEqual(undisturbed);
    await reader.close();
  }, 120_000);
});
