import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { formOf, pngOf, type StartedService, startService } from './start.ts';
import { saveTinyModel } from './tiny-model.ts';

let folder: string;
let images: Uint8Array<ArrayBuffer>[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samesame-serve-gone-'));
  images = await Promise.all([0, 1].map(pngOf));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const post = (service: StartedService, path: string, i: number) =>
  fetch(service.url + path, { method: 'POST', body: formOf(images[i]) });
const stats = async (service: StartedService) => (await fetch(`${service.url}/v1/stats`)).json();

/** Everything that needs the store says that it is not there, and when to come back; everything else goes on. */
async function expectGone(service: StartedService, code: string, detail: string): Promise<void> {
  const asks = [
    () => post(service, '/v1/search', 0),
    () => post(service, '/v1/images', 1),
    () => fetch(`${service.url}/v1/map`),
    () => fetch(`${service.url}/v1/images/abc/thumbnail`),
  ];
  for (const response of await Promise.all(asks.map((ask) => ask()))) {
    const problem = await response.json();
    expect([response.status, problem.code]).toEqual([503, code]);
    expect(problem.detail).toContain(detail);
    expect(JSON.stringify(problem)).not.toMatch(/samesame-serve-gone|postgres:/);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect((await post(service, '/v1/embed', 0)).status).toBe(200);
  expect((await stats(service)).store.numImages).toBe(null);
  const { requests, images: held } = await stats(service);
  expect([requests.inProgress, held.inProgress]).toEqual([0, 0]);
}

async function expectThere(service: StartedService, id: string): Promise<void> {
  const [{ neighbours }] = (await (await post(service, '/v1/search', 0)).json()).results;
  expect(neighbours[0]).toMatchObject({ id, verdict: 'same' });
  expect(neighbours[0].distance).toBeCloseTo(0, 3);
  expect((await post(service, '/v1/images', 1)).status).toBe(200);
  expect((await stats(service)).store.numImages).toBe(2);
  expect((await (await fetch(`${service.url}/v1/map`)).json()).images).toHaveLength(2);
}

const addFirst = async (service: StartedService): Promise<string> =>
  (await (await post(service, '/v1/images', 0)).json()).results[0].id;

describe('a store in a folder', () => {
  it('that is gone is told as a problem, and answers as before when it is back', async () => {
    const store = join(folder, 'store');
    const service = await startService({ store });
    const id = await addFirst(service);
    // Longer than the service keeps to itself what it has written last.
    await new Promise((resolve) => setTimeout(resolve, 700));
    await rename(store, join(folder, 'elsewhere'));
    await expectGone(service, 'E_STORE', 'the store cannot be used just now');
    await rm(store, { recursive: true, force: true });
    await rename(join(folder, 'elsewhere'), store);
    await expectThere(service, id);
    await service.stop();
  });

  it('is left to another writer, and given back to it', async () => {
    const store = join(folder, 'shared');
    const service = await startService({ store });
    await addFirst(service);
    const lock = join(store, 'writer.lock');
    const isLocked = () =>
      readFile(lock).then(
        () => true,
        () => false,
      );
    for (let i = 0; i < 100 && (await isLocked()); i++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await isLocked()).toBe(false);
    await writeFile(lock, JSON.stringify({ pid: process.ppid, host: hostname() }));
    const refused = await post(service, '/v1/images', 1);
    expect([refused.status, (await refused.json()).code]).toEqual([503, 'E_STORE']);
    expect((await post(service, '/v1/search', 1)).status).toBe(200);
    expect(JSON.stringify(service.logLines())).toContain('another process is writing');
    await rm(lock);
    expect((await post(service, '/v1/images', 1)).status).toBe(200);
    await service.stop();
  });
});

describe('a store in Postgres', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 120_000);
  afterAll(() => postgres.close());

  it('that is gone is told as a problem, and answers as before when it is back', async () => {
    const service = await startService({ store: `${postgres.address}&store=gone` });
    const id = await addFirst(service);
    await postgres.stop();
    await expectGone(service, 'E_CONNECTION', 'the database of the store cannot be reached just now');
    await postgres.start();
    await expectThere(service, id);
    expect(service.logText()).not.toContain('postgres:postgres');
    await service.stop();
  });
});

describe('another model', () => {
  it('does not take over where the store holds embeddings of the former', async () => {
    const service = await startService({ store: join(folder, 'of-one') });
    const id = await addFirst(service);
    const { model } = await (await fetch(`${service.url}/v1/model`)).json();
    await saveTinyModel(join(service.folder, 'model'), { seed: 'two' });
    const outcome = await service.reload();
    expect(outcome.kind).toBe('failed');
    expect(String(outcome.kind === 'failed' && outcome.error)).toContain(
      'holds the embeddings of another model',
    );
    expect((await (await fetch(`${service.url}/v1/model`)).json()).model).toBe(model);
    await expectThere(service, id);
    await saveTinyModel(join(service.folder, 'model'));
    expect((await service.reload()).kind).toBe('unchanged');
    // And a service does not start over it.
    await saveTinyModel(join(service.folder, 'model'), { seed: 'two' });
    const { serve } = await import('../../src/serve/index.ts');
    await expect(
      serve({ model: service.folder, options: { port: 0, threads: 1, store: join(folder, 'of-one') } }),
    ).rejects.toMatchObject({ code: 'E_STORE' });
    await service.stop();
  });
});
