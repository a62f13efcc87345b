import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Entries, makeTgz, makeZip } from '../../test/archives.ts';
import { cutAfter, type FileServer, serveFiles } from '../../test/file-server.ts';
import { LABELS_MAT, SETID_MAT } from '../../test/mat-files.ts';
import { defaultCacheFolder } from '../data/catalog/cache.ts';
import { CATALOG } from '../data/catalog/entries.ts';
import { findCatalogEntry } from '../data/catalog/find.ts';
import type { CatalogEntry, CatalogEvent } from '../data/catalog/types.ts';
import { openDataset } from '../data/sources/open.ts';
import { openZip } from '../data/sources/zip.ts';
import { type GetDatasetJob, getDataset, listDatasets } from './datasets.ts';

const shared = new URL('../../../shared/data/', import.meta.url).pathname;

let root: string;
let server: FileServer;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'samesame-datasets-'));
  server = await serveFiles({});
});
afterEach(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

const get = (dataset: string | CatalogEntry, job: Partial<GetDatasetJob> = {}) =>
  getDataset({ dataset, out: join(root, 'out'), cache: join(root, 'cache'), waitMs: 1, tries: 2, ...job });

/** An entry of the catalogue with other files, at the server and with their checksums. */
function serve(
  name: string,
  files: Readonly<Record<string, Uint8Array>>,
  [numImages, numClasses]: readonly [number, number],
  { hasSums = true } = {},
): CatalogEntry {
  return {
    ...findCatalogEntry(name),
    numImages,
    numClasses,
    files: Object.entries(files).map(([name, bytes]) => {
      server.files.set(name, bytes);
      const sha256 = hasSums ? createHash('sha256').update(bytes).digest('hex') : undefined;
      return { name, urls: [`${server.url}${name}`], sizeBytes: bytes.length, sha256 };
    }),
  };
}

function putFolder(files: Readonly<Record<string, Uint8Array>>, ...below: string[]): string {
  const folder = join(root, 'mirror', ...below);
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return join(root, 'mirror');
}

function idx(type: number, shape: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + shape.length * 4);
  header.writeUInt32BE((type << 8) | shape.length, 0);
  for (const [i, size] of shape.entries()) header.writeUInt32BE(size, 4 + i * 4);
  return gzipSync(Buffer.concat([header, data]));
}

const IDX_FILES = {
  'train-images-idx3-ubyte.gz': idx(
    8,
    [4, 2, 2],
    Uint8Array.from({ length: 16 }, (_, i) => i),
  ),
  'train-labels-idx1-ubyte.gz': idx(8, [4], Uint8Array.of(0, 1, 1, 0)),
  't10k-images-idx3-ubyte.gz': idx(8, [2, 2, 2], new Uint8Array(8)),
  't10k-labels-idx1-ubyte.gz': idx(8, [2], Uint8Array.of(1, 0)),
};
const FLOWERS = makeTgz(
  Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [
      `jpg/image_${String(i + 1).padStart(5, '0')}.jpg`,
      `photo ${i + 1}`,
    ]),
  ),
);
const FLOWER_FILES = { '102flowers.tgz': FLOWERS, 'imagelabels.mat': LABELS_MAT, 'setid.mat': SETID_MAT };

function drawings(part: string, alphabets: Readonly<Record<string, number>>): Entries {
  const entries: Record<string, string> = { [`images_${part}/`]: '', [`images_${part}/.DS_Store`]: 'x' };
  for (const [alphabet, numCharacters] of Object.entries(alphabets))
    for (let c = 1; c <= numCharacters; c++)
      for (let i = 1; i <= 3; i++)
        entries[`images_${part}/${alphabet}/character0${c}/000${c}_0${i}.png`] = `${alphabet} ${c} ${i}`;
  return entries;
}
const RUNS = makeZip(
  Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`run${String(i + 1).padStart(2, '0')}/class_labels.txt`, 'x']),
  ),
);
const OMNIGLOT_FILES = {
  'images_background.zip': makeZip(drawings('background', { Latin: 2, 'Old_Church_(Cyrillic)': 1 })),
  'images_evaluation.zip': makeZip(drawings('evaluation', { Tibetan: 2 })),
  'all_runs.zip': RUNS,
};

describe('getDataset', () => {
  it('fetches IDX files and leaves them as train reads them', async () => {
    const events: CatalogEvent[] = [];
    const entry = serve('fashion-mnist', IDX_FILES, [6, 2]);
    const gotten = await get(entry, { onProgress: (event) => events.push(event) });
    expect(gotten).toMatchObject({
      out: join(root, 'out'),
      data: [join(root, 'out')],
      numImages: 6,
      isNew: true,
    });
    expect(gotten.files.map(({ from, by }) => `${from} ${by}`)).toEqual(Array(4).fill('download published'));
    const { format, set } = await openDataset(gotten.out);
    expect({ format, numImages: set.numImages, labels: [...set.labels] }).toEqual({
      format: 'idx',
      numImages: 6,
      labels: [0, 1, 1, 0, 1, 0],
    });
    expect(set.splits?.filter((split) => split === 'test')).toHaveLength(2);
    expect(events.filter(({ kind }) => kind === 'verified')).toHaveLength(4);
  });

  it('lays Omniglot out by alphabet and character, split by alphabet', async () => {
    const { out, data } = await get(serve('omniglot', OMNIGLOT_FILES, [15, 5]));
    expect(data).toEqual([join(out, 'manifest.csv')]);
    expect(readdirSync(out).sort()).toEqual([
      'all_runs.zip',
      'images_background',
      'images_evaluation',
      'manifest.csv',
      'samesame-dataset.json',
    ]);
    for (const path of [out, join(out, 'manifest.csv')]) {
      const { format, set } = await openDataset(path);
      expect(format).toBe('manifest');
      expect(set.classNames).toEqual([
        'Latin/character01',
        'Latin/character02',
        'Old_Church_(Cyrillic)/character01',
        'Tibetan/character01',
        'Tibetan/character02',
      ]);
      const tested = [...set.labels].filter((_, i) => set.splits?.[i] === 'test');
      expect(tested).toEqual([3, 3, 3, 4, 4, 4]);
      if (set.pixels.kind !== 'encoded') throw new Error('not files');
      expect(readFileSync(set.pixels.path(0), 'utf8')).toBe('Latin 1 1');
    }
  });

  it('splits the flowers by seed, and keeps the split of their makers', async () => {
    const entry = serve('flowers-102', FLOWER_FILES, [10, 2]);
    const { out } = await get(entry, { seed: 3 });
    const { set } = await openDataset(out);
    expect(set.classNames).toEqual(['1', '2']);
    expect([...set.labels]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    for (const label of [0, 1]) {
      const parts = [...set.labels].flatMap((own, i) => (own === label ? [set.splits?.[i]] : []));
      expect(parts.filter((part) => part === 'validation').length).toBeGreaterThanOrEqual(1);
      expect(parts.filter((part) => part === 'train').length).toBeGreaterThanOrEqual(3);
    }
    const official = (await openDataset(join(out, 'manifest-official.csv'))).set;
    const parts = (name: string) =>
      Array.from({ length: official.numImages }, (_, i) => i)
        .filter((i) => official.splits?.[i] === name)
        .map((i) => official.id(i));
    expect(parts('train')).toEqual(['jpg/image_00002.jpg', 'jpg/image_00007.jpg']);
    expect(parts('validation')).toEqual(['jpg/image_00001.jpg', 'jpg/image_00006.jpg']);
    expect(parts('test')).toHaveLength(6);

    const first = readFileSync(join(out, 'manifest.csv'), 'utf8');
    expect((await get(entry, { seed: 3 })).isNew).toBe(false);
    const manifests = new Set<string>([first]);
    for (const seed of [4, 5, 6]) {
      expect((await get(entry, { seed })).isNew).toBe(true);
      manifests.add(readFileSync(join(out, 'manifest.csv'), 'utf8'));
    }
    expect(manifests.size).toBeGreaterThan(1);
    await get(entry, { seed: 3 });
    expect(readFileSync(join(out, 'manifest.csv'), 'utf8')).toBe(first);
  });

  it('cuts Products-10K by its class numbers, no class in two parts', async () => {
    const numbers = [0, 1, 50, 100, 150, 197, 199, 394, 398, 9850];
    const names = numbers.flatMap((number) => [`${number}a.jpg`, `${number}b.jpg`]);
    const rows = names.map((name) => `${name},${Number.parseInt(name, 10)},7`);
    const files = {
      'train.csv': Buffer.from(`name,class,group\n${rows.join('\n')}\n`),
      'train.zip': makeZip(Object.fromEntries(names.map((name) => [`train/${name}`, name]))),
    };
    const { data, out } = await get('products-10k', { mirror: putFolder(files, 'products-10k') });
    expect(data).toEqual([join(out, 'train-50.csv'), join(out, 'train-100.csv')]);
    const classesOf = async (path: string) => {
      const { set } = await openDataset(path);
      const found: Record<string, string[]> = { train: [], validation: [], test: [] };
      for (const [i, label] of set.labels.entries()) {
        const list = found[set.splits?.[i] ?? 'none'];
        if (!list.includes(set.classNames[label])) list.push(set.classNames[label]);
      }
      return found;
    };
    // By hand: 9850 = 50·197 is trained on, so it cannot be unseen.
    expect(await classesOf(data[0])).toEqual({
      train: ['0', '50', '100', '150', '9850'],
      validation: ['197', '394'],
      test: ['199', '398'],
    });
    expect(await classesOf(data[1])).toEqual({
      train: ['0', '100'],
      validation: ['197', '394'],
      test: ['199', '398'],
    });
    expect(existsSync(join(out, 'train', '1a.jpg'))).toBe(false);
    expect(readFileSync(join(out, 'train', '50b.jpg'), 'utf8')).toBe('50b.jpg');
  });

  it('goes on with a cut download, and needs no network for what is in the cache', async () => {
    const entry = serve('omniglot', OMNIGLOT_FILES, [15, 5]);
    server.faults.push(cutAfter(100, join(root, 'cache/omniglot/images_background.zip.part')));
    await get(entry);
    expect(server.requests[1]).toBe('GET images_background.zip bytes=100- if "v1"');
    await server.close();
    const again = await get(entry, { out: join(root, 'other') });
    expect(again.files.map(({ from }) => from)).toEqual(['cache', 'cache', 'cache']);
    expect((await get(entry)).isNew).toBe(false);
  });

  it('takes the files of a mirror: an address, a folder, or a folder of folders', async () => {
    const entry = serve('omniglot', OMNIGLOT_FILES, [15, 5]);
    const moved = {
      ...entry,
      files: entry.files.map((file) => ({ ...file, urls: ['http://127.0.0.1:9/x'] })),
    };
    const first = await get(moved, { mirror: server.url.slice(0, -1), out: join(root, '1') });
    expect(first.files[0].from).toBe('download');
    for (const [i, below] of [[], ['omniglot']].entries()) {
      const mirror = putFolder(OMNIGLOT_FILES, ...below);
      const cache = join(root, `empty ${i}`);
      const { files } = await get(moved, { mirror, cache, out: join(root, `2 ${i}`) });
      expect(files.map(({ path }) => path)).toEqual(
        Object.keys(OMNIGLOT_FILES).map((name) => join(mirror, ...below, name)),
      );
      rmSync(mirror, { recursive: true });
    }
    await expect(get(moved, { mirror: 'ftp://example.org/x' })).rejects.toMatchObject({ code: 'E_CONFIG' });
    await expect(get(moved, { mirror: join(root, 'none') })).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  it('says which file to put where when there is no network', async () => {
    const entry = serve('omniglot', OMNIGLOT_FILES, [15, 5]);
    await server.close();
    const [first, , third] = entry.files;
    const failure = get(entry);
    await expect(failure).rejects.toMatchObject({ code: 'E_DOWNLOAD' });
    const { message } = (await failure.catch((error) => error)) as Error;
    expect(message).toContain(
      `put images_background.zip (${first.sizeBytes} bytes, sha256 ${first.sha256})\n      from ${first.urls[0]}\n` +
        `      at ${join(root, 'cache', 'omniglot', 'images_background.zip')}`,
    );
    expect(message).toContain(`at ${join(root, 'cache', 'omniglot', third.name)}`);
    expect(existsSync(join(root, 'out'))).toBe(false);
    // And that is enough.
    cpSync(putFolder(OMNIGLOT_FILES), join(root, 'cache', 'omniglot'), { recursive: true });
    expect((await get(entry)).numImages).toBe(15);
  });

  it('says how to fetch by hand what needs a login', async () => {
    const failure = get('products-10k');
    await expect(failure).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(failure).rejects.toThrow(/sign in at https:.*\n.*--mirror FOLDER/s);
    await expect(failure).rejects.toThrow(join(root, 'cache', 'products-10k', 'train.zip'));
    const mirror = putFolder({ 'train.csv': Buffer.from('name,class\n') });
    await expect(get('products-10k', { mirror })).rejects.toThrow('without train.zip');
  });

  it('refuses a wrong checksum, fetched, in the cache or in a folder', async () => {
    const entry = serve('omniglot', OMNIGLOT_FILES, [15, 5]);
    server.files.set('images_evaluation.zip', Buffer.from('something else'));
    await expect(get(entry)).rejects.toMatchObject({
      code: 'E_DATA',
      message: expect.stringContaining('images_evaluation.zip came with a wrong checksum'),
    });
    const cached = join(root, 'cache', 'omniglot');
    expect(readdirSync(cached)).toEqual(['images_background.zip']);
    writeFileSync(join(cached, 'images_background.zip'), 'damaged');
    await expect(get(entry)).rejects.toThrow(`${cached}/images_background.zip is not the file`);
    const mirror = putFolder({ ...OMNIGLOT_FILES, 'images_background.zip': Buffer.from('damaged') });
    await expect(get(entry, { mirror })).rejects.toMatchObject({ code: 'E_DATA' });
    expect(existsSync(join(root, 'out'))).toBe(false);
  });

  it('records a checksum that nobody published, and holds later files against it', async () => {
    const entry = serve('omniglot', OMNIGLOT_FILES, [15, 5], { hasSums: false });
    const first = await get(entry);
    expect(first.files.map(({ by }) => by)).toEqual(Array(3).fill('first time'));
    const recorded = JSON.parse(readFileSync(join(root, 'cache', 'checksums.json'), 'utf8'));
    expect(recorded['omniglot/all_runs.zip']).toBe(createHash('sha256').update(RUNS).digest('hex'));
    const second = await get(entry, { out: join(root, 'second') });
    expect(second.files.map(({ by }) => by)).toEqual(Array(3).fill('recorded'));
    writeFileSync(join(root, 'cache', 'omniglot', 'all_runs.zip'), makeZip({ 'run01/x': '' }));
    await expect(get(entry, { out: join(root, 'third') })).rejects.toThrow(
      'recorded when it was first fetched',
    );
    writeFileSync(join(root, 'cache', 'checksums.json'), '[1');
    await expect(get(entry, { out: join(root, 'third') })).rejects.toThrow('checksums.json is damaged');
  });

  it('refuses archives that hold something else, and leaves no folder', async () => {
    const omniglot = { name: 'omniglot', files: OMNIGLOT_FILES, counts: [15, 5] } as const;
    const flowers = { name: 'flowers-102', files: FLOWER_FILES, counts: [10, 2] } as const;
    const cases = [
      ['another number of images', { ...omniglot, counts: [16, 5] as const }, {}],
      ['holds no drawing', omniglot, { 'images_background.zip': makeZip({ x: '' }) }],
      ['points outside of it', omniglot, { 'images_background.zip': makeZip({ '../x.png': '' }) }],
      ['does not hold the official runs', omniglot, { 'all_runs.zip': makeZip({ x: '' }) }],
      ['do not belong together', flowers, { '102flowers.tgz': makeTgz({ 'jpg/image_00001.jpg': '' }) }],
      ['points outside of it', flowers, { '102flowers.tgz': makeTgz({ '../image_00001.jpg': '' }) }],
      ['has no matrix "labels"', flowers, { 'imagelabels.mat': SETID_MAT }],
    ] as const;
    for (const [i, [message, { name, files, counts }, wrong]] of cases.entries()) {
      const entry = serve(name, { ...files, ...wrong }, counts);
      await expect(get(entry, { cache: join(root, `cache ${i}`) }), message).rejects.toThrow(message);
      expect(readdirSync(root).filter((found) => !found.startsWith('cache'))).toEqual([]);
    }
  });

  it('does not touch a folder that holds something else', async () => {
    mkdirSync(join(root, 'out'));
    writeFileSync(join(root, 'out', 'thesis.txt'), 'mine');
    const entry = serve('omniglot', OMNIGLOT_FILES, [15, 5]);
    await expect(get(entry)).rejects.toMatchObject({ code: 'E_CONFIG' });
    expect(readdirSync(join(root, 'out'))).toEqual(['thesis.txt']);
    expect(server.requests).toEqual([]);
    const out = join(root, 'new');
    await get(entry, { out });
    const flowers = serve('flowers-102', FLOWER_FILES, [10, 2]);
    await expect(get(flowers, { out })).rejects.toThrow('received: omniglot');
  });

  it('fails before the first byte when the disk is too small', async () => {
    const entry = serve('omniglot', OMNIGLOT_FILES, [15, 5]);
    const large = { ...entry, files: entry.files.map((file) => ({ ...file, sizeBytes: 2 ** 52 })) };
    await expect(get(large)).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    expect(server.requests).toEqual([]);
  });

  it('stops when it is interrupted, and leaves no half folder', async () => {
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    const job = {
      signal: controller.signal,
      onProgress: ({ kind }: CatalogEvent) => kind === 'unpack' && controller.abort(reason),
    };
    await expect(get(serve('omniglot', OMNIGLOT_FILES, [15, 5]), job as Partial<GetDatasetJob>)).rejects.toBe(
      reason,
    );
    expect(readdirSync(root)).toEqual(['cache']);
  });

  it('names the nearest data set', async () => {
    await expect(get('fashon-mnist')).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('did you mean "fashion-mnist"?'),
    });
    await expect(get('flowers')).rejects.toThrow('did you mean "flowers-102"?');
    await expect(getDataset({ dataset: 'mnist', mirorr: 'x' } as never)).rejects.toThrow('mirror');
  });
});

describe('the catalogue', () => {
  it('lists what is in the cache', async () => {
    const cache = putFolder({ 'imagelabels.mat': LABELS_MAT }, 'flowers-102');
    const listed = await listDatasets(cache);
    expect(listed.map(({ entry, cached }) => [entry.name, cached])).toEqual([
      ['mnist', []],
      ['fashion-mnist', []],
      ['omniglot', []],
      ['flowers-102', ['imagelabels.mat']],
      ['products-10k', []],
    ]);
  });

  it('has whole checksums, secure names and an address or a way by hand for every file', () => {
    for (const { name, files, byHand, licence } of CATALOG) {
      expect(licence.text, name).not.toBe('');
      for (const file of files) {
        for (const sum of [file.sha256, file.contentSha256])
          if (sum !== undefined) expect(sum, file.name).toMatch(/^[0-9a-f]{64}$/);
        expect(file.urls.length > 0 || byHand !== undefined, file.name).toBe(true);
        for (const url of file.urls) expect(url.endsWith(`/${file.name}`), url).toBe(true);
      }
    }
  });

  it('keeps downloads where the system says', () => {
    expect(defaultCacheFolder({ SAMESAME_CACHE: '/x' })).toBe('/x');
    expect(defaultCacheFolder({ XDG_CACHE_HOME: '/y' })).toBe('/y/samesame/datasets');
    expect(defaultCacheFolder({})).toMatch(/\.cache\/samesame\/datasets$/);
  });
});

describe.skipIf(!existsSync(shared))('real files (need ../shared/data)', () => {
  it('takes Fashion-MNIST that was compressed anew', async () => {
    const { numImages, numClasses, files } = await get('fashion-mnist', { mirror: shared });
    expect({ numImages, numClasses, by: files[0].by }).toEqual({
      numImages: 70_000,
      numClasses: 10,
      by: 'published',
    });
  });

  it('serves and unpacks drawings of Omniglot and its official runs', async () => {
    const small = await openZip(join(shared, 'omniglot/official_images_background_small1.zip'));
    const entries: Record<string, Uint8Array> = {};
    for (const name of small.names.filter((name) => /small1\/Early_Aramaic\/.*png$/.test(name)))
      entries[name.replace('_small1', '')] = await small.read(name);
    small.close();
    const runs = readFileSync(join(shared, 'omniglot/official_all_runs.zip'));
    const tested = drawings('evaluation', { Tibetan: 2 });
    const files = {
      'images_background.zip': makeZip(entries),
      'images_evaluation.zip': makeZip(tested),
      'all_runs.zip': runs,
    };
    const { out } = await get(serve('omniglot', files, [22 * 20 + 6, 24]));
    const { set } = await openDataset(out);
    expect(set.classNames.filter((name) => name.startsWith('Early_Aramaic/'))).toHaveLength(22);
    expect(Buffer.compare(readFileSync(join(out, 'all_runs.zip')), runs)).toBe(0);
  });
});
