import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { assert, asyncProperty, constantFrom, integer, json, jsonValue, oneof, uint8Array } from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addToken, revokeToken, type Scope } from '../../src/serve/index.ts';
import { openRaw, postHead, sendRaw, statusesIn } from './raw.ts';
import { formOf, pngOf, type StartedService, startService } from './start.ts';

let service: StartedService;
let png: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  service = await startService({
    maxBodyBytes: 200_000,
    maxHeldBytes: 1_000_000,
    maxPixels: 1_000_000,
    maxRequests: 4,
    headersTimeoutMs: 200,
    bodyTimeoutMs: 300,
  });
  png = await pngOf(0);
});
afterAll(() => service.stop());

async function embed(
  body: BodyInit,
  type?: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
  const response = await fetch(`${service.url}/v1/embed`, { method: 'POST', body, headers });
  return { status: response.status, body: await response.json() };
}

const stats = async () => (await fetch(`${service.url}/v1/stats`)).json();

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200 && !(await isSo()); i++) await sleep(20);
  expect(await isSo()).toBe(true);
}

/** It answers as before, and holds nothing of what was refused. */
async function expectUnharmed(): Promise<void> {
  expect((await embed(formOf(png))).status).toBe(200);
  const { requests, images, memoryBytes } = await stats();
  expect([requests.inProgress, images.inProgress, memoryBytes.heldBodies]).toEqual([0, 0, 0]);
  expect(service.logLines().filter(({ level }) => Number(level) >= 50)).toEqual([]);
}

describe('slow and broken senders', () => {
  it('answers those who take too long with 408, and others meanwhile', async () => {
    const [headers, body, chunked] = await Promise.all([0, 1, 2].map(() => openRaw(service.port)));
    headers.send('POST /v1/embed HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
    const drip = setInterval(() => headers.send('a'), 50);
    body.send(postHead('Content-Type: image/png', `Content-Length: ${png.length}`));
    body.send(png.subarray(0, 50));
    chunked.send(postHead('Content-Type: image/png', 'Transfer-Encoding: chunked'));
    chunked.send('5\r\nabc');
    expect((await embed(formOf(png))).status).toBe(200);
    const texts = await Promise.all([headers, body, chunked].map((each) => each.received()));
    clearInterval(drip);
    expect(texts.map(statusesIn)).toEqual([[408], [408], [408]]);
    expect(texts[0]).toContain('"code":"E_TIMEOUT"');
    await expectUnharmed();
  });

  it('forgets those who go away half-way', async () => {
    for (const head of [`Content-Length: ${png.length}`, 'Transfer-Encoding: chunked']) {
      const connection = await openRaw(service.port);
      connection.send(postHead('Content-Type: image/png', head));
      connection.send(png.subarray(0, 50));
      await sleep(20);
      connection.socket.destroy();
    }
    await sleep(50);
    await expectUnharmed();
  });

  it('refuses wrong lengths, and two ways to tell one', async () => {
    const type = 'Content-Type: image/png';
    for (const [head, body] of [
      ['Content-Length: -1', ''],
      ['Content-Length: many', ''],
      ['Content-Length: 5\r\nContent-Length: 6', 'abcdef'],
      ['Content-Length: 5\r\nTransfer-Encoding: chunked', '0\r\n\r\n'],
      ['Transfer-Encoding: chunked', 'zz\r\nabc\r\n0\r\n\r\n'],
      ['Transfer-Encoding: gzip', 'abc'],
    ]) {
      const text = await sendRaw(service.port, postHead(type, head), body);
      expect([head, statusesIn(text)]).toEqual([head, [400]]);
    }
    // A length that is too short: what is left over is no request, and is not read as one.
    const text = await sendRaw(service.port, postHead(type, 'Content-Length: 3'), png);
    expect([[422, 400], [400]]).toContainEqual(statusesIn(text));
    await expectUnharmed();
  });

  it('refuses headers that would be others', async () => {
    for (const header of [
      'X-Request-Id: a\nSet-Cookie: b=1',
      'X-Request-Id: a\0b',
      'X Y: 1',
      `X: ${'a'.repeat(20_000)}`,
    ]) {
      const text = await sendRaw(service.port, postHead(header, 'Content-Length: 0', 'Connection: close'));
      expect(text).toMatch(/^HTTP\/1\.1 4\d\d/);
      expect(text).not.toMatch(/^set-cookie/im);
    }
    const form = new FormData();
    form.append('image', new Blob([png]), 'a"\r\nX-Injected: 1\r\n\r\n.png');
    const response = await fetch(`${service.url}/v1/embed?encoding=float`, { method: 'POST', body: form });
    expect(response.headers.has('x-injected')).toBe(false);
    await expectUnharmed();
  });

  it('answers to no other name while it has no tokens', async () => {
    const text = await sendRaw(
      service.port,
      'GET /v1/model HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );
    expect(statusesIn(text)).toEqual([403]);
  });
});

describe('bodies that are too large', () => {
  it('are refused by their declared length before a byte is read, and drained no further than it is polite', async () => {
    const before = process.memoryUsage().rss;
    const connection = await openRaw(service.port);
    connection.send(postHead('Content-Type: image/jpeg', `Content-Length: ${200 * 2 ** 20}`));
    const { socket } = connection;
    const chunk = new Uint8Array(2 ** 20);
    const sending = new Promise<void>((resolve) => {
      let numSent = 0;
      const send = () => {
        while (numSent < 200 && !socket.destroyed) if (numSent++ === 199 || !socket.write(chunk)) return;
      };
      socket.on('drain', send).on('close', resolve);
      send();
    });
    await sending;
    expect(statusesIn(await connection.received())).toEqual([413]);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
    await expectUnharmed();
  });

  it('are refused at the limit where no length is declared', async () => {
    const connection = await openRaw(service.port);
    connection.send(postHead('Content-Type: image/jpeg', 'Transfer-Encoding: chunked'));
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536), Buffer.from('\r\n')]);
    for (let i = 0; i < 5; i++) connection.send(chunk);
    expect(statusesIn(await connection.received())).toEqual([413]);
    await expectUnharmed();
  });

  it('are refused with very many parts before these are read', async () => {
    const boundary = 'x';
    const part = `--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n\r\n`;
    const body = `${part.repeat(2000)}--${boundary}--\r\n`;
    expect((await embed(body, `multipart/form-data; boundary=${boundary}`)).status).toBe(413);
    for (const broken of [part, `${part}--${boundary}`, 'no form', `--${boundary}--\r\n`])
      expect((await embed(broken, `multipart/form-data; boundary=${boundary}`)).status).toBe(400);
    expect((await embed(part, 'multipart/form-data')).status).toBe(400);
  });
});

describe('what is no image', () => {
  const u32 = (...values: number[]) => {
    const bytes = Buffer.alloc(4 * values.length);
    for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
    return bytes;
  };
  /** A PNG of that size whose data are a few kilobytes of packed zeros. CRCs are left out: none gets so far. */
  const bombPng = (side: number) => {
    const chunk = (type: string, data: Uint8Array) =>
      Buffer.concat([u32(data.length), Buffer.from(type), data, u32(0)]);
    const header = Buffer.concat([u32(side, side), Buffer.from([8, 6, 0, 0, 0])]);
    return Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(Buffer.alloc(100_000))),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  };

  it('a decompression bomb is refused before it is unpacked', async () => {
    const real = await sharp({ create: { width: 4000, height: 4000, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    const bombs = [
      real,
      bombPng(30_000),
      Buffer.from('P6 30000 30000 255\n'),
      Buffer.from('P1 30000 30000\n'),
    ];
    for (const bomb of bombs) {
      const { status, body } = await embed(new Uint8Array(bomb), 'image/png');
      expect([status, body.code]).toEqual([422, 'E_IMAGE']);
    }
    expect((await embed(new Uint8Array(real), 'image/png')).body.received).toMatch(/^4000×4000: /);
    await expectUnharmed();
  });

  it('an archive stays one, whatever it is called', async () => {
    const zip = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(200, 7)]);
    const behind = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), zip]);
    for (const bytes of [zip, behind]) {
      const form = new FormData();
      form.append('image', new Blob([bytes], { type: 'image/jpeg' }), 'photo.jpg');
      expect(await embed(form)).toMatchObject({ status: 422, body: { code: 'E_IMAGE' } });
    }
  });

  it('a drawing with a script or an entity is refused, and nothing that it names is read', async () => {
    const hits: string[] = [];
    const trap = createServer((request, response) => {
      hits.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    const at = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
    const secret = join(service.folder, 'secret.txt');
    writeFileSync(secret, 'TOP-SECRET');
    const drawings = [
      `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file://${secret}">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>`,
      `<!DOCTYPE svg SYSTEM "${at}/dtd"><svg xmlns="http://www.w3.org/2000/svg"><image href="${at}/image.png"/></svg>`,
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
      // Behind so much that no sniffer sees it.
      `${' '.repeat(5000)}<svg xmlns="http://www.w3.org/2000/svg"><image href="${at}/image.png"/></svg>`,
    ];
    for (const drawing of drawings) {
      for (const type of ['image/svg+xml', 'image/png']) {
        const { status, body } = await embed(drawing, type);
        expect([status, body.code]).toEqual([422, 'E_IMAGE']);
        expect(JSON.stringify(body)).not.toMatch(/TOP-SECRET|script/);
      }
    }
    trap.close();
    expect(hits).toEqual([]);
  });

  it('names are labels, never paths', async () => {
    const names = [
      '../../etc/passwd',
      '..\\..\\win.ini',
      '/etc/passwd',
      '..',
      'a\u202egnp.exe',
      'x'.repeat(3000),
    ];
    const form = new FormData();
    for (const name of names) form.append('image', new Blob([png]), name);
    const { body } = await embed(form);
    const labels = (body.results as { name?: string }[]).map(({ name }) => name);
    expect(labels).toEqual(['passwd', 'win.ini', 'passwd', undefined, 'agnp.exe', 'x'.repeat(255)]);
    const paths = [
      '/../../etc/passwd',
      '/v1/../../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/docs/..%2f..%2fpackage.json',
    ];
    for (const path of paths) {
      const text = await sendRaw(
        service.port,
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
      );
      expect([path, statusesIn(text)]).toEqual([path, [404]]);
    }
  });
});

describe('a full house', () => {
  it('tells the next one to come back, and serves those who are in', async () => {
    const inside = await Promise.all(Array.from({ length: 4 }, () => openRaw(service.port)));
    for (const { send } of inside) {
      send(postHead('Content-Type: image/png', `Content-Length: ${png.length}`, 'Connection: close'));
      send(png.subarray(0, 50));
    }
    await until(async () => (await stats()).requests.inProgress === 4);
    const refused = await fetch(`${service.url}/v1/embed`, { method: 'POST', body: formOf(png) });
    expect([refused.status, (await refused.json()).code]).toEqual([503, 'E_BUSY']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    for (const { send } of inside) send(png.subarray(50));
    const texts = await Promise.all(inside.map((each) => each.received()));
    expect(texts.map(statusesIn)).toEqual([[200], [200], [200], [200]]);
    await expectUnharmed();
  });

  it('is told before a body has come, and where a client asks first, without its body being wanted', async () => {
    const full = await startService({ maxRequests: 1 });
    const inside = await openRaw(full.port);
    inside.send(postHead('Content-Type: image/png', `Content-Length: ${png.length}`));
    const inProgress = async () => (await (await fetch(`${full.url}/v1/stats`)).json()).requests.inProgress;
    await until(async () => (await inProgress()) === 1);
    const [early, asking, small] = await Promise.all([0, 1, 2].map(() => openRaw(full.port)));
    const large = ['Content-Type: image/png', 'Content-Length: 100000', 'X-Request-Id: early'];
    early.send(postHead(...large));
    asking.send(postHead(...large, 'Expect: 100-continue'));
    for (const text of await Promise.all([early.received(), asking.received()])) {
      expect(statusesIn(text)).toEqual([503]);
      expect(text).toMatch(/^retry-after: \d+/im);
      expect(text).toMatch(/^x-content-type-options: nosniff/im);
      expect(text).toContain('"requestId":"early"');
    }
    // A body that has come is dropped, and its connection goes on.
    small.send(postHead('Content-Type: image/png', 'Content-Length: 3'));
    small.send('abcGET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    expect(await small.received()).toMatch(/^HTTP\/1\.1 503 .*}HTTP\/1\.1 200 /s);
    inside.socket.destroy();
    await until(async () => (await inProgress()) === 0);
    expect((await fetch(`${full.url}/v1/embed`, { method: 'POST', body: formOf(png) })).status).toBe(200);
    const lines = full.logLines().filter(({ code }) => code === 'E_BUSY');
    expect(lines.map(({ status, route }) => [status, route])).toEqual(Array(3).fill([503, '/v1/embed']));
    await full.stop();
  });
});

describe('a full house with tokens', () => {
  it('tells nobody without a good one how full it is', async () => {
    const tokens = join(service.folder, 'full-tokens.json');
    const add = async (id: string, scope: Scope) => (await addToken(tokens, { id, scopes: [scope] })).token;
    const [reader, writer] = [await add('reader', 'read'), await add('writer', 'write')];
    const full = await startService({ maxRequests: 1, tokens });
    const inside = await openRaw(full.port);
    const head = ['Content-Type: image/png', `Content-Length: ${png.length}`];
    inside.send(postHead(`Authorization: Bearer ${reader}`, ...head));
    const authorization = (token: string) => ({ authorization: `Bearer ${token}` });
    const inProgress = async () => {
      const answer = await fetch(`${full.url}/v1/stats`, { headers: authorization(reader) });
      return (await answer.json()).requests.inProgress;
    };
    await until(async () => (await inProgress()) === 1);
    const statusOf = async (path: string, headers: Record<string, string>) => {
      const { status } = await fetch(full.url + path, { method: 'POST', body: formOf(png), headers });
      return status;
    };
    for (const path of ['/v1/embed', '/v1/compare', '/v1/search']) {
      expect([path, await statusOf(path, {})]).toEqual([path, 401]);
      expect([path, await statusOf(path, authorization('samesame_guessed'))]).toEqual([path, 401]);
      expect([path, await statusOf(path, authorization(writer))]).toEqual([path, 403]);
      expect([path, await statusOf(path, authorization(reader))]).toEqual([path, 503]);
    }
    expect(await statusOf('/v1/images', authorization(reader))).toBe(403);
    expect(await statusOf('/v1/images', authorization(writer))).toBe(503);
    // A token that was made since the service last looked at the file.
    const late = await add('late', 'read');
    await sleep(1100);
    expect(await statusOf('/v1/embed', authorization(late))).toBe(503);
    inside.socket.destroy();
    await full.stop();
  });
});

describe('tokens', () => {
  it('let in their bearers, as long as they are worth something', async () => {
    const tokens = join(service.folder, 'tokens.json');
    const day = 86_400_000;
    const made = await Promise.resolve()
      .then(() => addToken(tokens, { id: 'reader', scopes: ['read'] }))
      .then(async (reader) => ({
        reader: reader.token,
        writer: (await addToken(tokens, { id: 'writer', scopes: ['write'] })).token,
        old: (
          await addToken(tokens, { id: 'old', scopes: ['read'], days: 1 }, new Date(Date.now() - 2 * day))
        ).token,
        revoked: (await addToken(tokens, { id: 'revoked', scopes: ['read'] })).token,
      }));
    await revokeToken(tokens, 'revoked');
    const locked = await startService({ tokens });
    const ask = async (authorization?: string, path = '/v1/model') => {
      const response = await fetch(locked.url + path, {
        headers: authorization === undefined ? {} : { authorization },
      });
      return [response.status, (await response.json()).code];
    };
    expect(await ask(`Bearer ${made.reader}`)).toEqual([200, undefined]);
    expect(await ask(`Bearer ${made.writer}`)).toEqual([403, 'E_FORBIDDEN']);
    for (const wrong of [
      undefined,
      `Bearer ${made.old}`,
      `Bearer ${made.revoked}`,
      `Bearer ${made.reader}x`,
      `Bearer ${made.reader.slice(0, -1)}`,
      `Basic ${made.reader}`,
      made.reader,
      'Bearer ',
    ]) {
      expect(await ask(wrong)).toEqual([401, 'E_UNAUTHORIZED']);
      expect(await ask(wrong, '/metrics')).toEqual([401, 'E_UNAUTHORIZED']);
    }
    expect(await ask(undefined, '/healthz')).toEqual([200, undefined]);
    const response = await fetch(`${locked.url}/v1/embed`, { method: 'POST', body: formOf(png) });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="samesame"',
    ]);
    for (const token of Object.values(made)) expect(locked.logText()).not.toContain(token);
    expect(locked.logLines().some(({ token }) => token === 'reader')).toBe(true);
    await locked.stop();
  });
});

describe('fuzz', () => {
  const NUM_RUNS = process.env.SAMESAME_SLOW === '1' ? 2000 : 60;

  it('images of any bytes are answered, or refused as images', async () => {
    const jpeg = new Uint8Array(await sharp(png).jpeg().toBuffer());
    const webp = new Uint8Array(await sharp(png).webp().toBuffer());
    const mutant = asyncProperty(
      constantFrom(png, jpeg, webp),
      uint8Array({ minLength: 1, maxLength: 8 }),
      integer({ min: 0, max: 2 ** 31 - 1 }),
      integer({ min: 0, max: 400 }),
      async (image, bytes, place, cut) => {
        const changed = image.slice(0, Math.max(1, image.length - cut));
        changed.set(bytes.subarray(0, changed.length), place % Math.max(1, changed.length - bytes.length));
        const { status } = await embed(changed, 'application/octet-stream');
        expect([200, 422]).toContain(status);
      },
    );
    await assert(mutant, { numRuns: NUM_RUNS });
    const noise = asyncProperty(uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
      expect((await embed(new Uint8Array(bytes), 'image/png')).status).toBe(422);
    });
    await assert(noise, { numRuns: NUM_RUNS });
    await expectUnharmed();
  });

  it('JSON of any shape is answered, or refused as a request', async () => {
    const like = jsonValue().map((value) => JSON.stringify({ images: [value] }));
    const property = asyncProperty(oneof(json(), like), async (body) => {
      expect([400, 413]).toContain((await embed(body, 'application/json')).status);
    });
    await assert(property, { numRuns: NUM_RUNS });
    const deep = await embed(`{"images":${'['.repeat(90_000)}`, 'application/json');
    expect(deep.status).toBe(400);
    await expectUnharmed();
  });
});
