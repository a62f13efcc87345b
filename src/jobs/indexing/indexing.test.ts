import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createQuartersModel, QUARTERS_SIZE, quartersConfig } from '../../../test/quarters-model.ts';
import { makeImageFolder } from '../../../test/tiny-images.ts';
import { imageId, storeIdentity } from '../../search/store/identity.ts';
import { openStore } from '../../search/store/open.ts';
import type { ImageRecord, VectorStore } from '../../search/store/types.ts';
import { indexImages } from './index-images.ts';
import { listRoots } from './listing.ts';
import { readMetadata } from './metadata.ts';
import { watchImages } from './watch.ts';

const SIZE = QUARTERS_SIZE;
const config = quartersConfig();

/** Root may look into every folder, so what it may not do is tried as somebody else. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid!(65534);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

let root: string;
let source: string;
let numFolders = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-index-'));
  await chmod(root, 0o777);
  source = await makeImageFolder(join(root, 'source'), { classes: ['bars', 'discs'], imagesPerClass: 4 });
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('indexImages', () => {
  let photos: string;
  let store: VectorStore;
  beforeEach(async () => {
    photos = join(root, `photos-${numFolders}`);
    await cp(source, photos, { recursive: true, preserveTimestamps: true });
    store = await openStore(join(root, `store-${numFolders++}`), { identity: storeIdentity(config) });
    return () => store.close();
  });
  const held = async (): Promise<ImageRecord[]> => {
    const all: ImageRecord[] = [];
    for await (const part of store.list()) all.push(...part);
    return all.sort((a, b) => (a.path < b.path ? -1 : 1));
  };
  const at = (name: string) => join(photos, name);
  const index = (options = {}) => indexImages(createQuartersModel(), store, [photos], options);

  it('embeds what is new or changed, removes what is gone, and reads nothing that is as it was', async () => {
    const model = createQuartersModel();
    const first = await indexImages(model, store, [photos]);
    expect(first).toMatchObject({
      numEmbedded: 8,
      numUnchanged: 0,
      numUpdated: 0,
      numRemoved: 0,
      numRows: 8,
    });
    expect(model.numEmbedded()).toBe(8);
    const records = await held();
    expect(records.map(({ path, label }) => [path, label])).toEqual(
      ['bars', 'discs'].flatMap((name) => [0, 1, 2, 3].map((i) => [at(`${name}/0${i}.png`), name])),
    );
    expect(records.every(({ id, path }) => id === imageId(path))).toBe(true);

    expect(await index()).toMatchObject({ numEmbedded: 0, numUnchanged: 8, numRemoved: 0 });
    await utimes(at('bars/00.png'), 1000, 1000); // same bytes
    await cp(at('discs/00.png'), at('bars/01.png')); // other bytes
    await unlink(at('bars/02.png'));
    await rename(at('bars/03.png'), at('discs/09.png')); // another path and class
    const second = createQuartersModel();
    expect(await indexImages(second, store, [photos])).toMatchObject({
      numEmbedded: 2,
      numUpdated: 1,
      numUnchanged: 4,
      numRemoved: 2,
      numRows: 7,
    });
    expect(second.numEmbedded()).toBe(2);
    const after = new Map((await held()).map((record) => [record.path, record]));
    expect(after.get(at('bars/00.png'))).toMatchObject({ modifiedMs: 1_000_000 });
    // Two files with one content are two rows with one embedding.
    const twins = [at('bars/01.png'), at('discs/00.png')].map(imageId);
    const { records: same, vectors } = await store.get(twins);
    expect(same[0].contentHash).toBe(same[1].contentHash);
    expect(vectors.slice(0, SIZE)).toEqual(vectors.slice(SIZE));
    const { answers } = await store.search(vectors.slice(0, SIZE), { k: 2 });
    expect(new Set(answers[0].neighbours.map(({ record }) => record.path))).toEqual(
      new Set([at('bars/01.png'), at('discs/00.png')]),
    );
  });

  it('names bad files, takes away what it held of them, and goes through links and odd names', async () => {
    await index();
    await writeFile(at('bars/00.png'), 'this was an image once');
    await cp(at('bars/01.png'), at('bars/new\nline é😀.png'));
    await symlink(photos, at('loop'));
    await symlink('nowhere', at('broken.png'));
    const result = await index();
    expect(result).toMatchObject({ numEmbedded: 1, numRemoved: 1, numRows: 8 });
    expect(result.bad).toEqual([{ id: at('bars/00.png'), reason: expect.stringMatching(/not an image/) }]);
    expect((await store.records([imageId(at('bars/new\nline é😀.png'))])).size).toBe(1);
    await rm(photos, { recursive: true });
    await mkdir(photos);
    await writeFile(at('a.png'), 'no image');
    await expect(index()).rejects.toMatchObject({ code: 'E_IMAGES_BAD' });
  });

  it('keeps what lies below a folder that it may not look into, and says which', async () => {
    await index();
    spawnSync('chmod', ['-R', 'a+rwX', root]);
    await chmod(at('bars'), 0);
    const { numRemoved, numRows, unreadableFolders } = await asNobody(() => index()).finally(() =>
      chmod(at('bars'), 0o755),
    );
    expect({ numRemoved, numRows, unreadableFolders }).toEqual({
      numRemoved: 0,
      numRows: 8,
      unreadableFolders: [`${at('bars')}/`],
    });
    await chmod(photos, 0);
    await expect(asNobody(() => index()).finally(() => chmod(photos, 0o755))).rejects.toMatchObject({
      code: 'E_PERMISSION',
    });
    expect(await store.count()).toBe(8);
  });

  it('takes a file that goes between listing and reading for one that is gone', async () => {
    await index();
    await utimes(at('discs/03.png'), 1000, 1000);
    const result = await index({
      batchSize: 1,
      onWritten: () => rm(at('discs/03.png'), { force: true }),
    });
    expect(result).toMatchObject({ numRows: 7, numRemoved: 1, bad: [] });
  });

  it('does not take an emptied folder for a wish to forget it', async () => {
    await index();
    await rm(photos, { recursive: true });
    await expect(index()).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await mkdir(photos);
    await expect(index()).rejects.toMatchObject({ code: 'E_DATA_EMPTY', details: { numHeld: 8 } });
    expect(await store.count()).toBe(8);
    expect(await index({ allowEmpty: true })).toMatchObject({ numRemoved: 8, numRows: 0 });
    await expect(index({ allowEmpty: true })).rejects.toMatchObject({ code: 'E_DATA_EMPTY' });
  });

  it('goes on where it was stopped, without a second look at what was written', async () => {
    const controller = new AbortController();
    const told: number[] = [];
    const onWritten = () => told.length > 0 && controller.abort(new Error('enough'));
    const options = { batchSize: 2, signal: controller.signal, onWritten, onProgress: () => told.push(1) };
    await expect(index(options)).rejects.toThrow('enough');
    const numWritten = await store.count();
    expect(numWritten).toBeGreaterThanOrEqual(4);
    expect(numWritten).toBeLessThan(8);
    expect(await index()).toMatchObject({
      numEmbedded: 8 - numWritten,
      numUnchanged: numWritten,
      numRows: 8,
    });
  });

  it('writes what it has embedded before it hands on a failure', async () => {
    const model = createQuartersModel();
    const failing = {
      ...model,
      embed: async (pixels: Uint8Array) => {
        if (model.numEmbedded() >= 4) throw new Error('out of memory');
        return model.embed(pixels);
      },
    };
    await expect(indexImages(failing, store, [photos], { batchSize: 2 })).rejects.toThrow('out of memory');
    expect(await store.count()).toBe(4);
  });

  it('takes single files, the same image named twice once, and metadata from a file', async () => {
    const table = join(root, `photos-${numFolders - 1}.csv`);
    await writeFile(
      table,
      `path,year,place\n${photos}/bars/00.png,2021,"Rome, Italy"\n${photos}/bars/01.png,,\n`,
    );
    const metadata = await readMetadata(table);
    const paths = [at('bars/00.png'), at('bars/01.png'), photos];
    const result = await indexImages(createQuartersModel(), store, paths, { metadata });
    expect(result).toMatchObject({ numEmbedded: 8, numRows: 8 });
    const [first, second] = await held();
    expect([first.metadata, second.metadata]).toEqual([{ year: 2021, place: 'Rome, Italy' }, {}]);
    expect(await store.count({ where: [{ field: ['year'], is: '>', value: 2020 }] })).toBe(1);
    const lines = table.replace('.csv', '.jsonl');
    await writeFile(lines, `{"path": "${photos}/bars/01.png", "tags": ["a"]}\n\n`);
    const changed = await index({ metadata: await readMetadata(lines) });
    expect(changed).toMatchObject({ numEmbedded: 0, numUpdated: 2, numUnchanged: 6 });
    expect((await held()).map((record) => record.metadata).slice(0, 2)).toEqual([{}, { tags: ['a'] }]);
    expect(await index()).toMatchObject({ numUnchanged: 8 });
    for (const text of ['{"path": 1}', '[]', '{']) {
      await writeFile(lines, text);
      await expect(readMetadata(lines)).rejects.toMatchObject({ code: 'E_DATA_MANIFEST' });
    }
    await expect(readMetadata('a.txt')).rejects.toMatchObject({ code: 'E_CONFIG' });
  });

  it('takes archives, whose images have no file of their own', async () => {
    const file = join(root, `some-${numFolders}-images-idx3-ubyte`);
    const header = Buffer.from([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 8, 0, 0, 0, 8]);
    const folder = join(root, `idx-${numFolders}`);
    await mkdir(folder);
    const bytes = Buffer.concat([header, Buffer.from(Uint8Array.from({ length: 192 }, (_, i) => i))]);
    await writeFile(join(folder, 'train-images-idx3-ubyte'), bytes);
    expect(await indexImages(createQuartersModel(), store, [folder])).toMatchObject({
      numEmbedded: 3,
      numRows: 3,
    });
    expect(await indexImages(createQuartersModel(), store, [folder])).toMatchObject({ numUnchanged: 3 });
    expect((await held()).every(({ path }) => path.startsWith(`${folder}#`))).toBe(true);
    await expect(listRoots([file])).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  it('says that the disk is full, keeps the store whole, and goes on when there is room', async (context) => {
    const disk = join(root, `disk-${numFolders}`);
    await mkdir(disk);
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=120k', 'tmpfs', disk]);
    if (status !== 0) return context.skip('this user may not mount a small disk');
    try {
      const address = join(disk, 'full.store');
      const onDisk = async () => {
        const full = await openStore(address, { identity: storeIdentity(config) });
        return indexImages(createQuartersModel(), full, [photos], { batchSize: 1 }).finally(() =>
          full.close(),
        );
      };
      await expect(onDisk()).rejects.toMatchObject({ code: 'E_DISK_FULL' });
      spawnSync('mount', ['-o', 'remount,size=8m', disk]);
      const { numEmbedded, numUnchanged, numRows } = await onDisk();
      expect([numEmbedded + numUnchanged, numRows]).toEqual([8, 8]);
      expect(numUnchanged).toBeGreaterThan(0);
    } finally {
      spawnSync('umount', [disk]);
    }
  });

  it('follows a folder', async () => {
    await index();
    const seen: { numEmbedded: number; numRemoved: number }[] = [];
    const controller = new AbortController();
    const watching = watchImages(createQuartersModel(), store, [photos], {
      signal: controller.signal,
      settleMs: 50,
      onUpdate: (counts) => seen.push(counts),
      onReady: async () => {
        await mkdir(at('new'));
        await cp(at('bars/00.png'), at('new/a.png'));
        await unlink(at('discs/02.png'));
      },
    });
    await expect.poll(() => store.count({ labels: ['new'] }), { timeout: 20_000 }).toBe(1);
    await expect.poll(() => store.count({ pathPrefix: at('discs/02.png') }), { timeout: 20_000 }).toBe(0);
    controller.abort();
    await watching;
    expect(seen.reduce((sum, { numEmbedded }) => sum + numEmbedded, 0)).toBe(1);
    expect(seen.reduce((sum, { numRemoved }) => sum + numRemoved, 0)).toBe(1);
  });
});
