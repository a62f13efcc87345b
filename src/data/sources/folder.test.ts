import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ImageSet } from '../types.ts';
import { readCouples } from './couples.ts';
import { readFolder } from './folder.ts';
import { openDataset } from './open.ts';

const root = mkdtempSync(join(tmpdir(), 'samesame-folder-'));
afterAll(() => rmSync(root, { recursive: true }));
const clothing = new URL('../../../../shared/data/clothing-small', import.meta.url).pathname;

function tree(name: string, paths: readonly string[]): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  return folder;
}

const idsOf = (set: ImageSet) => Array.from({ length: set.numImages }, (_, i) => set.id(i));

describe('readFolder', () => {
  it('takes the first level as class, nested and in code-point order, and counts what it leaves', async () => {
    const folder = tree('nested', [
      'b/2.png',
      'b/10.png',
      'B/1.jpeg',
      'a/deep/er/x.webp',
      'a/note.txt',
      'a/.hidden.png',
      '.git/z.png',
      '__MACOSX/z.png',
      'loose.jpg',
      'é/1.JPG',
    ]);
    const set = await readFolder(folder);
    expect(idsOf(set)).toEqual(['B/1.jpeg', 'a/deep/er/x.webp', 'b/10.png', 'b/2.png', 'é/1.JPG']);
    expect(set.classNames).toEqual(['B', 'a', 'b', 'é']);
    expect([...set.labels]).toEqual([0, 1, 2, 2, 3]);
    expect(set.splits).toBeUndefined();
    expect(set.skipped).toEqual({ numOther: 1, numUnlabelled: 1, unreadableFolders: [] });
    expect(set.pixels.kind === 'encoded' && set.pixels.path(1)).toBe(join(folder, 'a/deep/er/x.webp'));
  });

  it('reads train, val and test as splits', async () => {
    const folder = tree('splits', [
      'train/a/1.png',
      'train/b/2.png',
      'val/a/3.png',
      'Test/c/4.png',
      'LICENSE',
    ]);
    const set = await readFolder(folder);
    expect(set.splits).toEqual(['test', 'train', 'train', 'validation']);
    expect(set.classNames).toEqual(['a', 'b', 'c']);
    expect([...set.labels]).toEqual([2, 0, 1, 0]);
  });

  it('leaves a class that happens to be called train a class', async () => {
    const vehicles = await readFolder(tree('vehicles', ['train/1.png', 'test/2.png']));
    expect(vehicles.classNames).toEqual(['test', 'train']);
    const mixed = await readFolder(tree('mixed', ['train/old/1.png', 'test/new/1.png', 'ship/big/2.png']));
    expect(mixed.classNames).toEqual(['ship', 'test', 'train']);
  });

  it('keeps images without a class only when asked', async () => {
    const folder = tree('flat', ['1.png', '2.png']);
    await expect(readFolder(folder)).rejects.toMatchObject({ code: 'E_DATA' });
    const set = await readFolder(folder, { labels: 'optional' });
    expect([...set.labels]).toEqual([-1, -1]);
    expect(set.classNames).toEqual([]);
  });

  it('ends on loops of links and reads each real folder once', async () => {
    const folder = tree('loop', ['a/1.png', 'b/2.png']);
    symlinkSync(folder, join(folder, 'a/up'));
    symlinkSync(join(folder, 'a'), join(folder, 'c'));
    symlinkSync(join(folder, 'a/1.png'), join(folder, 'b/linked.png'));
    symlinkSync(join(folder, 'nowhere.png'), join(folder, 'b/broken.png'));
    const set = await readFolder(folder);
    expect(idsOf(set)).toEqual(['a/1.png', 'b/2.png', 'b/linked.png']);
    expect(set.skipped?.numOther).toBe(1);
  });

  it.skipIf(process.getuid?.() === 0)('names folders that may not be read (skipped for root)', async () => {
    const folder = tree('closed', ['a/1.png', 'b/2.png', 'c/3.png']);
    chmodSync(join(folder, 'b'), 0);
    const set = await readFolder(folder);
    chmodSync(join(folder, 'b'), 0o700);
    expect(set.skipped?.unreadableFolders).toEqual(['b']);
    expect(set.classNames).toEqual(['a', 'c']);
  });

  it('says what is wrong with an empty folder, a missing one, a file, a misspelt option', async () => {
    const folder = tree('empty', ['notes.txt']);
    await expect(readFolder(folder)).rejects.toMatchObject({ code: 'E_DATA_EMPTY' });
    await expect(readFolder(join(root, 'none'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(readFolder(join(folder, 'notes.txt'))).rejects.toMatchObject({ code: 'E_DATA' });
    const misspelt = { lables: 'optional' };
    await expect(readFolder(folder, misspelt as object)).rejects.toThrow('did you mean "labels"?');
  });

  it.skipIf(!existsSync(clothing))('reads clothing-small (needs ../shared/data)', async () => {
    const { set } = await openDataset(clothing);
    expect(set.numImages).toBe(3781);
    expect(set.classNames).toHaveLength(10);
    const count = (split: string) => set.splits?.filter((name) => name === split).length;
    expect([count('train'), count('validation'), count('test')]).toEqual([3068, 341, 372]);
  });
});

describe('readCouples', () => {
  const folder = tree('couples', [
    'mugs/blue_1_one.png',
    'mugs/blue_1_two.png',
    'mugs/blue_10_one.jpg',
    'mugs/blue_10_two.png',
    'hats/x_0007_one.png',
    'hats/x_0007_two.png',
    'hats/x_0008_one.png',
    'hats/other.png',
  ]);

  it('puts the two of a couple side by side', async () => {
    const { set, numCouples, unpaired } = await readCouples(folder);
    expect(numCouples).toBe(3);
    expect(idsOf(set)).toEqual([
      'hats/x_0007_one.png',
      'hats/x_0007_two.png',
      'mugs/blue_10_one.jpg',
      'mugs/blue_10_two.png',
      'mugs/blue_1_one.png',
      'mugs/blue_1_two.png',
    ]);
    expect(unpaired).toEqual(['hats/x_0008_one.png']);
    expect(set.classNames).toEqual(['hats', 'mugs']);
    expect([...set.labels]).toEqual([0, 0, 1, 1, 1, 1]);
    expect(set.skipped?.numUnlabelled).toBe(1);
  });

  it('is found by openDataset, and needs a whole couple', async () => {
    expect((await openDataset(folder)).format).toBe('couples');
    const halves = tree('halves', ['a/x_1_one.png', 'b/x_2_two.png']);
    await expect(readCouples(halves)).rejects.toMatchObject({ code: 'E_DATA_EMPTY' });
  });
});
