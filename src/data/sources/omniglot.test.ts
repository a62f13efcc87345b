import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { npy, zip } from '../../../test/archives.ts';
import { readFolder } from './folder.ts';
import { readOmniglotRuns } from './omniglot-runs.ts';
import { openDataset } from './open.ts';

const root = mkdtempSync(join(tmpdir(), 'samesame-omniglot-'));
afterAll(() => rmSync(root, { recursive: true }));
const omniglot = new URL('../../../../shared/data/omniglot', import.meta.url).pathname;

const ALPHABETS = {
  background: [
    { name: 'Greek', first: 0, last: 1 },
    { name: 'Latin', first: 2, last: 2 },
  ],
  evaluation: [{ name: 'Tengwar', first: 0, last: 0 }],
};

/** Three background classes and one evaluation class of two drawings each, 1×2 pixels, one of them ink. */
function folderOf(name: string, alphabets: unknown): string {
  const folder = join(root, name);
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'alphabets.json'),
    typeof alphabets === 'string' ? alphabets : JSON.stringify(alphabets),
  );
  const images = (numClasses: number) =>
    zip({
      'images.npy': npy(
        '|b1',
        [numClasses, 2, 1, 2],
        new Uint8Array(numClasses * 4).map((_, i) => i & 1),
      ),
    });
  writeFileSync(join(folder, 'images_background.npz'), images(3));
  writeFileSync(join(folder, 'images_evaluation.npz'), images(1));
  return folder;
}

describe('readOmniglot', () => {
  it('names classes by alphabet and keeps background and evaluation apart', async () => {
    const { format, set } = await openDataset(folderOf('whole', ALPHABETS), { name: 'letters' });
    expect([format, set.name, set.numImages]).toEqual(['omniglot', 'letters', 8]);
    expect(set.classNames).toEqual([
      'Greek/character01',
      'Greek/character02',
      'Latin/character01',
      'Tengwar/character01',
    ]);
    expect([...set.labels]).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(set.splits).toEqual([...new Array(6).fill('train'), 'test', 'test']);
    expect([1, 4, 7].map(set.id)).toEqual([
      'Greek/character01/02',
      'Latin/character01/01',
      'Tengwar/character01/02',
    ]);
    expect(set.pixels.kind === 'decoded' && [...set.pixels.data.subarray(0, 4)]).toEqual([0, 255, 0, 255]);
  });

  it.each([
    ['no JSON', '{'],
    ['another shape', { background: [] }],
    ['a gap', { ...ALPHABETS, background: [{ name: 'Greek', first: 1, last: 2 }] }],
    ['too few classes', { ...ALPHABETS, background: [{ name: 'Greek', first: 0, last: 1 }] }],
  ])('refuses alphabets with %s', async (name, alphabets) => {
    const opened = openDataset(folderOf(name, alphabets));
    await expect(opened).rejects.toThrow(expect.objectContaining({ code: 'E_DATA' }));
  });

  it('reads its folders of drawings, too', async () => {
    const folder = join(root, 'folders');
    for (const path of ['images_background/Greek/character01', 'images_evaluation/Tengwar/character02']) {
      mkdirSync(join(folder, path), { recursive: true });
      for (const name of ['0001_01.png', '0001_02.png']) writeFileSync(join(folder, path, name), '');
    }
    const set = await readFolder(folder);
    expect(set.classNames).toEqual(['Greek/character01', 'Tengwar/character02']);
    expect(set.splits).toEqual(['train', 'train', 'test', 'test']);
    const background = await readFolder(join(folder, 'images_background'));
    expect([background.classNames, background.splits]).toEqual([['Greek/character01'], undefined]);
  });
});

const dot = (value: number) =>
  sharp(Uint8Array.of(255, value), { raw: { width: 2, height: 1, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();

async function archiveOf(name: string, labels: string): Promise<string> {
  const images = Object.fromEntries(
    await Promise.all(
      ['training/class01', 'training/class02', 'test/item01', 'test/item02'].map(
        async (image, i) => [`run01/${image}.png`, await dot(50 * i)] as const,
      ),
    ),
  );
  const folder = join(root, name);
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'all_runs.zip'),
    zip({ 'run01/class_labels.txt': Buffer.from(labels), ...images }),
  );
  return folder;
}

describe('readOmniglotRuns', () => {
  it('reads which drawing is of which class, and the drawings', async () => {
    const folder = await archiveOf(
      'runs',
      'run01/test/item01.png run01/training/class02.png\nrun01/test/item02.png run01/training/class01.png\n',
    );
    const { set, runs } = await readOmniglotRuns(folder);
    expect(runs).toEqual([
      { support: Int32Array.of(0, 1), queries: Int32Array.of(2, 3), answers: Int32Array.of(1, 0) },
    ]);
    expect([0, 1, 2, 3].map(set.id)).toEqual([
      'run01/training/class01.png',
      'run01/training/class02.png',
      'run01/test/item01.png',
      'run01/test/item02.png',
    ]);
    const pixels = set.pixels.kind === 'decoded' ? [...set.pixels.data] : [];
    expect(pixels).toEqual([255, 0, 255, 50, 255, 100, 255, 150]);
    writeFileSync(join(folder, 'manifest.csv'), 'path,label');
    for (const name of ['all_runs.zip', 'manifest.csv'])
      expect((await readOmniglotRuns(join(folder, name))).runs).toEqual(runs);
  });

  it('refuses what is no such archive', async () => {
    const code = (expected: string) => expect.objectContaining({ code: expected });
    await expect(readOmniglotRuns(await archiveOf('torn', 'run01/test/item01.png\n'))).rejects.toThrow(
      code('E_DATA'),
    );
    await expect(readOmniglotRuns(root)).rejects.toThrow(code('E_NOT_FOUND'));
    await expect(readOmniglotRuns(join(root, 'nowhere'))).rejects.toThrow(code('E_NOT_FOUND'));
    const other = join(root, 'other.zip');
    writeFileSync(other, zip({ 'readme.txt': Buffer.from('hello') }));
    await expect(readOmniglotRuns(other)).rejects.toThrow(code('E_DATA'));
  });

  it.skipIf(!existsSync(omniglot))('reads the 20 official runs', async () => {
    const { set, runs } = await readOmniglotRuns(omniglot);
    expect([set.numImages, runs.length]).toEqual([800, 20]);
    for (const { support, queries, answers } of runs) {
      expect([support.length, queries.length]).toEqual([20, 20]);
      expect(new Set(answers).size).toBe(20);
    }
    // The first line of run01/class_labels.txt: item01 is of class08.
    expect([runs[0].answers[0], set.id(runs[0].queries[0])]).toEqual([7, 'run01/test/item01.png']);
    const { pixels } = set;
    expect(pixels).toMatchObject({ height: 105, width: 105 });
    const isInk =
      pixels.kind === 'decoded' && pixels.data.filter((value) => value === 0).length / pixels.data.length;
    expect(isInk).toBeGreaterThan(0.01);
    expect(isInk).toBeLessThan(0.1);
  });
});
