import { createServer, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPublicAddress } from './addresses.ts';
import { createImageFetcher, type FetcherOptions } from './fetch-image.ts';

let server: Server;
let port = 0;
const asked: string[] = [];

beforeAll(async () => {
  server = createServer(({ url = '', headers }, response) => {
    asked.push(`${headers.host}${url}`);
    const to = /^\/to\/(.*)$/.exec(url)?.[1];
    if (to !== undefined) response.writeHead(302, { location: decodeURIComponent(to) }).end('moved');
    else if (url === '/missing') response.writeHead(404).end();
    else if (url === '/endless') response.write('x'.repeat(2000));
    else if (url === '/silent') return;
    else response.end('bytes');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Every name means this machine, whose address passes for a public one. */
const here: LookupFunction = (_name, _options, callback) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }]);
const fetcherOf = (options: Partial<FetcherOptions> = {}) =>
  createImageFetcher({
    allowed: [`http://images.test:${port}`],
    maxBytes: 1000,
    timeoutMs: 300,
    lookup: here,
    isAllowedAddress: (address) => address === '127.0.0.1',
    ...options,
  });
const at = (path: string, host = 'images.test') => `http://${host}:${port}${path}`;
const refused = (received: RegExp) =>
  expect.objectContaining({ code: 'E_URL', message: expect.stringMatching(received) });

describe('createImageFetcher', () => {
  it('fetches from a listed host, through redirects that stay there', async () => {
    const fetch = fetcherOf();
    expect(Buffer.from(await fetch(at('/a.png'))).toString()).toBe('bytes');
    const twice = at(`/to/${encodeURIComponent(`/to/${encodeURIComponent('/b.png')}`)}`);
    expect(Buffer.from(await fetch(twice)).toString()).toBe('bytes');
    expect(asked.at(-1)).toBe(`images.test:${port}/b.png`);
  });

  it.each([
    ['another host', () => at('/', 'other.test')],
    ['another port', () => 'http://images.test:1/'],
    ['another scheme', () => `https://images.test:${port}/`],
    ['a user name', () => `http://me@images.test:${port}/`],
    ['a file', () => 'file:///etc/passwd'],
    ['no address', () => 'images.test/a.png'],
    ['one that is too long', () => at(`/${'a'.repeat(3000)}`)],
  ])('does not go to %s', async (_name, url) => {
    const before = asked.length;
    await expect(fetcherOf()(url())).rejects.toMatchObject({ code: 'E_URL' });
    expect(asked).toHaveLength(before);
  });

  it('does not follow a redirect to elsewhere, nor for ever', async () => {
    const elsewhere = at(`/to/${encodeURIComponent(at('/', 'metadata.test'))}`);
    await expect(fetcherOf()(elsewhere)).rejects.toEqual(refused(/metadata\.test/));
    let path = '/';
    for (let i = 0; i < 4; i++) path = `/to/${encodeURIComponent(path)}`;
    await expect(fetcherOf()(at(path))).rejects.toEqual(refused(/at most 3 redirects/));
  });

  it('does not connect where a name has any address that is not public', async () => {
    const before = asked.length;
    const rebound: LookupFunction = (_name, _options, callback) =>
      callback(null, [
        { address: '93.184.216.34', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    for (const lookup of [here, rebound])
      await expect(fetcherOf({ lookup, isAllowedAddress: undefined })(at('/'))).rejects.toEqual(
        refused(/private/),
      );
    const literal = fetcherOf({ allowed: [`http://127.0.0.1:${port}`], isAllowedAddress: undefined });
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1'])
      await expect(literal(at('/', host))).rejects.toEqual(refused(/private/));
    expect(asked).toHaveLength(before);
  });

  it('bounds size and time, and tells of a status', async () => {
    await expect(fetcherOf()(at('/endless'))).rejects.toEqual(refused(/at most 1000 bytes/));
    await expect(fetcherOf()(at('/silent'))).rejects.toEqual(refused(/none in that time/));
    await expect(fetcherOf()(at('/missing'))).rejects.toEqual(refused(/status 404/));
    await expect(fetcherOf()(at('/silent'), AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });

  it('takes hosts and origins, nothing else', () => {
    for (const entry of ['https://a.test/path', 'ftp://a.test', 'a b', 'https://me@a.test', ''])
      expect(() => fetcherOf({ allowed: [entry] })).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
    expect(() => fetcherOf({ allowed: ['a.test', 'http://a.test:8080'] })).not.toThrow();
  });
});

it('tells public addresses from all others', () => {
  const others =
    '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.31.255.255 192.0.0.1 192.168.1.1 198.18.0.1 224.0.0.1 255.255.255.255 ' +
    ':: ::1 ::ffff:8.8.8.8 ::ffff:127.0.0.1 64:ff9b::7f00:1 2001:db8::1 2002:7f00:1:: fc00::1 fd12::1 fe80::1 ff02::1 localhost 1';
  for (const address of others.split(' '))
    expect([address, isPublicAddress(address)]).toEqual([address, false]);
  for (const address of ['8.8.8.8', '93.184.216.34', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])
    expect([address, isPublicAddress(address)]).toEqual([address, true]);
});
