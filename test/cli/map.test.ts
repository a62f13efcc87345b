import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, drawShapes, parseOnlyLine, runCli } from './run-cli.ts';

let cwd = '';
let trained: CliResult;
const run = (...args: string[]) => runCli(args, { cwd });

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'samesame-map-cli-'));
  await drawShapes(join(cwd, 'shapes'));
  const small = ['--batch-size', '12', '--epochs', '2', '--validation-pairs', '20', '--test-pairs', '20'];
  trained = await run('train', 'shapes', ...small, '--every', '2', '--threads', '1', '--json');
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('train --every', () => {
  it('names the animation of the frames', () => {
    expect(trained.code, trained.stderr).toBe(0);
    const animation = join('runs', 'shapes', 'animation.gif');
    expect(parseOnlyLine(trained)).toMatchObject({ animation });
    expect(existsSync(join(cwd, animation))).toBe(true);
    const frames = readdirSync(join(cwd, 'runs/shapes/frames')).filter((name) => name.endsWith('.png'));
    expect(frames.sort()).toEqual(['step-0000000.png', 'step-0000002.png', 'step-0000004.png']);
  });

  it('wants whole steps', async () => {
    const wrong = await run('train', 'shapes', '--every', '0');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('Expected a whole number from 1');
  });
});

describe('map', () => {
  it('writes every file that it is asked for, and one JSON object', async () => {
    const args = ['--split', 'all', '--method', 'umap', '--out', 'a.html', '--out', 'b.svg', '--thumbnails'];
    const result = await run('map', 'runs/shapes', 'shapes', ...args, '--json', '--quiet', '--seed', 'x');
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toBe('');
    expect(parseOnlyLine(result)).toEqual({
      model: 'runs/shapes',
      data: 'shapes',
      out: ['a.html', 'b.svg'],
      method: 'umap',
      part: 'all',
      images: 36,
      found: 36,
      bad: 0,
      badImages: [],
    });
    expect(readFileSync(join(cwd, 'a.html'), 'utf8')).toContain('</html>');
    expect(readFileSync(join(cwd, 'b.svg'), 'utf8')).toContain('<image');
  });

  it('needs no option, and says when a method cannot be had', async () => {
    const plain = await run('map', 'runs/shapes', 'shapes');
    expect(plain.code, plain.stderr).toBe(0);
    expect(plain.stdout).toContain('6 images that the run of this model held out, placed by pca');
    expect(existsSync(join(cwd, 'map.html'))).toBe(true);
    const few = await run('map', 'runs/shapes', 'shapes', '--method', 'tsne');
    expect(few.stderr).toContain('6 images are too few for tsne: the map is by pca');
  });

  it('refuses wrong usage before any work', async () => {
    const misspelt = await run('map', 'runs/shapes', 'shapes', '--method', 'umpa');
    expect([misspelt.code, misspelt.stderr]).toEqual([2, expect.stringContaining('did you mean umap?')]);
    const path = await run('map', 'runs/none', 'shapes', '--out', 'map.pdf');
    expect([path.code, path.stderr]).toEqual([2, expect.stringContaining('.html, .svg or .png')]);
    const missing = await run('map', 'runs/none', 'shapes');
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('there is no model')]);
    const help = await run('map', '--help');
    expect([help.code, help.stdout]).toEqual([
      0,
      expect.stringContaining('$ samesame map runs/photos photos'),
    ]);
  });
});
