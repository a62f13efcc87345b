import { readFile, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArtefact } from '../../src/model/load.ts';
import { openPool } from '../../src/serve/engine/pool.ts';
import { serve } from '../../src/serve/index.ts';
import { openRaw, postHead, statusesIn } from './raw.ts';
import { formOf, pngOf, type StartedService, startService } from './start.ts';
import { saveTinyModel } from './tiny-model.ts';

let png: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  png = await pngOf(0);
});

const modelOf = async (service: StartedService) =>
  (await (await fetch(`${service.url}/v1/model`)).json()).model;
const embed = (service: StartedService) =>
  fetch(`${service.url}/v1/embed`, { method: 'POST', body: formOf(png) });

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400 && !(await isSo()); i++) await sleep(25);
  expect(await isSo()).toBe(true);
}

describe('another model', () => {
  let service: StartedService;
  beforeAll(async () => {
    service = await startService({ watchMs: 50 });
  });
  afterAll(() => service.stop());

  it('takes over without a request being dropped, each answered by one of the two', async () => {
    const former = await modelOf(service);
    const seen = new Map<string, string>();
    let isOver = false;
    const client = async () => {
      while (!isOver) {
        const response = await embed(service);
        expect(response.status).toBe(200);
        const { model, results } = await response.json();
        const embedding = JSON.stringify(results[0].embedding);
        expect(seen.get(model) ?? embedding).toBe(embedding);
        seen.set(model, embedding);
      }
    };
    const clients = [client(), client(), client()];
    await saveTinyModel(join(service.folder, 'model'), { seed: 'two' });
    await until(async () => (await modelOf(service)) !== former);
    await sleep(50);
    isOver = true;
    await Promise.all(clients);
    expect(seen.size).toBe(2);
    expect(new Set(seen.values()).size).toBe(2);
  });

  it('does not take over where it is damaged, until it is whole', async () => {
    const former = await modelOf(service);
    const file = join(service.folder, 'model', 'encoder.onnx');
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, 100));
    await until(() =>
      service.logLines().some(({ msg }) => String(msg).startsWith('the model was not reloaded')),
    );
    expect([await modelOf(service), (await embed(service)).status]).toEqual([former, 200]);
    await writeFile(file, whole);
    await until(() => service.logLines().some(({ outcome }) => outcome === 'unchanged'));
    expect((await service.reload()).kind).toBe('unchanged');
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/reloads_total\{outcome="failed"\} [1-9]/);
    expect(metrics).toContain('reloads_total{outcome="loaded"} 1');
  });
});

describe('the end', () => {
  it('answers what was accepted, and takes nothing more', async () => {
    const service = await startService();
    const [accepted, idle] = await Promise.all([openRaw(service.port), openRaw(service.port)]);
    accepted.send(postHead('Content-Type: image/png', `Content-Length: ${png.length}`));
    accepted.send(png.subarray(0, 50));
    idle.send('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await sleep(50);
    const closing = service.close();
    expect(service.close()).toBe(closing);
    await sleep(20);
    await expect(
      new Promise((resolve, reject) =>
        createConnection(service.port, '127.0.0.1').on('connect', resolve).on('error', reject),
      ),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    accepted.send(png.subarray(50));
    const text = await accepted.received();
    expect(statusesIn(text)).toEqual([200]);
    expect(text).toMatch(/^connection: close/im);
    await closing;
    expect(statusesIn(await idle.received())).toEqual([200]);
    expect(service.logLines().at(-1)).toMatchObject({ msg: 'stopped' });
    await service.stop();
  });

  it('does not wait for ever', async () => {
    const service = await startService({ shutdownTimeoutMs: 100 });
    const stuck = await openRaw(service.port);
    stuck.send(postHead('Content-Type: image/png', 'Content-Length: 1000'));
    await sleep(30);
    await service.stop();
    expect(statusesIn(await stuck.received())).toEqual([]);
  });
});

describe('what goes wrong inside', () => {
  it('a request whose time is over is told to come back, and holds nothing', async () => {
    const service = await startService({ requestTimeoutMs: 100, bodyTimeoutMs: 5000 });
    const slow = await openRaw(service.port);
    slow.send(postHead('Content-Type: image/png', `Content-Length: ${png.length}`));
    const text = await slow.received();
    expect(statusesIn(text)).toEqual([503]);
    expect(text).toMatch(/^retry-after: 5/im);
    const { requests, memoryBytes } = await (await fetch(`${service.url}/v1/stats`)).json();
    expect([requests.inProgress, memoryBytes.heldBodies]).toEqual([0, 0]);
    await service.stop();
  });

  it('a thread that ends fails what it was asked, and is replaced', async () => {
    const { folder } = await startedFolder();
    const artefact = await readArtefact(folder);
    const ends: string[] = [];
    const pool = await openPool({
      artefact,
      numThreads: 1,
      script: '../../../test/serve/mortal-thread',
      onThreadEnd: (cause) => ends.push(cause.message),
    });
    const embed = () => pool.ask({ kind: 'embed', pixels: new Uint8Array(1) });
    expect(await embed()).toEqual(Float32Array.of(1));
    const zero = new Float32Array(0);
    await expect(pool.ask({ kind: 'distances', left: zero, right: zero })).rejects.toMatchObject({
      code: 'E_RUNTIME',
    });
    expect([pool.numAlive(), ends]).toEqual([0, ['the thread has ended']]);
    await expect(embed()).rejects.toMatchObject({ code: 'E_RUNTIME' });
    await until(() => pool.numAlive() === 1);
    expect(await embed()).toEqual(Float32Array.of(1));
    await pool.close();
  });

  it('a model that cannot be loaded, or an address that is taken, is told at once', async () => {
    const { folder, port } = await startedFolder();
    await expect(serve({ model: join(folder, 'nothing') })).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(serve({ model: folder, options: { port, threads: 1 } })).rejects.toMatchObject({
      code: 'E_IO',
      message: expect.stringContaining('somebody listens there already'),
    });
  });
});

let shared: Promise<StartedService> | undefined;
function startedFolder(): Promise<StartedService> {
  shared ??= startService();
  return shared;
}
afterAll(async () => (await shared)?.stop());
