import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubServer, serveHub, sha256Hex } from '../hub-server.ts';
import { parseOnlyLine, runCli } from './run-cli.ts';

const HOME = 'onnx-community/mobilenet_v2_1.0_224/resolve/main/onnx/model.onnx';
const FILE = Buffer.from('the bytes of a network');

let cwd = '';
let hub: HubServer;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'samesame-cli-backbones-'));
  hub = await serveHub();
  hub.put(HOME, FILE);
});
afterAll(async () => {
  await hub.close();
  rmSync(cwd, { recursive: true, force: true });
});
const run = (...args: string[]) => runCli(['backbones', ...args, '--cache', 'cache'], { cwd });
const get = (name: string, ...args: string[]) => run('get', name, '--endpoint', hub.endpoint, ...args);

describe('backbones', () => {
  it('lists them with licence, home and preprocessing', async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    expect(stdout).toContain('Apache-2.0, Google');
    expect(stdout).toContain('https://huggingface.co/Xenova/dinov2-small, onnx/model.onnx');
    expect(stdout).toContain('224×224, cover, rgb, mean 0.485 0.456 0.406, deviation 0.229 0.224 0.225');
    const json = parseOnlyLine(await run('resnet-18', '--json'));
    expect(json).toMatchObject({ cache: 'cache', backbones: [{ name: 'resnet-18', isCached: false }] });
  });

  it.each([
    [['resnet18'], 'did you mean "resnet-18"?'],
    [['gte'], 'did you mean get?'],
    [['get', 'dinov2-smal'], 'did you mean "dinov2-small"?'],
    [['get', 'resnet-18', '--miror', 'x'], 'did you mean --mirror?'],
    [['show', 'vgg16', '--pixel-mean', '1,2'], 'three with commas'],
    [['show', 'vgg16', '--pixel-scale', 'imagnet'], 'imagenet'],
  ])('exits with 2 for %j', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });

  it('shows examples in the help of all three', async () => {
    for (const args of [['--help'], ['get', '--help'], ['show', '--help']]) {
      const { code, stdout } = await runCli(['backbones', ...args], { cwd });
      expect(code).toBe(0);
      expect(stdout).toContain('Examples:');
      for (const option of ['--json', '--seed', '--quiet', '--cache'])
        expect(stdout, option).toContain(option);
    }
  });
});

describe('backbones get', () => {
  it('fetches once', async () => {
    const first = await get('mobilenet-v2', '--json');
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toContain('licence: Apache-2.0, Google');
    expect(first.stderr).toContain('has its published checksum');
    const path = join('cache', 'mobilenet-v2', 'mobilenet-v2.onnx');
    expect(parseOnlyLine(first)).toMatchObject({
      name: 'mobilenet-v2',
      path,
      from: 'download',
      sha256: sha256Hex(FILE),
    });
    expect(readFileSync(join(cwd, path))).toEqual(FILE);
    const second = await get('mobilenet-v2', '--quiet');
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(second.stdout).toContain(path);
    expect(hub.requests).toEqual([`HEAD ${HOME}`, `GET ${HOME}`]);
    expect((await run('mobilenet-v2')).stdout).toContain('here       yes');
  });

  it('exits with 1 where there is no file, saying what to put where', async () => {
    const { code, stderr } = await get('vgg16');
    expect(code).toBe(1);
    expect(stderr).toContain('HTTP 404');
    expect(stderr).toContain('put vgg16.onnx (about 553 MB)');
    expect(stderr).toContain(`at ${join('cache', 'vgg16', 'vgg16.onnx')}`);
    expect(existsSync(join(cwd, 'cache/vgg16'))).toBe(false);
  });
});

describe('backbones show', () => {
  it('tells what a file wants its photos to be, by flags or by what is beside it', async () => {
    writeFileSync(join(cwd, 'own.onnx'), FILE);
    const bare = await run('show', './own.onnx');
    expect({ code: bare.code, stderr: bare.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('nothing says how ./own.onnx wants its photos'),
    });
    const flags = ['--size', '96', '--pixel-mean', '0.1,0.2,0.3', '--pixel-deviation', '0.5'];
    const shown = parseOnlyLine(await run('show', 'own.onnx', ...flags, '--channel-order', 'bgr', '--json'));
    expect(shown).toMatchObject({
      path: 'own.onnx',
      sizeBytes: FILE.length,
      preprocessing: {
        height: 96,
        width: 96,
        resize: 'cover',
        scale: { mean: [0.1, 0.2, 0.3], deviation: [0.5, 0.5, 0.5], order: 'bgr' },
      },
    });
    const config = { size: 256, crop_size: 224, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
    writeFileSync(join(cwd, 'preprocessor_config.json'), JSON.stringify(config));
    const { code, stdout } = await run('show', 'own.onnx');
    expect(code).toBe(0);
    expect(stdout).toContain('size       224×224, photos are brought to it by cover');
    expect(stdout).toContain('known by   preprocessor_config.json');
    expect(stdout).toContain('note       its recipe cuts 13 %');
  });
});
