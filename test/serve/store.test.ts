import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkExchange, type OpenApiDocument } from './openapi.ts';
import { formOf, pngOf, type StartedService, startService } from './start.ts';

let service: StartedService;
let bare: StartedService;
let document: OpenApiDocument;
let folder: string;
let images: Uint8Array<ArrayBuffer>[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samesame-serve-store-'));
  [service, bare] = await Promise.all([startService({ store: join(folder, 'store') }), startService()]);
  document = await (await fetch(`${service.url}/openapi.json`)).json();
  images = await Promise.all(Array.from({ length: 4 }, (_, i) => pngOf(i)));
});
afterAll(async () => {
  await Promise.all([service.stop(), bare.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** Asks, and holds the answer against the document. */
async function ask(path: string, init: RequestInit, at = service): Promise<Response> {
  const url = new URL(at.url + path);
  const response = await fetch(url, init);
  const bodyType = init.body instanceof FormData ? 'multipart/form-data' : undefined;
  await checkExchange(document, { method: init.method ?? 'GET', url, bodyType }, response);
  return response;
}
const post = (path: string, body: FormData, at = service) => ask(path, { method: 'POST', body }, at);

describe('a service with a store', () => {
  it('finds what was added, nearest first, among the labels asked for, and not what was removed', async () => {
    const added = await post('/v1/images?label=shoe', formOf(images[0], images[1], 'no image'));
    expect(added.status).toBe(200);
    const { results } = await added.json();
    expect(results[2].problem.code).toBe('E_IMAGE');
    await post('/v1/images?label=hat', formOf(images[2]));
    await post('/v1/images?label=hat', formOf(images[2]));
    expect((await (await fetch(`${service.url}/v1/stats`)).json()).store).toEqual({
      kind: 'lancedb',
      numImages: 3,
    });

    const found = await (await post('/v1/search?k=2', formOf(images[1]))).json();
    expect(found.results[0].method).toBe('exact');
    const { neighbours } = found.results[0];
    expect(neighbours).toHaveLength(2);
    expect(neighbours[0]).toMatchObject({ id: results[1].id, name: '1.png', label: 'shoe', verdict: 'same' });
    expect(neighbours[0].distance).toBeCloseTo(0, 3);
    expect(neighbours[1].distance).toBeGreaterThanOrEqual(neighbours[0].distance);

    const hats = await (await post('/v1/search?k=9&label=hat', formOf(images[1]))).json();
    expect(hats.results[0].neighbours.map(({ label }: { label: string }) => label)).toEqual(['hat']);

    const path = `/v1/images/${results[1].id}`;
    expect((await ask(path, { method: 'DELETE' })).status).toBe(200);
    expect((await ask(path, { method: 'DELETE' })).status).toBe(404);
    const after = await (await post('/v1/search', formOf(images[1]))).json();
    expect(after.results[0].neighbours.map(({ id }: { id: string }) => id)).not.toContain(results[1].id);
  });

  it('refuses k = 0, and without a store says how to have one', async () => {
    expect((await post('/v1/search?k=0', formOf(images[0]))).status).toBe(400);
    const answer = await fetch(`${bare.url}/v1/search`, { method: 'POST', body: formOf(images[0]) });
    expect(answer.status).toBe(404);
    expect(JSON.stringify(await answer.json())).toContain('--store');
  });
});
