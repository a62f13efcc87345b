import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPathList } from './path-list.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-list-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function read(text: string | Uint8Array) {
  const file = join(root, 'list');
  await writeFile(file, text);
  const entries = [];
  for await (const entry of readPathList(file)) entries.push(entry);
  return entries;
}

describe('readPathList', () => {
  it('reads a path a line', async () => {
    expect(await read('a.jpg\r\n\n  b c.jpg\né😀.jpg')).toEqual([
      { path: 'a.jpg' },
      { path: '  b c.jpg' },
      { path: 'é😀.jpg' },
    ]);
    expect(await read('')).toEqual([]);
  });

  it('reads paths with a NUL between them, which may have ends of lines in them', async () => {
    expect(await read('a\nb.jpg\0 \0c.jpg\0')).toEqual([
      { path: 'a\nb.jpg' },
      { path: ' ' },
      { path: 'c.jpg' },
    ]);
  });

  it('reads JSON lines with labels', async () => {
    expect(
      await read('{"path": "a\\nb.jpg", "label": "hat", "year": 2020}\n"c.jpg"\n\n{"path": "{.jpg"}\n'),
    ).toEqual([{ path: 'a\nb.jpg', label: 'hat' }, { path: 'c.jpg' }, { path: '{.jpg' }]);
    expect(await read('{a}.jpg\n')).toEqual([{ path: '{a}.jpg' }]);
  });

  it('takes a letter that is cut in two between chunks as one', async () => {
    const bytes = new TextEncoder().encode('é\nb');
    const stream = Readable.from([bytes.subarray(0, 1), bytes.subarray(1)]);
    const entries = [];
    for await (const entry of readPathList('-', stream)) entries.push(entry);
    expect(entries).toEqual([{ path: 'é' }, { path: 'b' }]);
  });

  it('names what it cannot read', async () => {
    for (const bad of [
      '{"path": "a"}\nb.jpg\n',
      '{"path": 1}',
      '{"path": "a", "label": 2}',
      'x'.repeat(70_000),
    ])
      await expect(read(bad)).rejects.toMatchObject({ code: 'E_DATA_MANIFEST' });
    const missing = readPathList(join(root, 'none'));
    await expect(missing.next()).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(readPathList(root).next()).rejects.toMatchObject({ code: 'E_IO' });
  });
});
