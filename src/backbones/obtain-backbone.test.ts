import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cutAfter } from '../../test/file-server.ts';
import { type HubServer, serveHub, sha256Hex } from '../../test/hub-server.ts';
import type { SamesameError } from '../base/errors.ts';
import type { CatalogEvent } from '../data/catalog/types.ts';
import { findBackbone } from './find.ts';
import {
  backbonePath,
  defaultBackboneFolder,
  listBackbones,
  type ObtainBackboneOptions,
  obtainBackbone,
} from './obtain-backbone.ts';
import { BACKBONES } from './table.ts';
import type { Backbone } from './types.ts';

const weights = new URL('../../../shared/weights/mobilenet_v2_0.35_224.onnx', import.meta.url).pathname;

/** Bytes without a pattern that could hide a shift. */
const FILE = Uint8Array.from({ length: 50_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255);
const TINY: Backbone = {
  ...findBackbone('mobilenet-v2'),
  name: 'tiny',
  file: { repo: 'makers/tiny', revision: 'main', path: 'onnx/model.onnx' },
  roughSizeBytes: 50e3,
};
const HOME = 'makers/tiny/resolve/main/onnx/model.onnx';

let hub: HubServer;
let root: string;
let cache: string;
let path: string;
beforeEach(async () => {
  for (const name of ['HF_TOKEN', 'HF_ENDPOINT', 'HF_HUB_OFFLINE']) vi.stubEnv(name, '');
  hub = await serveHub();
  hub.put(HOME, FILE);
  root = mkdtempSync(join(tmpdir(), 'samesame-backbones-'));
  cache = join(root, 'cache');
  path = backbonePath(TINY, cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  rmSync(root, { recursive: true, force: true });
});

const get = (options: ObtainBackboneOptions = {}, backbone = TINY) =>
  obtainBackbone(backbone, { cache, endpoint: hub.endpoint, waitMs: 1, tries: 2, stallMs: 2000, ...options });
const failure = (options?: ObtainBackboneOptions, backbone?: Backbone): Promise<SamesameError> =>
  get(options, backbone).then(
    () => expect.fail('it was fetched'),
    (error) => error,
  );
const put = (bytes: Uint8Array, ...below: string[]) => {
  const target = join(root, ...below);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, bytes);
};

describe('obtainBackbone', () => {
  it('fetches from where the hub leads to, against the checksum that the hub tells', async () => {
    const events: CatalogEvent[] = [];
    const file = await get({ onProgress: (event) => events.push(event) });
    expect(file).toEqual({
      name: 'tiny.onnx',
      path,
      from: 'download',
      sha256: sha256Hex(FILE),
      by: 'published',
    });
    expect(Buffer.compare(readFileSync(path), FILE)).toBe(0);
    expect(hub.requests).toEqual([`HEAD ${HOME}`, `GET ${HOME}`]);
    expect(events.filter(({ kind }) => kind === 'download').at(-1)).toMatchObject({
      doneBytes: FILE.length,
      totalBytes: FILE.length,
    });
    expect(events.at(-1)).toMatchObject({ kind: 'verified', by: 'published' });
  });

  it('asks nobody the second time, and holds the file against the checksum that it kept', async () => {
    await get();
    hub.requests.length = 0;
    expect(await get()).toMatchObject({ from: 'cache', by: 'recorded' });
    expect(hub.requests).toEqual([]);
    writeFileSync(path, FILE.subarray(1));
    const error = await failure();
    expect(error.code).toBe('E_DATA');
    expect(error.message).toContain(`sha256 ${sha256Hex(FILE)} (recorded when it was first fetched)`);
  });

  it('goes on behind what came before the connection was cut', async () => {
    hub.store.faults.push(cutAfter(20_000, `${path}.part`));
    await get();
    expect(Buffer.compare(readFileSync(path), FILE)).toBe(0);
    expect(hub.store.requests).toEqual([`GET ${HOME}`, `GET ${HOME} bytes=20000- if "v1"`]);
  });

  it('goes on in another process after one that was stopped', async () => {
    const stop = new AbortController();
    hub.store.faults.push((_request, response) => {
      response.writeHead(200, { etag: '"v1"', 'content-length': FILE.length }).write(FILE.subarray(0, 1000));
      return true;
    });
    const onProgress = ({ kind }: CatalogEvent) => kind === 'download' && stop.abort(new Error('stopped'));
    await expect(get({ signal: stop.signal, onProgress })).rejects.toThrow('stopped');
    expect(existsSync(path)).toBe(false);
    await get();
    expect(hub.store.requests.at(-1)).toBe(`GET ${HOME} bytes=1000- if "v1"`);
    expect(Buffer.compare(readFileSync(path), FILE)).toBe(0);
  });

  it('throws away what is not the file that the hub spoke of', async () => {
    const other = FILE.map((byte) => byte ^ 1);
    hub.put(HOME, other, { sha256: sha256Hex(FILE) });
    const error = await failure();
    expect(error.code).toBe('E_DATA');
    expect(error.message).toContain(`received: sha256 ${sha256Hex(other)}`);
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.part`)).toBe(false);
    hub.put(HOME, FILE);
    expect(await get()).toMatchObject({ from: 'download' });
  });

  it('does not fetch another version than the one that is known', async () => {
    const published = { ...TINY, sha256: 'ab'.repeat(32) };
    const error = await failure({}, published);
    expect(error.code).toBe('E_DATA');
    expect(error.message).toContain('the hub has another version of tiny');
    await get();
    rmSync(path);
    hub.put(HOME, FILE.subarray(1));
    const later = await failure();
    expect(later.message).toContain('remove "tiny/tiny.onnx" from checksums.json');
    expect(hub.store.requests).toHaveLength(1);
  });

  it('says which file to put where, when it does not reach the hub', async () => {
    const { endpoint } = hub;
    await hub.close();
    hub = await serveHub();
    const error = await failure({ endpoint });
    expect(error.code).toBe('E_DOWNLOAD');
    expect(error.message).toContain(`received: ${endpoint}/${HOME}: connect ECONNREFUSED`);
    expect(error.message).toContain('put tiny.onnx (about 0.05 MB)');
    expect(error.message).toContain(`from ${endpoint}/${HOME}`);
    expect(error.message).toContain(`at ${path}`);
    put(FILE, 'cache/tiny/tiny.onnx');
    expect(await get({ endpoint })).toMatchObject({ from: 'cache', by: 'first time' });
  });

  it('leaves the network alone when it is told to, and says the same', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const error = await failure({}, { ...TINY, sizeBytes: 50_000, sha256: sha256Hex(FILE) });
    expect(error.code).toBe('E_NOT_FOUND');
    expect(error.message).toContain(`put tiny.onnx (50000 bytes, sha256 ${sha256Hex(FILE)})`);
    expect(error.message).toContain(`at ${path}`);
    expect(hub.requests).toEqual([]);
  });

  it('tries again where the hub is busy', async () => {
    hub.faults.push((_request, response) => response.writeHead(503).end() !== undefined);
    const events: CatalogEvent[] = [];
    await get({ onProgress: (event) => events.push(event) });
    expect(events[0]).toMatchObject({ kind: 'retry', reason: 'HTTP 503' });
    hub.faults.push(...[1, 2].map(() => busy));
    rmSync(path);
    expect((await failure()).message).toContain(': HTTP 503');
  });

  it('asks a gated repository for its terms, and sends the token to the hub alone', async () => {
    hub.gate('makers/tiny', 'secret');
    const error = await failure();
    expect(error).toMatchObject({ code: 'E_DOWNLOAD', details: { status: 401 } });
    expect(error.message).toContain('HTTP 401 Unauthorized (Access to model is restricted.)');
    expect(error.message).toContain(`accept its terms at ${hub.endpoint}/makers/tiny`);
    expect(error.message).toContain('HF_TOKEN');
    expect(error.message).toContain(`at ${path}`);
    vi.stubEnv('HF_TOKEN', 'wrong');
    expect((await failure()).message).toContain('the token in HF_TOKEN opens no way to it');
    vi.stubEnv('HF_TOKEN', 'secret');
    await get();
    expect(hub.requests.slice(-2)).toEqual([`HEAD ${HOME} as secret`, `GET ${HOME} as secret`]);
    expect(hub.storeTokens).toEqual([undefined]);
  });

  it('says so where the hub does not have the file', async () => {
    const nowhere = { ...TINY, file: { ...TINY.file, path: 'onnx/other.onnx' } };
    const error = await failure({}, nowhere);
    expect(error.message).toContain('HTTP 404 Not Found (Entry not found)');
    expect(hub.requests).toHaveLength(1);
  });

  it('follows a repository to its new name', async () => {
    hub.rename('makers/old', 'makers/tiny');
    const old = { ...TINY, file: { ...TINY.file, repo: 'makers/old' } };
    expect(await get({}, old)).toMatchObject({ by: 'published' });
  });

  it('makes do with an endpoint that answers no questions before it gives the file', async () => {
    hub.faults.push((_request, response) => response.writeHead(405).end() !== undefined);
    expect(await get()).toMatchObject({ sha256: sha256Hex(FILE), by: 'first time' });
  });

  it('takes the endpoint from HF_ENDPOINT, and no other than an address', async () => {
    vi.stubEnv('HF_ENDPOINT', `${hub.endpoint}/`);
    expect(await get({ endpoint: undefined })).toMatchObject({ from: 'download' });
    expect(await failure({ endpoint: 'ftp://example.org' })).toMatchObject({ code: 'E_CONFIG' });
  });

  it.each([
    ['its own name', ['mirror/tiny.onnx']],
    ['a folder of its own', ['mirror/tiny/tiny.onnx']],
    ["the hub's layout", ['mirror/makers/tiny/onnx/model.onnx']],
  ])('finds it in a folder by %s', async (_way, below) => {
    put(FILE, ...below);
    expect(await get({ mirror: join(root, 'mirror') })).toMatchObject({
      from: 'folder',
      path: join(root, ...below),
    });
    expect(hub.requests).toEqual([]);
  });

  it('fetches from a mirror without asking the hub or telling it the token', async () => {
    vi.stubEnv('HF_TOKEN', 'secret');
    hub.store.files.set('tiny.onnx', FILE);
    await get({ mirror: hub.store.url });
    expect(hub.requests).toEqual([]);
    expect(hub.storeTokens).toEqual([undefined]);
  });

  it('refuses before the first byte what the disk has no room for', async () => {
    hub.faults.push(
      (_request, response) =>
        response.writeHead(302, { location: hub.store.url, 'x-linked-size': 2 ** 60 }).end() !== undefined,
    );
    expect(await failure()).toMatchObject({ code: 'E_DISK_FULL' });
    expect(hub.store.requests).toEqual([]);
  });

  it.skipIf(!existsSync(weights))('fetches real weights (skipped without ../shared/weights)', async () => {
    const bytes = readFileSync(weights);
    hub.put(HOME, bytes);
    hub.store.faults.push(cutAfter(700_000, `${path}.part`));
    const { sha256 } = await get();
    expect(sha256).toBe('ff066ab0306b862cf3606445075992117daf47547908999c3b4ad304a1995a49');
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
  });
});

const busy: HubServer['faults'][number] = (_request, response) => {
  response.writeHead(503).end();
  return true;
};

describe('the table', () => {
  it('holds what can be asked for: names once, whole checksums, addresses', () => {
    expect(new Set(BACKBONES.map(({ name }) => name)).size).toBe(BACKBONES.length);
    for (const { name, file, sha256, preprocessing, licence } of BACKBONES) {
      expect(name).toMatch(/^[a-z\d-]+$/);
      expect(file.repo, name).toMatch(/^[\w-]+\/[\w.-]+$/);
      expect(file.revision, name).toMatch(/^(main|[0-9a-f]{40})$/);
      expect(file.path, name).toMatch(/\.onnx$/);
      if (sha256 !== undefined) expect(sha256, name).toMatch(/^[0-9a-f]{64}$/);
      expect(licence.url, name).toMatch(/^https:/);
      expect(Math.min(...preprocessing.scale.deviation), name).toBeGreaterThan(0);
    }
  });

  it('suggests the nearest name', () => {
    expect(() => findBackbone('mobilnet-v2')).toThrow('did you mean "mobilenet-v2"?');
    expect(findBackbone('ResNet-18').name).toBe('resnet-18');
  });

  it('lists what is here', async () => {
    put(FILE, 'cache/resnet-18/resnet-18.onnx');
    const listed = await listBackbones(cache);
    expect(listed.filter(({ isCached }) => isCached).map(({ backbone }) => backbone.name)).toEqual([
      'resnet-18',
    ]);
  });

  it('keeps networks beside data sets', () => {
    expect(defaultBackboneFolder({ XDG_CACHE_HOME: '/x' })).toBe('/x/samesame/backbones');
    expect(defaultBackboneFolder({ XDG_CACHE_HOME: '/x', SAMESAME_CACHE: '/s' })).toBe('/s/backbones');
    expect(defaultBackboneFolder({ SAMESAME_CACHE: '/s', SAMESAME_BACKBONES: '/b' })).toBe('/b');
  });
});
