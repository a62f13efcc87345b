import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../csv.ts';
import { readManifest } from './manifest.ts';
import { openDataset } from './open.ts';
import { readPairList } from './pair-list.ts';

const folder = mkdtempSync(join(tmpdir(), 'samesame-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ['1.png', '2.png', 'a, "b".png']) writeFileSync(join(folder, name), '');

function csv(text: string, name = 'list.csv'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('parseCsv', () => {
  it('reads quotes, doubled quotes, commas and line ends inside them, CRLF, a byte-order mark, blank lines', () => {
    const text = '\ufeffa, b ,c\r\n"x, ""y""","two\nlines",\r\n\r\n1,2,3';
    expect(parseCsv(text, 't')).toEqual([
      { line: 1, cells: ['a', 'b', 'c'] },
      { line: 2, cells: ['x, "y"', 'two\nlines', ''] },
      { line: 5, cells: ['1', '2', '3'] },
    ]);
    expect(parseCsv('a,b\n1,', 't')[1].cells).toEqual(['1', '']);
    expect(parseCsv('', 't')).toEqual([]);
  });
});

describe('readManifest', () => {
  it('keeps the order of the file and sorts the classes', async () => {
    const set = await readManifest(
      csv('label,path,split,width\nz,2.png,val,3\na,1.png,,3\nz,"a, ""b"".png",test,3\n'),
    );
    expect([0, 1, 2].map((i) => set.id(i))).toEqual(['2.png', '1.png', 'a, "b".png']);
    expect(set.classNames).toEqual(['a', 'z']);
    expect([...set.labels]).toEqual([1, 0, 1]);
    expect(set.splits).toEqual(['validation', undefined, 'test']);
    expect(set.pixels.kind === 'encoded' && set.pixels.path(0)).toBe(join(folder, '2.png'));
  });

  it('takes other names of columns', async () => {
    const path = csv('name,class\n1.png,7\n2.png,100\n');
    const set = await readManifest(path, { columns: { path: 'name', label: 'class' } });
    expect(set.classNames).toEqual(['100', '7']);
    expect(set.splits).toBeUndefined();
  });

  it('takes images without a label only when asked', async () => {
    const bare = await readManifest(csv('path\n1.png\n2.png\n'), { labels: 'optional' });
    expect([...bare.labels]).toEqual([-1, -1]);
    const some = await readManifest(csv('path,label\n1.png,\n2.png,a\n'), { labels: 'optional' });
    expect([...some.labels]).toEqual([-1, 0]);
  });

  it.each([
    ['line 1: there is no column "label"', 'path,lable\n1.png,a\n'],
    ['line 1: the file is empty', ''],
    ['line 1: nothing follows the header', 'path,label\n'],
    ['is it meant to be "split"', 'path,label,splti\n1.png,a,train\n'],
    ['line 3: the split is unknown', 'path,label,split\n1.png,a,train\n2.png,b,tain\n'],
    ['line 2: the column "path" is empty', 'path,label\n,a\n'],
    ['line 3: the column "label" is empty', 'path,label\n1.png,a\n2.png,\n'],
    ['line 4: 1.png is already on line 2', 'path,label\n1.png,a\n2.png,a\n1.png,b\n'],
    ['line 3: the line has another number of cells', 'path,label\n1.png,a\n2.png,a,b\n'],
    ['line 2: the quote " is not closed', 'path,label\n"1.png,a\n'],
    ['are not there', 'path,label\nwrong/1.png,a\nwrong/2.png,a\n'],
  ])('throws E_DATA_MANIFEST: %s', async (message, text) => {
    const path = csv(text);
    await expect(readManifest(path)).rejects.toMatchObject({ code: 'E_DATA_MANIFEST' });
    await expect(readManifest(path)).rejects.toThrow(message);
  });

  it('throws E_NOT_FOUND for no file', async () => {
    await expect(readManifest(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });
});

describe('readPairList', () => {
  it('lists each image once', async () => {
    const path = csv(
      'left,right,similar\n1.png,2.png,1\n2.png,"a, ""b"".png",0\n1.png,1.png,0.25\n',
      'pairs.csv',
    );
    const { set, pairs } = await readPairList(path);
    expect(set.numImages).toBe(3);
    expect([...set.labels]).toEqual([-1, -1, -1]);
    expect([...pairs.left]).toEqual([0, 1, 0]);
    expect([...pairs.right]).toEqual([1, 2, 0]);
    expect([...pairs.similar]).toEqual([1, 0, 0.25]);
    expect((await openDataset(path)).format).toBe('pairs');
  });

  it.each(['', 'yes', '1.5', '-1', 'NaN'])('throws E_DATA_MANIFEST for similar = "%s"', async (value) => {
    await expect(readPairList(csv(`left,right,similar\n1.png,2.png,${value}\n`))).rejects.toMatchObject({
      code: 'E_DATA_MANIFEST',
      details: { line: 2 },
    });
  });
});

describe('openDataset', () => {
  it('tells a manifest by its header, and says what it takes', async () => {
    expect((await openDataset(csv('path,label\n1.png,a\n2.png,b\n'))).format).toBe('manifest');
    await expect(openDataset(csv('x', 'list.txt'))).rejects.toMatchObject({ code: 'E_DATA' });
    await expect(openDataset(join(folder, 'none'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(openDataset(folder, { colums: {} } as object)).rejects.toThrow('did you mean "columns"?');
    await expect(openDataset('mnist', { columns: {} })).rejects.toMatchObject({ code: 'E_CONFIG' });
  });
});
