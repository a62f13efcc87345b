import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fakeTrunk, featuresOf, IMAGE_BYTES, ROW_LENGTH, TARGET } from '../../../test/features/fake-trunk.ts';
import { drawImage, makeImageFolder } from '../../../test/tiny-images.ts';
import { createRandom } from '../../base/random.ts';
import { decodeImage } from '../pixels/decode.ts';
import { readFolder } from '../sources/folder.ts';
import type { ImageSet } from '../types.ts';
import { openFeatures } from './open.ts';
import type { FeatureStore, FillEstimate, FillOptions, Trunk } from './types.ts';

const AUGMENT = { flipHorizontal: 0.5, shiftPixels: 2, brightness: 0.2 };
const NUM_IMAGES = 12;

let root: string;
let images: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-features-'));
  images = await makeImageFolder(join(root, 'images'), { imagesPerClass: 3 });
});
afterAll(() => rm(root, { recursive: true }));

const newCache = () => mkdtemp(join(root, 'cache-'));
async function copyOf(folder: string): Promise<string> {
  const copy = await mkdtemp(join(root, 'copy-'));
  await cp(folder, copy, { recursive: true });
  return copy;
}

const opened: FeatureStore[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const store of opened.splice(0)) await store.close();
});

/** Opens, and says how many rows were computed for it. */
async function open(folder: string, cache: string, options: Partial<FillOptions> & { trunk?: Trunk } = {}) {
  const fake = fakeTrunk();
  const set = options.set ?? (await readFolder(folder));
  const store = await openFeatures({
    ...{ set, target: TARGET, folder: cache, trunk: fake.trunk, batchSize: 4 },
    ...options,
  });
  opened.push(store);
  return { store, set, numExtracted: fake.numExtracted(), calls: fake.calls };
}

/** The rows of images as they are, one by one. */
async function rowsOf(store: FeatureStore, views: Int32Array | 0 = 0, indices = store.usable) {
  const out = new Uint16Array(indices.length * ROW_LENGTH);
  await store.gather(indices, views, out);
  return Array.from(indices, (_, i) => [...out.subarray(i * ROW_LENGTH, (i + 1) * ROW_LENGTH)]);
}

/** By decoding each file and running the loop on it. */
async function expectedRows({ numImages, pixels }: ImageSet, indices?: readonly number[]) {
  const rows: number[][] = [];
  for (const index of indices ?? Array.from({ length: numImages }, (_, i) => i)) {
    if (pixels.kind !== 'encoded') throw new Error('not files');
    rows.push([...featuresOf(await decodeImage(pixels.path(index), TARGET))]);
  }
  return rows;
}

describe('openFeatures', () => {
  it('computes each row once, whatever the files are called', async () => {
    const cache = await newCache();
    const first = await open(images, cache);
    expect(first.numExtracted).toBe(NUM_IMAGES);
    expect(first.calls.every((count) => count <= 4)).toBe(true);
    expect(await rowsOf(first.store)).toEqual(await expectedRows(first.set));
    const again = await open(images, cache);
    expect(again.numExtracted).toBe(0);
    expect(await rowsOf(again.store)).toEqual(await rowsOf(first.store));

    const renamed = await copyOf(images);
    await rename(join(renamed, 'bars/00.png'), join(renamed, 'bars/zz.png'));
    await rename(join(renamed, 'discs'), join(renamed, 'a'));
    const moved = await open(renamed, cache);
    expect(moved.numExtracted).toBe(0);
    expect(await rowsOf(moved.store)).toEqual(await expectedRows(moved.set));
  });

  it('computes only what is new in a changed set', async () => {
    const cache = await newCache();
    await open(images, cache);
    const changed = await copyOf(images);
    await writeFile(join(changed, 'bars/00.png'), await drawImage('bars', createRandom('other')));
    await writeFile(join(changed, 'bars/09.png'), await drawImage('bars', createRandom('added')));
    await cp(join(changed, 'bars/01.png'), join(changed, 'bars/10.png'));
    await rm(join(changed, 'discs/01.png'));
    const { store, set, numExtracted } = await open(changed, cache);
    expect(numExtracted).toBe(2);
    expect(await rowsOf(store)).toEqual(await expectedRows(set));
  });

  it('never answers for another trunk, another size or another resize rule', async () => {
    const cache = await newCache();
    await open(images, cache);
    const other = fakeTrunk({ key: 'another' });
    await open(images, cache, { trunk: other.trunk });
    expect(other.numExtracted()).toBe(NUM_IMAGES);
    for (const changed of [
      { resize: 'fit' as const },
      { height: 4, width: 16 },
      { height: 24, channels: 1 as const },
    ]) {
      const { numExtracted } = await open(images, cache, { target: { ...TARGET, ...changed } });
      expect(numExtracted).toBe(NUM_IMAGES);
    }
    expect((await open(images, cache)).numExtracted).toBe(0);
    expect(await readdir(cache)).toHaveLength(2);
  });

  it('serves from disk what does not fit into memory, the same', async () => {
    const cache = await newCache();
    const { store, set } = await open(images, cache);
    const expected = await rowsOf(store);
    for (const [numRows, folder] of [
      [0, cache],
      [5, cache],
      [7, await newCache()],
    ] as const) {
      const other = await open(images, folder, { set, memoryBytes: 2 * ROW_LENGTH * numRows });
      expect(await rowsOf(other.store)).toEqual(expected);
      const mixed = Int32Array.of(11, 0, 6, 0);
      expect(await rowsOf(other.store, 0, mixed)).toEqual(Array.from(mixed, (i) => expected[i]));
      // Whoever removes the cache meanwhile does not disturb.
      await rm(folder, { recursive: true });
      expect(await rowsOf(other.store)).toEqual(expected);
      await other.store.close();
      if (folder === cache) await open(images, cache);
    }
  });

  it('remembers bad images with their reason, and decodes them no more', async () => {
    const cache = await newCache();
    const folder = await copyOf(images);
    await writeFile(join(folder, 'bars/01.png'), 'no image');
    await rm(join(folder, 'discs/00.png'));
    const all = await readFolder(await copyOf(images));
    const ids = Array.from({ length: NUM_IMAGES }, (_, i) => all.id(i));
    // A set that lists a file which is gone.
    const set: ImageSet = {
      ...all,
      pixels: { kind: 'encoded', path: (index) => join(folder, ids[index]) },
    };
    const first = await open(folder, cache, { set });
    expect(first.numExtracted).toBe(NUM_IMAGES - 2);
    expect(first.store.bad.map(({ id }) => id)).toEqual(['bars/01.png', 'discs/00.png']);
    expect(first.store.bad[0].reason).toContain('8 bytes that are not an image');
    const [index] = await readIndexes(cache);
    expect(index.match(/ bad /g)).toHaveLength(1); // The one that is gone may come back.
    const again = await open(folder, cache, { set });
    expect(again.numExtracted).toBe(0);
    expect(again.store.bad).toEqual(first.store.bad);
    const isBad = (id: string) => ['bars/01.png', 'discs/00.png'].includes(id);
    expect([...again.store.usable]).toEqual(ids.flatMap((id, i) => (isBad(id) ? [] : [i])));
    await expect(again.store.gather(Int32Array.of(1), 0, new Uint16Array(9))).rejects.toMatchObject({
      code: 'E_DATA',
    });
    await expect(open(folder, cache, { set, maxBadShare: 0.1 })).rejects.toMatchObject({
      code: 'E_IMAGES_BAD',
    });
  });

  it('gives an image the same views in every run, and each view its own', async () => {
    const set = await readFolder(images);
    const views = { numViews: 3, indices: Int32Array.of(2, 7), augment: AUGMENT, seed: 5 };
    const [one, other] = [await newCache(), await newCache()];
    const first = await open(images, one, { set, views });
    expect(first.numExtracted).toBe(NUM_IMAGES + 6);
    const indices = Int32Array.of(2, 2, 2, 7, 7, 7, 2);
    const numbers = Int32Array.of(1, 2, 3, 1, 2, 3, 0);
    const rows = await rowsOf(first.store, numbers, indices);
    expect(new Set(rows.map(String)).size).toBe(7);
    expect(rows[6]).toEqual((await expectedRows(set, [2]))[0]);
    // Another process, another order, other images beside: the same views.
    const turned = { ...views, indices: Int32Array.of(7, 11, 2) };
    const second = await open(images, other, { set, views: turned, batchSize: 1, memoryBytes: 0 });
    expect(await rowsOf(second.store, numbers, indices)).toEqual(rows);
    // The same options in other words find the same rows; another seed or option, others.
    const spelt = { ...views, augment: { brightness: 0.2, zoom: 0, shiftPixels: 2, flipHorizontal: 0.5 } };
    expect((await open(images, one, { set, views: spelt })).numExtracted).toBe(0);
    expect((await open(images, one, { set, views: { ...views, numViews: 4 } })).numExtracted).toBe(2);
    expect((await open(images, one, { set, views: { ...views, seed: 6 } })).numExtracted).toBe(6);
    const flipped = { ...views, augment: { flipHorizontal: 1 } };
    expect((await open(images, one, { set, views: flipped })).numExtracted).toBe(6);
    const notThere = first.store.gather(Int32Array.of(3), Int32Array.of(1), new Uint16Array(9));
    await expect(notThere).rejects.toThrow('image 3 has no view 1');
  });

  it('takes images that are arrays', async () => {
    const data = Uint8Array.from({ length: 3 * IMAGE_BYTES }, (_, i) => (i * 37) % 256);
    const set = {
      ...{ name: 'arrays', numImages: 3, labels: new Int32Array(3), classNames: ['a'], id: String },
      pixels: { kind: 'decoded', height: 8, width: 8, channels: 3, data } as const,
    };
    const cache = await newCache();
    const { store } = await open('', cache, { set });
    const expected = [0, 1, 2].map((i) => [
      ...featuresOf(data.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES)),
    ]);
    expect(await rowsOf(store)).toEqual(expected);
    expect((await open('', cache, { set })).numExtracted).toBe(0);
  });

  it('says what it will cost, then how far it is', async () => {
    const cache = await newCache();
    const costs: FillEstimate[] = [];
    const told: string[] = [];
    // A trunk that takes half a minute to start, then ten milliseconds a batch.
    let ms = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => ms);
    const fake = fakeTrunk();
    const trunk: Trunk = {
      ...fake.trunk,
      extract(pixels, numImages) {
        ms += fake.calls.length === 0 ? 30_000 : 10;
        return fake.trunk.extract(pixels, numImages);
      },
    };
    const options: Partial<FillOptions> & { trunk: Trunk } = {
      trunk,
      batchSize: 1,
      onEstimate: (cost) => costs.push(cost),
      onProgress: ({ stage, done, total }) => told.push(`${stage} ${done}/${total}`),
    };
    await open(images, cache, options);
    await open(images, cache, options);
    expect(costs).toMatchObject([
      // Told when five are done: one that is not measured, four that are.
      { numRows: 12, numCached: 0, bytes: 12 * (2 * ROW_LENGTH + 110), secondsGuess: 0.07 },
      { numRows: 12, numCached: 12, bytes: 0, secondsGuess: 0 },
    ]);
    expect(told.filter((text) => /(\d+)\/\1$/.test(text))).toEqual([
      'hash 12/12',
      'features 12/12',
      'hash 12/12',
    ]);
  });
});

async function readIndexes(cache: string): Promise<string[]> {
  const names = (await readdir(cache, { recursive: true })).filter((name) => name.endsWith('.index'));
  return Promise.all(names.map((name) => readFile(join(cache, name), 'utf8')));
}

describe('a segment', () => {
  it('cut at any byte gives whole rows or none', async () => {
    const cache = await newCache();
    const { store, set } = await open(images, cache);
    const expected = await rowsOf(store);
    const names = (await readdir(cache, { recursive: true }))
      .filter((name) => /(rows|index)$/.test(name))
      .sort();
    const [index, rows] = await Promise.all(names.map((name) => readFile(join(cache, name))));
    const random = createRandom('cut');
    for (let i = 0; i < 24; i++) {
      const torn = await copyOf(cache);
      const isIndex = i % 2 === 0;
      const at = random.integer(isIndex ? index.length : rows.length);
      await truncate(join(torn, names[isIndex ? 0 : 1]), at);
      const again = await open(images, torn, { set, memoryBytes: i % 4 < 2 ? undefined : 0 });
      expect(await rowsOf(again.store)).toEqual(expected);
      const numLost = isIndex
        ? NUM_IMAGES - Math.max(0, index.subarray(0, at).toString().split('\n').length - 2)
        : NUM_IMAGES - Math.floor(at / (2 * ROW_LENGTH));
      expect(again.numExtracted).toBe(numLost);
      expect((await open(images, torn, { set })).numExtracted).toBe(0);
    }
  });

  it('with a damaged row or entry does without it', async () => {
    const cache = await newCache();
    const { store, set } = await open(images, cache);
    const expected = await rowsOf(store);
    for (const ending of ['rows', 'index']) {
      const damaged = await copyOf(cache);
      const name = (await readdir(damaged, { recursive: true })).find((each) => each.endsWith(ending))!;
      const bytes = await readFile(join(damaged, name));
      bytes[ending === 'rows' ? 33 : bytes.indexOf('\n') + 90] ^= 1;
      await writeFile(join(damaged, name), bytes);
      const again = await open(images, damaged, { set });
      expect(again.numExtracted).toBe(1);
      expect(await rowsOf(again.store)).toEqual(expected);
      expect((await open(images, damaged, { set })).numExtracted).toBe(0);
    }
    // A row that is not read into memory is held against its checksum when it is first read.
    const rows = (await readdir(cache, { recursive: true })).find((each) => each.endsWith('rows'))!;
    const bytes = await readFile(join(cache, rows));
    bytes[0] ^= 1;
    await writeFile(join(cache, rows), bytes);
    const late = await open(images, cache, { set, memoryBytes: 0 });
    const failed = rowsOf(late.store);
    await expect(failed).rejects.toMatchObject({
      code: 'E_DATA',
      message: expect.stringContaining('is damaged'),
    });
  });
});

describe('what goes wrong', () => {
  it('in the trunk is told, and what was done stays', async () => {
    const cache = await newCache();
    const { trunk } = fakeTrunk();
    let numCalls = 0;
    const failing: Trunk = {
      ...trunk,
      extract: (pixels, numImages) => {
        if (++numCalls === 3) throw new Error('out of order');
        return trunk.extract(pixels, numImages);
      },
    };
    await expect(open(images, cache, { trunk: failing })).rejects.toThrow('out of order');
    expect((await open(images, cache)).numExtracted).toBe(4);
  });

  it.each([
    ['of another size', (numImages: number) => new Uint16Array(numImages), 'E_SHAPE'],
    ['not finite', (numImages: number) => new Uint16Array(numImages * ROW_LENGTH).fill(0x7c00), 'E_NAN'],
  ])('are features %s', async (_, rows, code) => {
    const trunk: Trunk = { ...fakeTrunk().trunk, extract: async (_pixels, numImages) => rows(numImages) };
    await expect(open(images, await newCache(), { trunk })).rejects.toMatchObject({ code });
  });

  it('is an abort, which keeps what was done', async () => {
    const cache = await newCache();
    const abort = new AbortController();
    const slow = fakeTrunk({ delayMs: 5 });
    const onEstimate = () => abort.abort(new Error('too dear'));
    const aborted = open(images, cache, {
      trunk: slow.trunk,
      batchSize: 2,
      onEstimate,
      signal: abort.signal,
    });
    await expect(aborted).rejects.toThrow('too dear');
    const { numExtracted } = await open(images, cache);
    expect(numExtracted).toBeLessThanOrEqual(NUM_IMAGES - 2);
  });

  it('is a wrong option', async () => {
    const cache = await newCache();
    const misspelt = { memorybytes: 1 } as Partial<FillOptions>;
    await expect(open(images, cache, misspelt)).rejects.toThrow('did you mean "memoryBytes"?');
    await expect(open(images, cache, { batchSize: 0 })).rejects.toMatchObject({ code: 'E_CONFIG' });
    const views = { numViews: 2, indices: Int32Array.of(12), augment: AUGMENT, seed: 1 };
    await expect(open(images, cache, { views })).rejects.toMatchObject({ code: 'E_CONFIG' });
    const { store } = await open(images, cache);
    const short = store.gather(Int32Array.of(0, 1), 0, new Uint16Array(ROW_LENGTH));
    await expect(short).rejects.toMatchObject({ code: 'E_SHAPE' });
    await store.close();
    await expect(rowsOf(store)).rejects.toThrow('closed');
  });

  it('is a full disk: before anything is done, or where others fill it', async ({ skip }) => {
    const disk = await mkdtemp(join(root, 'disk-'));
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    if (status !== 0) return skip('this user may not mount a small disk');
    try {
      const large = fakeTrunk();
      const rowLength = 4000;
      const extract = async (_: Uint8Array, numImages: number) => {
        large.calls.push(numImages);
        return new Uint16Array(numImages * rowLength);
      };
      const refused = open(images, disk, { trunk: { ...large.trunk, rowLength, extract } });
      await expect(refused).rejects.toMatchObject({ code: 'E_DISK_FULL' });
      expect(large.calls).toEqual([]);

      const onEstimate = () => spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=4k']);
      const row = 2000;
      const cut: Trunk = {
        ...large.trunk,
        rowLength: row,
        extract: async (_, n) => new Uint16Array(n * row).fill(n),
      };
      const full = open(images, disk, { trunk: cut, batchSize: 2, onEstimate });
      await expect(full).rejects.toMatchObject({
        code: 'E_DISK_FULL',
        message: expect.stringContaining('goes on'),
      });
      await rm(join(disk, 'filler'));
      const costs: FillEstimate[] = [];
      const { store } = await open(images, disk, { trunk: cut, onEstimate: (cost) => costs.push(cost) });
      expect(costs[0].numCached).toBeGreaterThanOrEqual(2);
      expect(store.usable.length).toBe(NUM_IMAGES);
      await store.close();
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});
