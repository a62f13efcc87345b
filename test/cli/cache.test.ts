import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openFeatures } from '../../src/data/features/open.ts';
import { defaultFeaturesFolder, listFeatures } from '../../src/data/features/trunks.ts';
import { readFolder } from '../../src/data/sources/folder.ts';
import { fakeTrunk, TARGET } from '../features/fake-trunk.ts';
import { makeImageFolder } from '../tiny-images.ts';
import { parseOnlyLine, runCli } from './run-cli.ts';

let root: string;
let cache: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-cli-cache-'));
  await makeImageFolder(join(root, 'images'), { classes: ['bars'], imagesPerClass: 6 });
  await writeFile(join(root, 'images/bars/bad.png'), 'no image');
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  cache = await mkdtemp(join(root, 'cache-'));
  const set = await readFolder(join(root, 'images'));
  for (const key of ['old', 'new']) {
    const { trunk } = fakeTrunk({ key });
    await (await openFeatures({ set, target: TARGET, folder: cache, trunk })).close();
  }
  const old = (await listFeatures(cache)).find(({ about }) => about === 'old up to nowhere')!;
  const before = new Date(Date.now() - 40 * 86_400_000);
  await utimes(join(cache, old.name, 'trunk.json'), before, before);
});

const run = (...args: string[]) => runCli(['cache', ...args, '--cache', cache]);

it('lists what is kept, and by which network it was made', async () => {
  const { code, stdout } = await run();
  expect(code).toBe(0);
  expect(stdout).toMatch(/old up to nowhere\D+6\D+5\D+1\D/);
  expect(stdout).toContain('new up to nowhere');
  const { trunks } = parseOnlyLine(await run('--json'));
  expect(trunks).toHaveLength(2);
  expect(trunks).toContainEqual(expect.objectContaining({ numRows: 6, numBad: 1, rowLength: 5 }));
});

it('clears what was not used for long, then one by its name, and nothing that is not its own', async () => {
  expect(parseOnlyLine(await run('clear', '--older-than', '30', '--json'))).toMatchObject({
    cleared: [{ about: 'old up to nowhere' }],
  });
  const [{ name }] = await listFeatures(cache);
  await writeFile(join(cache, 'mine.txt'), 'mine');
  await writeFile(join(cache, name, 'mine.txt'), 'mine');
  const wrong = await run('clear', '--trunk', `${name.slice(0, 6)}x`);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining(name) });
  const { code, stdout } = await run('clear', '--trunk', name.slice(0, 6));
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/Removed \d+ .?B from/) });
  expect((await readdir(cache, { recursive: true })).sort()).toEqual(
    [name, join(name, 'mine.txt'), 'mine.txt'].sort(),
  );
});

it('clears everything', async () => {
  expect((await run('clear', '--quiet')).code).toBe(0);
  expect(await readdir(cache)).toEqual([]);
  expect((await run()).stdout).toContain('No features are kept');
});

it.each([
  [['claer'], 2, 'did you mean clear?'],
  [['clear', '--older-tan', '3'], 2, 'did you mean --older-than?'],
  [['clear', '--older-than', '-3'], 2, 'days'],
])('exits with an error for %j', async (args, code, message) => {
  const result = await run(...args);
  expect(result).toMatchObject({ code, stderr: expect.stringContaining(message) });
});

it('shows examples in its help', async () => {
  for (const args of [['--help'], ['clear', '--help']]) {
    const { code, stdout } = await runCli(['cache', ...args]);
    expect(code).toBe(0);
    for (const text of ['Examples:', '--json', '--seed', '--quiet', '--cache'])
      expect(stdout).toContain(text);
  }
});

it('keeps features beside data sets, where the environment says', () => {
  expect(defaultFeaturesFolder({ SAMESAME_CACHE: '/c' })).toBe(join('/c', 'features'));
  expect(defaultFeaturesFolder({ XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'samesame', 'features'));
});
