import { mkdir, mkdtemp, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { indexImages } from '../../src/jobs/indexing/index-images.ts';
import { loadModel } from '../../src/model/load.ts';
import { storeIdentity } from '../../src/search/store/identity.ts';
import { openStore } from '../../src/search/store/open.ts';
import { addToken } from '../../src/serve/index.ts';
import { npy, zip } from '../archives.ts';
import { nodeRuntime } from '../gradcheck.ts';
import { checkExchange, type OpenApiDocument } from './openapi.ts';
import { sendRaw, statusesIn } from './raw.ts';
import { formOf, pngOf, type StartedService, startService } from './start.ts';
import { saveTinyModel } from './tiny-model.ts';

let folder: string;
let service: StartedService;
let document: OpenApiDocument;
const SCRIPT = 'export const a = 1;\n';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samesame-serve-page-'));
  for (const name of ['page/assets', 'photos']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'page/index.html'), '<!doctype html><title>the page</title>');
  await writeFile(join(folder, 'page/assets/index-abc123.js'), SCRIPT);
  await writeFile(join(folder, 'page/notes.ts'), 'SECRET');
  await writeFile(join(folder, 'secret.js'), 'SECRET');
  for (let i = 0; i < 12; i++) await writeFile(join(folder, `photos/${i}.png`), await pngOf(i % 6));
  await saveTinyModel(join(folder, 'model'));
  const model = await loadModel(join(folder, 'model'), { runtime: nodeRuntime });
  const store = await openStore(join(folder, 'store'), { identity: storeIdentity(model.config) });
  await indexImages(model, store, [join(folder, 'photos')]);
  await Promise.all([store.close(), model.close()]);
  service = await startService({ store: join(folder, 'store'), page: join(folder, 'page') });
  document = await (await fetch(`${service.url}/openapi.json`)).json();
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Asks, and holds the answer against the document. */
async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const url = new URL(service.url + path);
  const response = await fetch(url, init);
  await checkExchange(document, { method: 'GET', url }, response);
  return response;
}
const names = (images: readonly { readonly name: string }[]) => images.map(({ name }) => name).sort();

describe('the page', () => {
  it('is what / answers with, isolated and let do no more than it must', async () => {
    const response = await fetch(`${service.url}/`);
    expect(await response.text()).toContain('the page');
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/html/),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-cache',
    });
    const policy = headers['content-security-policy'];
    for (const part of [
      "script-src 'self' 'wasm-unsafe-eval';",
      "worker-src 'self' blob:",
      "connect-src 'self';",
      "img-src 'self' blob: data:",
    ])
      expect(policy).toContain(part);
    expect(policy).not.toContain('unsafe-inline');
    expect((await fetch(`${service.url}/docs`)).status).toBe(200);
  });

  it('has files that are kept for long where their names change with them, and are not sent twice', async () => {
    const url = `${service.url}/assets/index-abc123.js`;
    const response = await fetch(url);
    expect(await response.text()).toBe(SCRIPT);
    expect(response.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    const etag = response.headers.get('etag')!;
    const known = await fetch(url, { headers: { 'if-none-match': etag } });
    expect([known.status, await known.text()]).toEqual([304, '']);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(SCRIPT.length)]);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  });

  it('leads to nothing outside its folder, nor to what is not of a page', async () => {
    for (const path of [
      '/../secret.js',
      '/assets/../../secret.js',
      '/assets/..%2f..%2fsecret.js',
      '/assets/%2e%2e/%2e%2e/secret.js',
      '/assets/..\\..\\secret.js',
      '/assets//index-abc123.js',
      '/assets/index-abc123.js%00.html',
      '/assets',
      '/notes.ts',
      '/model/..%2fsecret.js',
      '/model/README.md',
    ]) {
      const text = await sendRaw(
        service.port,
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
      );
      expect([path, statusesIn(text)[0] >= 400]).toEqual([path, true]);
      expect(text).not.toContain('SECRET');
    }
  });
});

describe('GET /model', () => {
  it('gives the very files that answer, so that they can be run elsewhere', async () => {
    const at = join(folder, 'copy');
    await mkdir(at);
    for (const name of ['config.json', 'encoder.onnx']) {
      const response = await ask(`/model/${name}`);
      await writeFile(join(at, name), Buffer.from(await response.arrayBuffer()));
      const etag = response.headers.get('etag')!;
      const known = await fetch(`${service.url}/model/${name}`, { headers: { 'if-none-match': etag } });
      expect(known.status).toBe(304);
    }
    const [there, here] = await Promise.all(
      [join(folder, 'model'), at].map((path) => loadModel(path, { runtime: nodeRuntime })),
    );
    expect(here.config).toEqual(there.config);
    await Promise.all([there.close(), here.close()]);
    const { status, code } = await (await ask('/model/comparator.onnx')).json();
    expect([status, code]).toEqual([404, 'E_NOT_FOUND']);
  });
});

describe('the store as a whole', () => {
  it('lies on a plane, the same images at the same place, and is drawn anew when it changes', async () => {
    const { method, numImages, images } = await (await ask('/v1/map')).json();
    expect([method, numImages, images.length]).toEqual(['pca', 12, 12]);
    const at = (name: string) => {
      const { x, y } = images.find((image: { name: string }) => image.name === name);
      return [x, y];
    };
    expect(at('7.png')).toEqual(at('1.png'));
    expect(at('2.png')).not.toEqual(at('1.png'));
    expect(
      Math.max(...images.flatMap(({ x, y }: { x: number; y: number }) => [Math.abs(x), Math.abs(y)])),
    ).toBe(1);
    const { results } = await (
      await fetch(`${service.url}/v1/images`, { method: 'POST', body: formOf(await pngOf(8)) })
    ).json();
    expect((await (await ask('/v1/map')).json()).numImages).toBe(13);
    const picture = await ask(`/v1/images/${results[0].id}/thumbnail`);
    expect([picture.status, (await picture.json()).code]).toEqual([404, 'E_NOT_FOUND']);
    await fetch(`${service.url}/v1/images/${results[0].id}`, { method: 'DELETE' });
    expect((await (await ask('/v1/map')).json()).numImages).toBe(12);
  });

  it('tells what it has twice', async () => {
    const found = await (await ask('/v1/duplicates?maxDistance=0.0001')).json();
    expect([found.numImages, found.numExamined, found.numGroups]).toEqual([12, 12, 6]);
    const groups = found.groups.map(({ centre, others }: never) => names([centre, ...(others as never[])]));
    const twice = [0, 1, 2, 3, 4, 5].map((i) => [`${i}.png`, `${i + 6}.png`].sort());
    expect(groups.sort()).toEqual(twice.sort());
    expect(found.groups[0].others[0].distance).toBeCloseTo(0, 5);
    expect((await (await ask('/v1/duplicates?limit=1&maxDistance=0.0001')).json()).groups).toHaveLength(1);
    expect((await ask('/v1/duplicates?maxDistance=-1')).status).toBe(400);
    expect((await (await ask('/v1/duplicates')).json()).numGroups).toBeGreaterThan(0);
  });

  it('shows its images small, by their ids alone, while their files are there', async () => {
    const { images } = await (await ask('/v1/map')).json();
    const of = (name: string) => images.find((image: { name: string }) => image.name === name).id;
    const response = await ask(`/v1/images/${of('3.png')}/thumbnail`);
    expect(response.headers.get('content-type')).toBe('image/webp');
    const small = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    expect([small.format, Math.max(small.width, small.height)]).toEqual(['webp', 192]);
    const etag = response.headers.get('etag')!;
    const again = await fetch(`${service.url}/v1/images/${of('3.png')}/thumbnail`, {
      headers: { 'if-none-match': etag },
    });
    expect(again.status).toBe(304);

    for (const id of ['x', '..%2f..%2fsecret.js', encodeURIComponent(join(folder, 'photos/3.png'))]) {
      const { status } = await fetch(`${service.url}/v1/images/${id}/thumbnail`);
      expect([id, status]).toEqual([id, 404]);
    }
    // A file that has gone, and one that is no image any more: no word of where it lay, or of what is in it.
    await unlink(join(folder, 'photos/4.png'));
    await unlink(join(folder, 'photos/5.png'));
    await symlink(join(folder, 'secret.js'), join(folder, 'photos/5.png'));
    for (const name of ['4.png', '5.png']) {
      const gone = await ask(`/v1/images/${of(name)}/thumbnail`);
      const text = await gone.text();
      expect(gone.status).toBe(404);
      expect(text).not.toMatch(/photos|SECRET/);
    }
    expect(service.logText()).not.toContain(folder);
    await writeFile(join(folder, 'photos/4.png'), await readFile(join(folder, 'photos/10.png')));
    expect((await ask(`/v1/images/${of('4.png')}/thumbnail`)).status).toBe(200);
  });
});

describe('thumbnails of images in archives', () => {
  it('are of the very image, and gone with the archive', async () => {
    const archives = join(folder, 'archives');
    await mkdir(join(archives, 'idx'), { recursive: true });
    const npz = join(archives, 'grey #1.npz');
    const side = 20;
    // Image i of the .npz is as bright as 60 · i, of the IDX files as 200 − 60 · i.
    const brightness = (of: (i: number) => number) =>
      Uint8Array.from({ length: 3 * side * side }, (_, at) => of(Math.floor(at / (side * side))));
    const images = npy(
      '|u1',
      [3, side, side],
      brightness((i) => 60 * i),
    );
    await writeFile(npz, zip({ 'images.npy': images }));
    const header = Buffer.from([0, 0, 8, 3, ...[3, side, side].flatMap((size) => [0, 0, 0, size])]);
    const idx = Buffer.concat([header, brightness((i) => 200 - 60 * i)]);
    await writeFile(join(archives, 'idx/train-images-idx3-ubyte'), idx);
    const labels = Buffer.from([0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3]);
    await writeFile(join(archives, 'idx/train-labels-idx1-ubyte'), labels);
    const model = await loadModel(join(folder, 'model'), { runtime: nodeRuntime });
    const at = join(archives, 'store');
    const store = await openStore(at, { identity: storeIdentity(model.config) });
    await indexImages(model, store, [npz, join(archives, 'idx')]);
    await Promise.all([store.close(), model.close()]);
    const served = await startService({ store: at });
    const { images: rows } = await (await fetch(`${served.url}/v1/map`)).json();
    expect(rows).toHaveLength(6);
    const means = new Map<string, number>();
    const thumbnailOf = (id: string) => fetch(`${served.url}/v1/images/${id}/thumbnail`);
    await Promise.all(
      rows.map(async ({ id, name }: { id: string; name: string }) => {
        const response = await thumbnailOf(id);
        expect([name, response.status]).toEqual([name, 200]);
        const { channels } = await sharp(Buffer.from(await response.arrayBuffer())).stats();
        means.set(name, channels[0].mean);
      }),
    );
    for (let i = 0; i < 3; i++) {
      expect(Math.abs(means.get(`grey #1.npz#${i}`)! - 60 * i)).toBeLessThan(4);
      expect(Math.abs(means.get(`idx#${i}`)! - (200 - 60 * i))).toBeLessThan(4);
    }
    await rm(npz);
    const id = rows.find(({ name }: { name: string }) => name.startsWith('grey')).id;
    // What was drawn is kept; another service has to look.
    const other = await startService({ store: at });
    expect((await fetch(`${other.url}/v1/images/${id}/thumbnail`)).status).toBe(404);
    expect(other.logText()).not.toContain(archives);
    await Promise.all([served.stop(), other.stop()]);
  });
});

describe('training runs', () => {
  const config = JSON.stringify({ dataset: 'shoes', epochs: 2 });
  const write = (name: string, text: string) => writeFile(join(folder, name), text);

  it('are given out file by file, as they are now, and followed by their ETag', async () => {
    for (const run of ['F1/seed-1', 'F2/seed-1', 'other']) {
      await mkdir(join(folder, run), { recursive: true });
      await write(`${run}/config.json`, config);
    }
    const runs = ['F1/seed-1', 'F2/seed-1', 'other'].map((name) => join(folder, name));
    const shown = await startService({ runs });
    const get = async (path: string, init: RequestInit = {}) => {
      const url = new URL(shown.url + path);
      const response = await fetch(url, init);
      if (response.status !== 304) await checkExchange(document, { method: 'GET', url }, response);
      return response;
    };
    expect((await (await get('/v1/runs')).json()).runs).toEqual(
      ['F1/seed-1', 'F2/seed-1', 'other'].map((name) => ({ name, isFinished: false, hasReport: false })),
    );
    const early = await get('/run/metrics.jsonl');
    expect([early.status, (await early.json()).help]).toEqual([404, 'it comes with the first epoch']);

    await write('F1/seed-1/metrics.jsonl', '{"epoch":1}\n');
    await write('other/metrics.jsonl', '{"epoch":7}\n');
    const first = await get('/run/metrics.jsonl');
    expect(await first.text()).toBe('{"epoch":1}\n');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    expect(await (await get('/run/metrics.jsonl?run=other')).text()).toBe('{"epoch":7}\n');
    const known = { headers: { 'if-none-match': first.headers.get('etag')! } };
    expect((await get('/run/metrics.jsonl', known)).status).toBe(304);
    await write('F1/seed-1/metrics.jsonl', '{"epoch":2}\n');
    const grown = await get('/run/metrics.jsonl', known);
    expect([grown.status, await grown.text()]).toEqual([200, '{"epoch":2}\n']);
    const head = await fetch(`${shown.url}/run/metrics.jsonl`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '12', '']);

    await write('other/report-data.json', '{"format":"samesame-report"}');
    await write('other/report.html', '<!doctype html><title>report</title>');
    expect((await (await get('/v1/runs')).json()).runs[2]).toEqual({
      name: 'other',
      isFinished: true,
      hasReport: true,
    });
    expect((await (await get('/run/report-data.json?run=other')).json()).format).toBe('samesame-report');
    const report = await get('/run/report.html?run=other');
    expect(await report.text()).toContain('report');
    // A report that somebody else has written gets at nothing of the page.
    expect(report.headers.get('content-security-policy')).toMatch(/^default-src 'none'.*; sandbox$/);

    // Nothing beside these files, nothing through links, nothing by a path.
    await write('F2/seed-1/secret.txt', 'SECRET');
    await symlink(join(folder, 'secret.js'), join(folder, 'F2/seed-1/metrics.jsonl'));
    await mkdir(join(folder, 'F2/seed-1/report.html'));
    for (const path of [
      '/run/metrics.jsonl?run=F2/seed-1',
      '/run/report.html?run=F2/seed-1',
      '/run/config.json',
      '/run/secret.txt?run=F2/seed-1',
      '/run/..%2fsecret.js',
      '/run/metrics.jsonl?run=../photos',
      '/run/metrics.jsonl?run=',
      '/run/metrics.jsonl?run=%2fetc',
      '/run/metrics.jsonl?runs=other',
    ]) {
      const response = await fetch(shown.url + path);
      const text = await response.text();
      expect([path, [400, 404].includes(response.status)]).toEqual([path, true]);
      expect(text).not.toContain('SECRET');
      expect(text).not.toContain(folder);
    }
    await shown.stop();
  });

  it('are named where they are none, or twice, and how to have one', async () => {
    const refused = (runs: readonly string[]) => startService({ runs: runs.map((run) => join(folder, run)) });
    await expect(refused(['nowhere'])).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(refused(['model'])).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      message: expect.stringContaining('is a model, not a run'),
    });
    await expect(refused(['other', './other'])).rejects.toMatchObject({ code: 'E_CONFIG' });
    expect((await (await ask('/v1/runs')).json()).runs).toEqual([]);
    const none = await ask('/run/metrics.jsonl');
    expect([none.status, (await none.json()).help]).toEqual([404, 'start it with --run FOLDER']);
  });
});

describe('without a page, or without a store', () => {
  it('/ tells what can be asked, and the store’s addresses how to have one', async () => {
    const bare = await startService({ page: join(folder, 'nothing') });
    expect(await (await fetch(`${bare.url}/`)).text()).toContain('/v1/embed');
    for (const path of ['/v1/map', '/v1/duplicates', '/v1/images/x/thumbnail']) {
      const response = await fetch(bare.url + path);
      expect([path, response.status]).toEqual([path, 404]);
      expect((await response.json()).help).toContain('--store');
    }
    expect((await (await fetch(`${bare.url}/v1/model`)).json()).store).toBe(null);
    expect((await (await fetch(`${service.url}/v1/model`)).json()).store).toBe('lancedb');
    await bare.stop();
  });
});

describe('tokens', () => {
  it('stand before everything but the page itself', async () => {
    const tokens = join(folder, 'tokens.json');
    const { token } = await addToken(tokens, { id: 'reader', scopes: ['read'] });
    const { token: writer } = await addToken(tokens, { id: 'writer', scopes: ['write'] });
    const locked = await startService({
      tokens,
      store: join(folder, 'store'),
      page: join(folder, 'page'),
      runs: [join(folder, 'other')],
    });
    const statuses = async (path: string) =>
      Promise.all(
        [undefined, writer, token].map(async (each) => {
          const headers: Record<string, string> =
            each === undefined ? {} : { authorization: `Bearer ${each}` };
          const { status } = await fetch(locked.url + path, { headers });
          return status;
        }),
      );
    for (const path of [
      '/v1/map',
      '/v1/duplicates',
      '/model/config.json',
      '/model/encoder.onnx',
      '/v1/runs',
      '/run/metrics.jsonl',
    ])
      expect([path, await statuses(path)]).toEqual([path, [401, 403, 200]]);
    expect(await statuses('/v1/images/x/thumbnail')).toEqual([401, 403, 404]);
    for (const path of ['/', '/assets/index-abc123.js'])
      expect([path, await statuses(path)]).toEqual([path, [200, 200, 200]]);
    await locked.stop();
  });
});
