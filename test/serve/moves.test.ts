import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import { indexImages } from '../../src/jobs/indexing/index-images.ts';
import { loadModel } from '../../src/model/load.ts';
import { storeIdentity } from '../../src/search/store/identity.ts';
import { openStore } from '../../src/search/store/open.ts';
import { addToken } from '../../src/serve/index.ts';
import { nodeRuntime } from '../gradcheck.ts';
import { checkExchange, type OpenApiDocument } from './openapi.ts';
import { formOf, pngOf, type StartedService, startService } from './start.ts';
import { saveTinyModel } from './tiny-model.ts';

let folder: string;
let service: StartedService;
let document: OpenApiDocument;
let reader: string;
let writer: string;
const aside = () => join(folder, 'aside');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samesame-serve-moves-'));
  await mkdir(join(folder, 'photos/sub'), { recursive: true });
  for (let i = 0; i < 6; i++) await writeFile(join(folder, `photos/${i}.png`), await pngOf(i));
  await writeFile(join(folder, 'photos/sub/copy of 0.png'), await pngOf(0));
  await saveTinyModel(join(folder, 'model'));
  const model = await loadModel(join(folder, 'model'), { runtime: nodeRuntime });
  const store = await openStore(join(folder, 'store'), { identity: storeIdentity(model.config) });
  await indexImages(model, store, [join(folder, 'photos')]);
  await Promise.all([store.close(), model.close()]);
  const tokens = join(folder, 'tokens.json');
  reader = (await addToken(tokens, { id: 'reader', scopes: ['read'] })).token;
  writer = (await addToken(tokens, { id: 'writer', scopes: ['read', 'write'] })).token;
  service = await startService({ store: join(folder, 'store'), moveTo: aside(), tokens });
  document = await (await fetch(`${service.url}/openapi.json`)).json();
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

async function ask(method: string, path: string, body?: unknown, token = writer): Promise<Response> {
  const url = new URL(service.url + path);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(url, {
    method,
    headers,
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const bodyType = body === undefined ? undefined : 'application/json';
  await checkExchange(document, { method, url, bodyType }, response);
  return response;
}

describe('moving under a service', () => {
  it('takes a copy away and brings it back, row and file', async () => {
    const client = createClient({ url: service.url, token: writer });
    const { groups } = await client.duplicates({ maxDistance: 0.0001 });
    expect(groups).toHaveLength(1);
    const all = [groups[0].centre, ...groups[0].others];
    const copy = all.find(({ name }) => name === 'copy of 0.png')!;
    const keeper = all.find(({ name }) => name === '0.png')!;
    expect(copy).toMatchObject({ source: 'file', sizeBytes: (await pngOf(0)).length, label: 'sub' });
    const numImages = async () => (await client.stats()).store?.numImages;

    const moved = await client.moveImages([{ id: copy.id, keeper: keeper.id }]);
    expect(moved).toEqual({
      move: 'move-1',
      moved: [{ id: copy.id, name: 'copy of 0.png' }],
      skipped: [],
    });
    expect(existsSync(join(folder, 'photos/sub/copy of 0.png'))).toBe(false);
    expect(await readdir(join(aside(), 'move-1'))).toEqual(
      expect.arrayContaining(['copy of 0.png', 'undo.json', 'rows.json']),
    );
    expect(await numImages()).toBe(6);
    expect((await client.duplicates({ maxDistance: 0.0001 })).groups).toEqual([]);
    const listed = await client.moves();
    expect(listed).toMatchObject({ canMove: true, moves: [{ move: 'move-1', numImages: 1 }] });

    const undone = await client.undoMove('move-1');
    expect(undone).toMatchObject({ restored: [{ id: copy.id }], failed: [] });
    expect(new Uint8Array(await readFile(join(folder, 'photos/sub/copy of 0.png')))).toEqual(await pngOf(0));
    expect(await numImages()).toBe(7);
    const again = await client.duplicates({ maxDistance: 0.0001 });
    expect(
      again.groups[0].others.concat(again.groups[0].centre as never).map(({ label }) => label),
    ).toContain('sub');
    expect((await client.moves()).moves).toEqual([]);
    expect(await readdir(aside())).toEqual([]);
    expect(service.logText()).not.toContain(folder);
  });

  it('wants the scope write, and bodies and ids that are such', async () => {
    const { images } = await (await ask('GET', '/v1/map')).json();
    const [{ id }] = images;
    expect((await ask('GET', '/v1/moves', undefined, reader)).status).toBe(200);
    expect((await ask('POST', '/v1/moves', { images: [{ id }] }, reader)).status).toBe(403);
    expect((await ask('DELETE', '/v1/moves/move-1', undefined, reader)).status).toBe(403);
    expect((await fetch(`${service.url}/v1/moves`, { method: 'POST', body: '{}' })).status).toBe(401);
    for (const body of [
      '',
      '{',
      '[]',
      '{}',
      { images: [] },
      { images: [{}] },
      { images: [{ id, to: '/etc' }] },
      { images: [{ id }], folder: '/etc' },
      { images: [{ id: 7 }] },
      { images: [{ id }, { id }] },
      { images: Array.from({ length: 1001 }, (_, i) => ({ id: String(i) })) },
    ])
      expect([body, (await ask('POST', '/v1/moves', body)).status]).toEqual([body, 400]);
    const form = { method: 'POST', body: formOf('x'), headers: { authorization: `Bearer ${writer}` } };
    expect((await fetch(`${service.url}/v1/moves`, form)).status).toBe(415);
    const long = { images: [{ id: 'x'.repeat(199) }], pad: 'x'.repeat(2 ** 20) };
    expect((await ask('POST', '/v1/moves', long)).status).toBe(413);
    const tricks = ['../../etc/passwd', join(folder, 'photos/0.png'), 'nobody'];
    const answer = await ask('POST', '/v1/moves', { images: tricks.map((each) => ({ id: each })) });
    const { move, moved, skipped } = await answer.json();
    expect([move, moved, skipped.length]).toEqual([null, [], 3]);
    for (const name of ['move-1', '..%2faside', 'move-1%2f..%2fmove-1'])
      expect([400, 404]).toContain((await ask('DELETE', `/v1/moves/${name}`)).status);
    expect(await readdir(join(folder, 'photos'))).toHaveLength(7);
  });

  it('is not there without a folder, and says how to have it; nor without a store', async () => {
    const bare = await startService({ store: join(folder, 'store') });
    const get = await (await fetch(`${bare.url}/v1/moves`)).json();
    expect(get).toEqual({ canMove: false, moves: [] });
    const body = JSON.stringify({ images: [{ id: 'a' }] });
    const headers = { 'content-type': 'application/json' };
    const post = await fetch(`${bare.url}/v1/moves`, { method: 'POST', headers, body });
    expect([post.status, (await post.json()).help]).toEqual([404, 'start it with --move-to FOLDER']);
    await bare.stop();
    await expect(startService({ moveTo: aside() })).rejects.toMatchObject({ code: 'E_CONFIG' });
  });
});
