import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { VERSION } from '../../src/base/version.ts';
import { createClient } from '../../src/client/index.ts';
import type {
  DuplicateGroups,
  ImageProblem,
  ModelDescription,
  ServedComparison,
  ServiceProblem,
  ServiceStats,
  StoredNeighbour,
  StoreMap,
} from '../../src/client/types.ts';
import { loadModel } from '../../src/model/load.ts';
import type { Model } from '../../src/model/model.ts';
import type * as schemas from '../../src/serve/schemas.ts';
import { nodeRuntime } from '../gradcheck.ts';
import { checkExchange, type OpenApiDocument, operationsOf } from './openapi.ts';
import { formOf, pngOf, type StartedService, startService } from './start.ts';

let service: StartedService;
let withHead: StartedService;
let model: Model;
let document: OpenApiDocument;
let images: Uint8Array<ArrayBuffer>[];
const paths: string[] = [];
let storeFolder: string;

beforeAll(async () => {
  storeFolder = await mkdtemp(join(tmpdir(), 'samesame-serve-store-'));
  [service, withHead] = await Promise.all([
    startService({ maxImages: 8, corsOrigins: ['https://shop.example'], store: join(storeFolder, 'store') }),
    startService({}, { hasHead: true }),
  ]);
  model = await loadModel(service.folder, { runtime: nodeRuntime });
  document = await (await fetch(`${service.url}/openapi.json`)).json();
  images = await Promise.all(Array.from({ length: 6 }, (_, i) => pngOf(i)));
  for (const [i, image] of images.entries()) {
    paths.push(join(service.folder, `${i}.png`));
    await writeFile(paths[i], image);
  }
});
afterAll(async () => {
  await Promise.all([service.stop(), withHead.stop(), model.close()]);
  await rm(storeFolder, { recursive: true, force: true });
});

/** Asks, and holds the answer against the document. */
async function ask(path: string, init: RequestInit = {}, at: StartedService = service): Promise<Response> {
  const url = new URL(at.url + path);
  const response = await fetch(url, init);
  const bodyType =
    init.body instanceof FormData ? 'multipart/form-data' : new Headers(init.headers).get('content-type');
  await checkExchange(
    document,
    { method: init.method ?? 'GET', url, bodyType: bodyType ?? undefined },
    response,
  );
  return response;
}
const post = (path: string, body: BodyInit, type?: string) =>
  ask(path, { method: 'POST', body, headers: type === undefined ? {} : { 'content-type': type } });
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describe('POST /v1/embed', () => {
  it('gives the embeddings of the model, in the order of the images', async () => {
    const { results, ...rest } = await (await post('/v1/embed', formOf(...images))).json();
    expect(rest).toEqual({ model: expect.stringMatching(/^[0-9a-f]{64}$/), embeddingSize: 6 });
    expect(results).toHaveLength(6);
    for (const [i, { index, name, embedding }] of results.entries()) {
      expect([index, name]).toEqual([i, `${i}.png`]);
      expect(Float32Array.from(embedding)).toBeAllClose(await model.embedFile(paths[i]), { atol: 1e-6 });
    }
  });

  it('reads a form, JSON and a bare file alike', async () => {
    const [form, json, bare, bytes] = await Promise.all([
      post('/v1/embed', formOf(images[0])),
      post(
        '/v1/embed',
        JSON.stringify({ images: [{ data: base64(images[0]), name: 'a/b.png' }] }),
        'application/json',
      ),
      post('/v1/embed', images[0], 'image/png'),
      post('/v1/embed', images[0], 'application/octet-stream'),
    ]);
    const [one, two, three, four] = await Promise.all(
      [form, json, bare, bytes].map(async (response) => (await response.json()).results[0]),
    );
    expect(two).toEqual({ ...one, name: 'b.png' });
    expect(three).toEqual({ index: 0, embedding: one.embedding });
    expect(four).toEqual(three);
  });

  it('writes base64 that is the same numbers', async () => {
    const plain = await (await post('/v1/embed', formOf(images[1]))).json();
    const packed = await (await post('/v1/embed?encoding=base64', formOf(images[1]))).json();
    const bytes = Buffer.from(packed.results[0].embedding, 'base64');
    expect(Array.from({ length: 6 }, (_, i) => bytes.readFloatLE(4 * i))).toEqual(
      plain.results[0].embedding.map(Math.fround),
    );
  });

  it('names an image that cannot be used, and answers about the others', async () => {
    const { results } = await (await post('/v1/embed', formOf('no image', images[0]))).json();
    expect(results[0]).toEqual({
      index: 0,
      name: '0.png',
      problem: expect.objectContaining({ code: 'E_IMAGE', detail: 'decoding the image failed' }),
    });
    expect(results[1].embedding).toHaveLength(6);
  });

  it.each([
    ['one that is none', () => formOf('no image'), 422, 'E_IMAGE'],
    ['none of two', () => formOf('no', 'no'), 422, 'E_IMAGES_BAD'],
    ['no image', () => new FormData(), 400, 'E_REQUEST'],
    ['too many', () => formOf(...Array(9).fill('x')), 413, 'E_TOO_LARGE'],
  ])('refuses %s', async (_name, form, status, code) => {
    const response = await post('/v1/embed', form());
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code, status, type: `/docs#${code}` });
  });

  it.each([
    ['{', 'the body is not JSON'],
    ['', 'the body is not JSON'],
    ['{"images":[]}', 'the JSON body is not what is expected here'],
    ['{"images":[{"data":"%%%"}]}', 'images[0].data is not base64'],
    ['{"images":[{"data":"AAAA","colour":1}]}', 'the JSON body is not what is expected here'],
    ['{"imgs":[]}', 'the JSON body is not what is expected here'],
  ])('refuses the JSON %s', async (body, detail) => {
    const response = await post('/v1/embed', body, 'application/json');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'E_REQUEST', detail });
  });

  it('refuses other types, other fields, other parameters', async () => {
    const text = await post('/v1/embed', 'hello', 'text/plain');
    expect([text.status, (await text.json()).code]).toEqual([415, 'E_MEDIA_TYPE']);
    const form = new FormData();
    form.append('images', new Blob([images[0]]), 'a.png');
    expect(await (await post('/v1/embed', form)).json()).toMatchObject({ help: 'did you mean image?' });
    expect((await post('/v1/embed?encodign=float', formOf(images[0]))).status).toBe(400);
    expect((await post('/v1/embed?encoding=hex', formOf(images[0]))).status).toBe(400);
    const zipped = await ask('/v1/embed', {
      method: 'POST',
      body: images[0],
      headers: { 'content-type': 'image/png', 'content-encoding': 'gzip' },
    });
    expect(zipped.status).toBe(415);
  });
});

describe('POST /v1/compare', () => {
  it('answers as the model does', async () => {
    const answer = await (await post('/v1/compare', formOf(images[0], images[1]))).json();
    const { distance, ...expected } = await model.compareFiles(paths[0], paths[1]);
    expect(answer).toMatchObject({ verdict: expected.verdict, threshold: 0.6, prior: 0.5 });
    expect(answer.distance).toBeCloseTo(distance, 6);
    expect(answer.probability).toBeCloseTo(expected.probability, 5);
  });

  it('asks a learned head both ways round', async () => {
    const headed = await loadModel(withHead.folder, { runtime: nodeRuntime });
    const expected = await headed.compareFiles(paths[0], paths[2]);
    await headed.close();
    for (const pair of [formOf(images[0], images[2]), formOf(images[2], images[0])]) {
      const answer = await (await ask('/v1/compare', { method: 'POST', body: pair }, withHead)).json();
      expect(answer.distance).toBeCloseTo(expected.distance, 6);
    }
  });

  it('takes another prior, and refuses what is none', async () => {
    const [half, rare] = await Promise.all(
      ['0.5', '0.01'].map(async (prior) =>
        (await post(`/v1/compare?prior=${prior}`, formOf(images[0], images[1]))).json(),
      ),
    );
    expect(rare).toMatchObject({ prior: 0.01, distance: half.distance, verdict: half.verdict });
    expect(rare.probability).toBeLessThan(half.probability);
    for (const prior of ['0', '1', 'much', '']) {
      const response = await post(`/v1/compare?prior=${prior}`, formOf(images[0], images[1]));
      expect([prior, response.status]).toEqual([prior, 400]);
    }
  });

  it('wants two images, and tells which one cannot be used', async () => {
    expect((await post('/v1/compare', formOf(images[0]))).status).toBe(400);
    expect((await post('/v1/compare', formOf(...images.slice(0, 3)))).status).not.toBe(200);
    const problem = await (await post('/v1/compare', formOf(images[0], 'no'))).json();
    expect(problem).toMatchObject({ code: 'E_IMAGE', errors: [{ pointer: '/images/1' }] });
  });
});

describe('what is told about the service', () => {
  it('describes the model, the numbers so far, health and metrics', async () => {
    expect(await (await ask('/v1/model')).json()).toMatchObject({
      encoder: { name: 'tiny', embeddingSize: 6 },
      isCalibrated: false,
      classes: ['bars', 'beams'],
    });
    const stats = await (await ask('/v1/stats')).json();
    expect(stats).toMatchObject({ version: VERSION, threads: 1, images: { inProgress: 0, maxQueue: 256 } });
    expect(stats.batches.total).toBeGreaterThan(0);
    expect(await (await ask('/healthz')).json()).toEqual({ status: 'ok' });
    expect(await (await ask('/readyz')).json()).toEqual({ status: 'ready' });
    const text = await (await ask('/metrics')).text();
    expect(text).toMatch(/samesame_requests_total\{method="POST",route="\/v1\/embed",status="200"\} \d+/);
    expect(text).toMatch(/samesame_model_info\{model="[0-9a-f]{64}",version="[\d.]+"\} 1/);
  });

  it('has a document whose parts are all there, and a page that shows it', async () => {
    expect(document.openapi).toBe('3.1.0');
    const ids = operationsOf(document).map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, name] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g))
      expect(document.components.schemas).toHaveProperty(name);
    const response = await fetch(`${service.url}/docs`);
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    );
    const html = await response.text();
    for (const { method, path: pattern } of operationsOf(document))
      expect(html).toContain(`<code>${method} ${pattern}</code>`);
    expect(html).not.toMatch(/<script|https?:/);
  });

  it('says what is not there, and which method is', async () => {
    const missing = await fetch(`${service.url}/v1/nothing`);
    expect([missing.status, (await missing.json()).code]).toEqual([404, 'E_NO_ROUTE']);
    const wrong = await fetch(`${service.url}/v1/embed`);
    expect([wrong.status, wrong.headers.get('allow'), (await wrong.json()).code]).toEqual([
      405,
      'POST',
      'E_METHOD',
    ]);
    expect((await fetch(`${service.url}/healthz`, { method: 'HEAD' })).status).toBe(200);
  });
});

describe('headers and log', () => {
  it('sets security headers on every answer, and a request id', async () => {
    for (const path of ['/healthz', '/v1/nothing']) {
      const { headers } = await fetch(service.url + path, { headers: { 'x-request-id': 'mine-1' } });
      expect(headers.get('x-request-id')).toBe('mine-1');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
    const { headers } = await fetch(`${service.url}/healthz`, { headers: { 'x-request-id': 'a b;c' } });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('lets pages of allowed origins ask, and no others', async () => {
    const from = (origin: string, init: RequestInit = {}) =>
      fetch(`${service.url}/v1/model`, { ...init, headers: { origin, ...init.headers } });
    const allowed = await from('https://shop.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect((await from(service.url)).status).toBe(200);
    const preflight = await from('https://shop.example', {
      method: 'OPTIONS',
      headers: { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
    for (const origin of ['https://evil.example', 'null', 'https://shop.example.evil']) {
      const refused = await from(origin);
      expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    }
  });

  it('logs a line a request without what was sent', async () => {
    const form = formOf(images[0]);
    form.append('image', new Blob(['SECRET-CONTENT']), 'SECRET-NAME.png');
    await fetch(`${service.url}/v1/embed`, {
      method: 'POST',
      body: form,
      headers: { 'x-request-id': 'logged' },
    });
    await fetch(`${service.url}/v1/SECRET-PATH?SECRET=1`);
    const line = service.logLines().find(({ requestId }) => requestId === 'logged');
    expect(line).toMatchObject({
      method: 'POST',
      route: '/v1/embed',
      status: 200,
      images: 2,
      msg: 'request',
    });
    expect(service.logText()).not.toContain('SECRET');
  });
});

describe('the client', () => {
  it('has a method for each operation, whose requests and answers are those of the document', async () => {
    const called: string[] = [];
    const client = createClient({
      url: `${service.url}/`,
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        const bodyType = init?.body instanceof FormData ? 'multipart/form-data' : undefined;
        const exchange = { method: init?.method ?? 'GET', url: new URL(String(input)), bodyType };
        called.push((await checkExchange(document, exchange, response)).operationId);
        return response;
      },
    });
    const { results } = await client.embed([
      images[0],
      { data: new Blob([images[1]]), name: 'b.png' },
      new Blob(['no']),
    ]);
    expect(results.map(({ name }) => name)).toEqual(['image', 'b.png', 'image']);
    expect('embedding' in results[0] && results[0].embedding).toBeAllClose(await model.embedFile(paths[0]), {
      atol: 1e-6,
    });
    expect('problem' in results[2] && results[2].problem.code).toBe('E_IMAGE');
    expect(await client.compare(images[0], images[1], { prior: 0.2 })).toMatchObject({ prior: 0.2 });
    const [kept] = (await client.addImages([images[0]], { label: 'a&b' })).results;
    const id = 'id' in kept ? kept.id : '';
    const [found] = (await client.search([images[0]], { k: 1, labels: ['a&b'], method: 'exact' })).results;
    expect('neighbours' in found && found.neighbours[0]).toMatchObject({ id, label: 'a&b' });
    const { images: placed } = await client.map();
    expect(placed).toEqual([{ id, name: 'image', label: 'a&b', x: 0, y: 0 }]);
    expect((await client.duplicates({ maxDistance: 0.1, limit: 5 })).numExamined).toBe(1);
    await expect(client.thumbnail(id)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    expect(await client.modelFile('encoder.onnx')).toEqual(
      new Uint8Array(await readFile(join(service.folder, 'model/encoder.onnx'))),
    );
    expect(await client.moves()).toEqual({ canMove: false, moves: [] });
    await expect(client.moveImages([{ id }])).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(client.undoMove('move-1')).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    expect(await client.runs()).toEqual({ runs: [] });
    await expect(client.runFile('metrics.jsonl', { run: 'demo' })).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    });
    await client.deleteImage(id);
    expect((await client.model()).encoder.embeddingSize).toBe(6);
    expect((await client.stats()).version).toBe(VERSION);
    expect(await client.health()).toBe(true);
    expect(await client.ready()).toBe(true);
    expect(await client.metrics()).toContain('samesame_requests_total');
    const ids = operationsOf(document).map(({ operation }) => operation.operationId);
    expect(new Set(called)).toEqual(new Set(ids));
    expect(Object.keys(client).sort()).toEqual(ids.sort());
  });

  it('throws with the code of the service, and its own where there is none', async () => {
    const client = createClient({ url: service.url });
    await expect(client.embed([new Blob(['no'])])).rejects.toMatchObject({
      code: 'E_IMAGE',
      details: { status: 422, requestId: expect.any(String) },
    });
    await expect(client.embed([{ url: 'https://images.example/a.png' }])).rejects.toMatchObject({
      code: 'E_URL',
    });
    const nowhere = createClient({ url: 'http://127.0.0.1:9' });
    await expect(nowhere.model()).rejects.toMatchObject({ code: 'E_SERVICE' });
    expect(await nowhere.ready()).toBe(false);
  });

  it('asks a busy service again, so often and no more', async () => {
    let numAsked = 0;
    const busy = (last: Response) => {
      numAsked = 0;
      return createClient({
        url: 'http://samesame.test',
        retries: 2,
        fetch: async () => {
          numAsked++;
          return numAsked <= 2
            ? new Response('', { status: 503, headers: { 'retry-after': '0' } })
            : last.clone();
        },
      });
    };
    await busy(Response.json({ encoder: {} })).model();
    expect(numAsked).toBe(3);
    await expect(busy(new Response('', { status: 503 })).model()).rejects.toMatchObject({ code: 'E_BUSY' });
    expect(numAsked).toBe(3);
  });

  it('has types that are those of the document', () => {
    expectTypeOf<ServedComparison>().toEqualTypeOf<
      DeepReadonly<z.infer<typeof schemas.compareResponseSchema>>
    >();
    expectTypeOf<ModelDescription>().toEqualTypeOf<
      DeepReadonly<z.infer<typeof schemas.modelResponseSchema>>
    >();
    expectTypeOf<ServiceStats>().toEqualTypeOf<DeepReadonly<z.infer<typeof schemas.statsResponseSchema>>>();
    expectTypeOf<StoredNeighbour>().toEqualTypeOf<DeepReadonly<z.infer<typeof schemas.neighbourSchema>>>();
    expectTypeOf<StoreMap>().toEqualTypeOf<DeepReadonly<z.infer<typeof schemas.mapResponseSchema>>>();
    expectTypeOf<DuplicateGroups>().toEqualTypeOf<
      DeepReadonly<z.infer<typeof schemas.duplicatesResponseSchema>>
    >();
    expectTypeOf<ServiceProblem>().toEqualTypeOf<DeepReadonly<z.infer<typeof schemas.problemSchema>>>();
    type Failed = Extract<
      z.infer<typeof schemas.embedResponseSchema>['results'][number],
      { problem: unknown }
    >;
    expectTypeOf<ImageProblem>().toEqualTypeOf<DeepReadonly<Failed['problem']>>();
  });
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
