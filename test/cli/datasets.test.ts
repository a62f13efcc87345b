import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeZip } from '../archives.ts';
import { type FileServer, serveFiles } from '../file-server.ts';
import { parseOnlyLine, runCli } from './run-cli.ts';

let cwd = '';
let server: FileServer;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'samesame-cli-datasets-'));
  server = await serveFiles({});
});
afterAll(async () => {
  await server.close();
  rmSync(cwd, { recursive: true, force: true });
});
const run = (...args: string[]) => runCli(['datasets', ...args, '--cache', 'cache'], { cwd });

describe('datasets', () => {
  it('lists them with licence and home, and what needs no download', async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    expect(stdout).toContain('"samesame train mnist" needs no download');
    expect(stdout).toContain('MIT, © 2015 Brenden Lake');
    expect(stdout).toContain('1 of 3 is not published: recorded at the first download');
    expect(stdout).toContain('must be fetched by hand');
    const json = parseOnlyLine(await run('omniglot', '--json')) as { datasets: { name: string }[] };
    expect(json.datasets.map(({ name }) => name)).toEqual(['omniglot']);
  });

  it.each([
    [['omnigloot'], 'did you mean "omniglot"?'],
    [['gte'], 'did you mean get?'],
    [['get', 'fashion-minst'], 'did you mean "fashion-mnist"?'],
    [['get', 'mnist', '--miror', 'x'], 'did you mean --mirror?'],
  ])('exits with 2 for %j', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });

  it('shows examples in the help of both', async () => {
    for (const args of [['--help'], ['get', '--help']]) {
      const { code, stdout } = await runCli(['datasets', ...args], { cwd });
      expect(code).toBe(0);
      expect(stdout).toContain('Examples:');
      for (const option of ['--json', '--seed', '--quiet', '--cache'])
        expect(stdout, option).toContain(option);
    }
  });
});

describe('datasets get', () => {
  it('fetches from a folder, once', async () => {
    const names = ['0.jpg', '50.jpg', '100.jpg', '197.jpg', '199.jpg'];
    mkdirSync(join(cwd, 'mirror'));
    const rows = names.map((name) => `${name},${Number.parseInt(name, 10)},1\n`).join('');
    writeFileSync(join(cwd, 'mirror/train.csv'), `name,class,group\n${rows}`);
    writeFileSync(
      join(cwd, 'mirror/train.zip'),
      makeZip(Object.fromEntries(names.map((name) => [name, name]))),
    );
    const first = await run('get', 'products-10k', '--mirror', 'mirror', '--out', 'p', '--json');
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toContain('licence: no open licence');
    expect(first.stderr).toContain('its checksum is recorded (none is published)');
    expect(parseOnlyLine(first)).toMatchObject({
      name: 'products-10k',
      out: 'p',
      data: [join('p', 'train-50.csv'), join('p', 'train-100.csv')],
      images: 5,
      isNew: true,
      files: [{ name: 'train.csv', from: 'folder' }, { name: 'train.zip' }],
    });
    const second = await run('get', 'products-10k', '--out', 'p', '--quiet');
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(second.stdout).toContain('nothing to do');
    expect(second.stdout).toContain(`npx samesame train ${join('p', 'train-100.csv')}`);
  });

  it('keeps what came when it is interrupted, and goes on from there', async () => {
    const file = Buffer.alloc(100_000, 7);
    server.files.set('images_background.zip', file);
    server.faults.push((_request, response) => {
      response.writeHead(200, { 'content-length': file.length, etag: '"v1"' }).write(file.subarray(0, 1000));
      return true;
    });
    const part = join(cwd, 'cache/omniglot/images_background.zip.part');
    const args = ['datasets', 'get', 'omniglot', '--mirror', server.url, '--cache', 'cache', '--json'];
    let timer: NodeJS.Timeout | undefined;
    const cut = await runCli(args, {
      cwd,
      onStderr: (_text, kill) => {
        timer ??= setInterval(() => {
          if (!existsSync(part) || readFileSync(part).length < 1000) return;
          clearInterval(timer);
          kill('SIGINT');
        }, 20);
      },
    });
    clearInterval(timer);
    expect(cut.code, cut.stderr).toBe(130);
    expect(cut.stderr).toContain('get it again, and it goes on where it was');
    expect(readFileSync(part)).toHaveLength(1000);

    // The rest comes, and is not the published file.
    const again = await runCli(args, { cwd });
    expect(server.requests).toContain('GET images_background.zip bytes=1000- if "v1"');
    expect(again.code, again.stderr).toBe(3);
    expect(parseOnlyLine(again)).toMatchObject({ error: { code: 'E_DATA' } });
    expect(again.stderr).toContain('sha256 ad41ab67');
    expect(readdirSync(join(cwd, 'cache/omniglot'))).toEqual([]);
  });

  it('exits with 1 where there is no file, saying what to put where', async () => {
    server.files.clear();
    const { code, stderr } = await run('get', 'flowers-102', '--mirror', server.url);
    expect(code).toBe(1);
    expect(stderr).toContain('HTTP 404');
    expect(stderr).toContain(`put 102flowers.tgz (344862509 bytes, sha256 2d01ecc8`);
    expect(stderr).toContain(`at ${join('cache', 'flowers-102', '102flowers.tgz')}`);
    expect(existsSync(join(cwd, 'data'))).toBe(false);
  });
});
