import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeImageFolder } from '../tiny-images.ts';
import { saveTinyModel } from '../tiny-model.ts';
import { type CliResult, parseOnlyLine, runCli } from './run-cli.ts';

let cwd = '';
let indexed: CliResult;
const run = (...args: string[]) => runCli([...args, '--threads', '1'], { cwd });
const search = async (...args: string[]) => {
  const result = await run('search', ...args, '--json');
  expect(result.code, result.stderr).toBe(0);
  return parseOnlyLine(result) as {
    queries: {
      query: string;
      method: string;
      found: { id: string; path: string; distance: number; probability: number; label: string }[];
    }[];
  };
};
const namesOf = (found: readonly { path: string }[]) =>
  found.map(({ path }) => path.slice(`${cwd}/photos/`.length));

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'samesame-search-cli-'));
  await makeImageFolder(join(cwd, 'photos'), { classes: ['bars', 'discs', 'slopes'], imagesPerClass: 4 });
  cpSync(join(cwd, 'photos/bars/02.png'), join(cwd, 'query.png'));
  writeFileSync(join(cwd, 'photos/bad.png'), 'no image');
  writeFileSync(join(cwd, 'facts.csv'), 'path,year\nphotos/bars/02.png,2021\nphotos/discs/00.png,2019\n');
  await saveTinyModel(join(cwd, 'model'));
  await saveTinyModel(join(cwd, 'other'), 'another seed');
  indexed = await run('index', 'model', 'photos', '--metadata', 'facts.csv', '--json');
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('index', () => {
  it('tells what became of the images, names the bad one, and does nothing the second time', async () => {
    expect(indexed.code, indexed.stderr).toBe(0);
    expect(parseOnlyLine(indexed)).toMatchObject({
      store: 'samesame.store',
      embedded: 12,
      rows: 12,
      recall: null,
      badImages: [{ id: join(cwd, 'photos/bad.png'), reason: expect.stringMatching(/not an image/) }],
    });
    expect(indexed.stderr).toMatch(/warning: 1 of 13 images cannot be read/);
    const again = await run('index', 'model', 'photos', '--metadata', 'facts.csv');
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toMatch(/^0 embedded, 0 updated, 12 unchanged, 0 removed/);
  });

  it('refuses a store of another model by name', async () => {
    const other = await run('index', 'other', 'photos');
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/^E_STORE: .*holds the embeddings of another model/);
  });
});

describe('search', () => {
  it('finds the same picture first, and leaves an image of the store out of its own answer', async () => {
    const { queries } = await search('query.png', 'photos/bars/02.png', '--k', '3', '--under', 'photos/bars');
    const [byFile, byPath] = queries;
    expect(byFile).toMatchObject({ query: 'query.png', method: 'exact' });
    expect(byFile.found[0]).toMatchObject({
      label: 'bars',
      distance: 0,
      verdict: 'same',
      metadata: { year: 2021 },
    });
    expect(namesOf(byFile.found)[0]).toBe('bars/02.png');
    expect(namesOf(byPath.found).slice(0, 2)).toEqual(namesOf(byFile.found).slice(1));
    expect(byPath.found).toHaveLength(3);
  });

  it('writes a page with pictures and copies what it found', async () => {
    const result = await run('search', 'query.png', '--k', '2', '--html', 'found.html', '--copy-to', 'found');
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toMatch(/distance +P\(same\) +verdict +label +path/);
    const page = readFileSync(join(cwd, 'found.html'), 'utf8');
    expect(page.match(/<img /g)).toHaveLength(3);
    expect(page).toContain('photos/bars/02.png');
    const copies = readdirSync(join(cwd, 'found'));
    expect(copies).toHaveLength(2);
    expect(copies[0]).toBe('1 0.0000 02.png');
    expect(readFileSync(join(cwd, 'found', copies[0]))).toEqual(readFileSync(join(cwd, 'query.png')));
  });

  it('answers wrong questions clearly', async () => {
    const none = await run('search', 'query.png', '--k', '0', '--where', 'year>=2020');
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringMatching(/^E_CONFIG: the number of neighbours/),
    ]);
    const nowhere = await run('search', 'query.png', '--store', 'photos');
    expect([nowhere.code, nowhere.stderr]).toEqual([
      1,
      expect.stringMatching(/^E_NOT_FOUND: there is no store/),
    ]);
  });
});
