import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type S3Server, startS3 } from '../../../test/s3-server.ts';
import { parseS3Address } from './address.ts';
import { createS3Client, type S3Options } from './client.ts';

const KEYS = [
  'a/one.png',
  'a/two words.png',
  'a/plus+and&%41.png',
  'a/línea\nnueva 😀.png',
  "a/it's (a) *.png",
  'a//double.png',
  'b/other.png',
];

describe('createS3Client', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3();
    for (const [i, key] of KEYS.entries())
      server.objects.set(key, { bytes: Uint8Array.of(i), modifiedMs: 1_700_000_000_123 + 1000 * i });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    server.requests.length = 0;
    server.refusals.length = 0;
    server.escapes = true;
    return () => vi.unstubAllEnvs();
  });
  const open = (options: S3Options = {}) =>
    createS3Client({ endpoint: server.endpoint, firstPauseMs: 1, ...options });
  const listAll = async (address: string, options?: S3Options) => {
    const objects = [];
    for await (const page of open(options).list(parseS3Address(address))) objects.push(...page);
    return objects;
  };

  it.each([true, false])(
    'lists every page and reads every object, whatever its key (escapes: %s)',
    async (escapes) => {
      server.escapes = escapes;
      const objects = await listAll('s3://photos/a/');
      expect(objects.map(({ key }) => key)).toEqual(KEYS.slice(0, 6).sort());
      expect(server.requests).toHaveLength(2);
      expect(await listAll('s3://photos')).toHaveLength(7);
      for (const { key, sizeBytes, modifiedMs } of objects) {
        const i = KEYS.indexOf(key);
        // Whole seconds, or a listing would never agree with what was read.
        expect([sizeBytes, modifiedMs]).toEqual([1, 1_700_000_000_000 + 1000 * i]);
        expect(await open().read({ bucket: 'photos', key })).toEqual({ bytes: Uint8Array.of(i), modifiedMs });
      }
    },
  );

  it('tries again where the storage is too busy, and says so in the end', async () => {
    server.refusals.push(503, 500, 429);
    expect(await listAll('s3://photos/b')).toHaveLength(1);
    expect(server.requests).toHaveLength(4);
    server.refusals.push(...new Array<number>(6).fill(503));
    await expect(listAll('s3://photos/b')).rejects.toMatchObject({ code: 'E_DOWNLOAD' });
    const gone = { endpoint: 'http://127.0.0.1:9' };
    await expect(listAll('s3://photos/b', gone)).rejects.toMatchObject({
      code: 'E_DOWNLOAD',
      message: expect.stringMatching(/http:\/\/127\.0\.0\.1:9 does not answer/),
    });
  });

  it('says what is wrong with the rest', async () => {
    await expect(open().read({ bucket: 'photos', key: 'none.png' })).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    });
    await expect(open().read({ bucket: 'photos', key: 'a/../b.png' })).rejects.toMatchObject({
      code: 'E_IO',
    });
    await expect(listAll('s3://others')).rejects.toMatchObject({
      code: 'E_DATA',
      message: expect.stringMatching(/no bucket others/),
    });
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    await expect(listAll('s3://photos')).rejects.toMatchObject({
      code: 'E_PERMISSION',
      message: expect.stringMatching(/not set, so it was asked unsigned/),
    });
    for (const endpoint of ['nowhere', 'ftp://a'])
      expect(() => open({ endpoint })).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
    expect(() => parseS3Address('s3://')).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });

  it('addresses the bucket in the path or in the host', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (input: Request | string) => {
      asked.push(typeof input === 'string' ? input : input.url);
      return Promise.resolve(new Response('x'));
    });
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    const object = { bucket: 'photos', key: 'a b.png' };
    await createS3Client().read(object);
    await createS3Client({ addressing: 'path' }).read(object);
    await createS3Client({ endpoint: 'https://s3.example.com/base/' }).read(object);
    expect(asked).toEqual([
      'https://photos.s3.eu-central-1.amazonaws.com/a%20b.png',
      'https://s3.eu-central-1.amazonaws.com/photos/a%20b.png',
      'https://s3.example.com/base/photos/a%20b.png',
    ]);
    vi.unstubAllGlobals();
  });
});
