import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from './open.ts';
import { readPairFolders } from './pair-folders.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-pair-folders-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Empty files: reading a set opens none of them. */
async function folderOf(paths: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(root, 'data-'));
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), '');
  }
  return folder;
}

const PATHS = [
  'positive/mug/b.jpg',
  'positive/mug/a.jpg',
  'positive/lamp/front.png',
  'positive/lamp/side.webp',
  'negative_easy/mug/1.jpg',
  'negative_easy/mug/2.jpg',
  'negative_hard/lamp/x.jpg',
  'negative_hard/lamp/y.jpg',
  'negative_hard/lamp/notes.txt',
];

describe('pair folders', () => {
  it('are found, each folder a pair of its kind', async () => {
    const { format, set, pairs, kinds } = await openDataset(await folderOf(PATHS));
    expect(format).toBe('pair folders');
    const found = kinds!.map((kind, i) => [
      kind,
      pairs!.similar[i],
      set.id(pairs!.left[i]),
      set.id(pairs!.right[i]),
    ]);
    expect(found).toEqual([
      ['negative_easy', 0, 'negative_easy/mug/1.jpg', 'negative_easy/mug/2.jpg'],
      ['negative_hard', 0, 'negative_hard/lamp/x.jpg', 'negative_hard/lamp/y.jpg'],
      ['positive', 1, 'positive/lamp/front.png', 'positive/lamp/side.webp'],
      ['positive', 1, 'positive/mug/a.jpg', 'positive/mug/b.jpg'],
    ]);
    expect(set.skipped).toMatchObject({ numOther: 1 });
    expect(set.classNames).toEqual([]);
  });

  it.each([
    ['one image', PATHS.filter((path) => !path.endsWith('/y.jpg')), /negative_hard\/lamp has 1/],
    ['three images', [...PATHS, 'positive/mug/c.jpg'], /positive\/mug has 3/],
  ])('with %s are refused by name', async (_name, paths, message) => {
    await expect(openDataset(await folderOf(paths))).rejects.toMatchObject({
      code: 'E_DATA',
      message: expect.stringMatching(message),
    });
  });

  it('are no others: a class may be called positive, and one kind alone makes no test', async () => {
    for (const paths of [
      ['positive/1.jpg', 'positive/2.jpg', 'negative_easy/3.jpg', 'negative_easy/4.jpg'],
      ['positive/mug/1.jpg', 'positive/mug/2.jpg'],
      [...PATHS, 'other/mug/1.jpg'],
    ])
      expect((await openDataset(await folderOf(paths))).format).toBe('folder');
    await expect(readPairFolders(await folderOf(['other/mug/1.jpg']))).rejects.toMatchObject({
      code: 'E_DATA_EMPTY',
    });
  });
});
