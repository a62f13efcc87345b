import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cutAfter as cutAfterIn, type FileServer, serveFiles } from '../../../test/file-server.ts';
import { SamesameError } from '../../base/errors.ts';
import { type DownloadOptions, downloadFile } from './download.ts';
import type { CatalogEvent } from './types.ts';

/** Bytes without a pattern that could hide a shift. */
const FILE = Uint8Array.from({ length: 50_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255);
const QUICK = { waitMs: 1, stallMs: 2000 } as const;

let server: FileServer;
let folder: string;
let path: string;
beforeEach(async () => {
  server = await serveFiles({ 'a.zip': FILE });
  folder = mkdtempSync(join(tmpdir(), 'samesame-download-'));
  path = join(folder, 'set', 'a.zip');
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});
const get = (options: DownloadOptions = {}, urls = [`${server.url}a.zip`]) =>
  downloadFile('a.zip', urls, path, { ...QUICK, ...options });
const cutAfter = (numBytes: number, tag?: string) => cutAfterIn(numBytes, `${path}.part`, tag);
const isWhole = () => Buffer.compare(readFileSync(path), FILE) === 0;

describe('downloadFile', () => {
  it('leaves the whole file and nothing beside it, and tells how far it is', async () => {
    const events: CatalogEvent[] = [];
    await get({ onProgress: (event) => events.push(event) });
    expect(isWhole()).toBe(true);
    expect(readdirSync(join(folder, 'set'))).toEqual(['a.zip']);
    expect(events.at(-1)).toMatchObject({
      kind: 'download',
      doneBytes: 50_000,
      totalBytes: 50_000,
      secondsLeft: 0,
    });
  });

  it('goes on behind what came before the connection was cut', async () => {
    server.faults.push(cutAfter(20_000), cutAfter(5_000));
    const events: CatalogEvent[] = [];
    await get({ onProgress: (event) => events.push(event) });
    expect(isWhole()).toBe(true);
    expect(server.requests).toEqual([
      'GET a.zip',
      'GET a.zip bytes=20000- if "v1"',
      'GET a.zip bytes=25000- if "v1"',
    ]);
    expect(events.filter(({ kind }) => kind === 'retry')).toHaveLength(2);
  });

  it('starts anew where the server ignores ranges', async () => {
    server.faults.push(cutAfter(20_000), (_request, response) => {
      response.writeHead(200, { 'content-length': FILE.length }).end(FILE);
      return true;
    });
    await get();
    expect(isWhole()).toBe(true);
  });

  it('starts anew where the file has changed meanwhile', async () => {
    server.faults.push(cutAfter(20_000, 'v0'));
    await get();
    expect(server.requests.at(-1)).toBe('GET a.zip bytes=20000- if "v0"');
    expect(isWhole()).toBe(true);
  });

  it('takes a part that was whole already', async () => {
    server.faults.push(cutAfter(FILE.length - 1));
    await expect(get({ tries: 1 })).rejects.toThrow('fetching a.zip failed');
    writeFileSync(`${path}.part`, FILE);
    await get();
    expect(server.requests.at(-1)).toBe('GET a.zip bytes=50000- if "v1"');
    expect(isWhole()).toBe(true);
  });

  it('throws away a part that is longer than the file', async () => {
    server.faults.push(cutAfter(20_000));
    await expect(get({ tries: 1 })).rejects.toThrow('fetching a.zip failed');
    writeFileSync(`${path}.part`, new Uint8Array(60_000));
    await get();
    expect(isWhole()).toBe(true);
  });

  it('fetches a joined file once more whole before it calls the checksum wrong', async () => {
    server.tag = undefined;
    server.faults.push((request, response, file) => cutAfter(20_000, 'v1')(request, response, file));
    await expect(get({ tries: 1 })).rejects.toThrow('fetching a.zip failed');
    writeFileSync(`${path}.part`, new Uint8Array(20_000));
    writeFileSync(`${path}.part.json`, JSON.stringify({ url: `${server.url}a.zip` }));
    const check = async (part: string) => {
      if (Buffer.compare(readFileSync(part), FILE) !== 0)
        throw new SamesameError('E_DATA', { what: 'wrong' });
    };
    const reasons: string[] = [];
    await get({ check, onProgress: (event) => event.kind === 'retry' && reasons.push(event.reason) });
    expect(reasons).toEqual([expect.stringContaining('checksum is wrong')]);
    expect(server.requests.slice(1)).toEqual(['GET a.zip bytes=20000-', 'GET a.zip']);
    expect(isWhole()).toBe(true);
  });

  it('gives up on a server that is silent, and on one that stays cut short', async () => {
    server.faults.push(() => true);
    await expect(get({ tries: 1, stallMs: 50 })).rejects.toMatchObject({
      code: 'E_DOWNLOAD',
      message: expect.stringContaining('nothing came for 0.05 s'),
    });
    server.faults.push(cutAfter(30_000), ...Array.from({ length: 4 }, () => cutAfter(0)));
    await expect(get({ tries: 3 })).rejects.toMatchObject({ code: 'E_DOWNLOAD' });
    expect(readFileSync(`${path}.part`)).toHaveLength(30_000);
    expect(existsSync(path)).toBe(false);
  });

  it('tries again when the server is busy, and not when the file is gone', async () => {
    server.faults.push((_request, response) => {
      response.writeHead(503).end();
      return true;
    });
    await get();
    expect(isWhole()).toBe(true);
    const gone = get({ help: 'bring it by hand' }, [`${server.url}b.zip`]);
    await expect(gone).rejects.toMatchObject({
      code: 'E_DOWNLOAD',
      message: expect.stringMatching(/b\.zip: HTTP 404 Not Found\n {2}help: bring it by hand/),
    });
    expect(server.requests.filter((asked) => asked.includes('b.zip'))).toHaveLength(1);
  });

  it('asks the next address where one has it not, or has another file', async () => {
    server.files.set('other/a.zip', new Uint8Array(3));
    const check = async (part: string) => {
      if (readFileSync(part).length !== FILE.length) throw new SamesameError('E_DATA', { what: 'too short' });
    };
    const urls = ['gone/a.zip', 'other/a.zip', 'a.zip'].map((below) => server.url + below);
    await get({ check }, urls);
    expect(isWhole()).toBe(true);
    await expect(get({ check }, urls.slice(1, 2))).rejects.toMatchObject({ code: 'E_DATA' });
  });

  it('says who could not be reached', async () => {
    const { url } = server;
    await server.close();
    await expect(get({ tries: 2 }, [`${url}a.zip`])).rejects.toMatchObject({
      code: 'E_DOWNLOAD',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('refuses a file that is changed on its way', async () => {
    server.faults.push((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(FILE);
      return true;
    });
    await expect(get()).rejects.toThrow('content-encoding gzip');
  });

  it('keeps what came when it is interrupted', async () => {
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    server.faults.push((_request, response) => {
      response
        .writeHead(200, { 'content-length': FILE.length, etag: '"v1"' })
        .write(FILE.subarray(0, 10_000));
      return true;
    });
    const cut = get({ signal: controller.signal, onProgress: () => controller.abort(reason) });
    await expect(cut).rejects.toBe(reason);
    await get();
    expect(server.requests.at(-1)).toMatch(/^GET a.zip bytes=[1-9]\d*- if "v1"$/);
    expect(isWhole()).toBe(true);
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', async () => {
    await get();
    symlinkSync('/dev/full', `${path}.part`);
    await expect(get()).rejects.toMatchObject({
      code: 'E_DISK_FULL',
      message: expect.stringContaining('goes on behind what is there'),
    });
  });
});
