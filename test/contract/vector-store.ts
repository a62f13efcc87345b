import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { imageId } from '../../src/search/store/identity.ts';
import type { OpenStoreOptions } from '../../src/search/store/open.ts';
import type {
  ImageRecord,
  ImageRows,
  JsonValue,
  StoreFilter,
  StoreIdentity,
  VectorStore,
} from '../../src/search/store/types.ts';

/** What the suite needs to know of an engine. */
export interface StoreMaker {
  setUp(): Promise<void>;
  tearDown(): Promise<void>;
  /** The address of a store that is not there yet. */
  newAddress(): string;
  open(address: string, options: OpenStoreOptions): Promise<VectorStore>;
  /** What `snapshot` is given, and the address of the store that it makes. */
  snapshotOf(address: string): { readonly target: string; readonly address: string };
}

const SIZE = 8;
export const IDENTITY: StoreIdentity = { model: 'a'.repeat(64), distance: 'euclidean', embeddingSize: SIZE };

/** A record with everything that is not said filled in. */
export function recordOf(path: string, parts: Partial<ImageRecord> = {}): ImageRecord {
  return {
    id: imageId(path),
    path,
    contentHash: 'c'.repeat(64),
    model: IDENTITY.model,
    sizeBytes: 1234,
    modifiedMs: 1_700_000_000_123,
    label: null,
    metadata: {},
    ...parts,
  };
}

/** Rows in four clusters, with labels, times and metadata that differ. */
export function makeRows(numRows: number, prefix = '/photos', seed = 'rows'): ImageRows {
  const random = createRandom(seed);
  const vectors = new Float32Array(numRows * SIZE);
  const records = Array.from({ length: numRows }, (_, i) => {
    for (let d = 0; d < SIZE; d++) vectors[i * SIZE + d] = 4 * Number(d === i % 4) + random.normal();
    return recordOf(`${prefix}/${i % 4}/${i}.jpg`, {
      contentHash: String(i),
      label: i % 5 === 0 ? null : `class ${i % 4}`,
      modifiedMs: 1_000_000 + i,
      metadata: { n: i, even: i % 2 === 0, camera: { model: i % 3 === 0 ? 'O\'Brien "7"' : 'Box' } },
    });
  });
  return { records, vectors };
}

/** The nearest rows by a loop in float64. */
function nearestByLoop(
  { records, vectors }: ImageRows,
  query: Float32Array,
  k: number,
  matches: (record: ImageRecord) => boolean = () => true,
) {
  const found = records.flatMap((record, i) => {
    let sum = 0;
    for (let d = 0; d < SIZE; d++) sum += (query[d] - vectors[i * SIZE + d]) ** 2;
    return matches(record) ? [{ id: record.id, distance: Math.sqrt(sum) }] : [];
  });
  return found.sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1)).slice(0, k);
}

async function collect<T>(parts: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

/** What every engine has to do, and equally. */
export function describeVectorStore(name: string, maker: StoreMaker): void {
  describe(`vector store: ${name}`, () => {
    let address: string;
    let store: VectorStore;
    beforeAll(() => maker.setUp(), 120_000);
    afterAll(() => maker.tearDown());
    beforeEach(async () => {
      address = maker.newAddress();
      store = await maker.open(address, { identity: IDENTITY });
      return () => store.close();
    });
    const reopen = async (options: OpenStoreOptions = {}) => {
      await store.close();
      store = await maker.open(address, options);
    };

    it('keeps rows over a reopening, with every field as it was', async () => {
      const awkward = [
        "/p/it's.jpg",
        '/p/new\nline "q" \\ %_.jpg',
        '/p/é😀漢.jpg',
        '/p/); DROP TABLE images;--',
      ];
      const metadata: { [key: string]: JsonValue } = {
        text: 'it\'s "q" \\ é😀',
        number: -1.5e-7,
        list: [1, 'a', null, true],
        deep: { "we'ird.key": { x: 1 } },
      };
      const records = awkward.map((path) => recordOf(path, { label: path, metadata }));
      const vectors = Float32Array.from({ length: 4 * SIZE }, (_, i) => Math.fround(i / 3 - 1e-7));
      await store.add({ records, vectors });
      await store.writeNotes({ model: '/runs/a' });
      await reopen();
      expect(store.identity).toEqual(IDENTITY);
      expect(await store.readNotes()).toEqual({ model: '/runs/a' });
      const found = await store.get(records.map(({ id }) => id));
      expect(found.records).toEqual(records);
      expect(found.vectors).toEqual(vectors);
      for (const path of awkward) {
        expect(await store.count({ pathPrefix: path })).toBe(1);
        expect(await store.count({ labels: [path] })).toBe(1);
      }
      expect(await store.count({ where: [{ field: ['deep', "we'ird.key", 'x'], is: '=', value: 1 }] })).toBe(
        4,
      );
      expect(
        await store.count({ where: [{ field: ['text'], is: '=', value: metadata.text as string }] }),
      ).toBe(4);
    });

    it('takes the beginning of a path letter by letter, also past the last letters there are', async () => {
      const last = String.fromCodePoint(0x10ffff);
      const paths = [
        '/p/a',
        '/p/aé',
        '/p/a\ud7ff',
        '/p/a\ue000',
        '/p/a😀',
        `/p/a${last}`,
        `/p/a${last}${last}`,
        '/p/b',
      ];
      const records = paths.map((path) => recordOf(path));
      await store.add({ records, vectors: new Float32Array(paths.length * SIZE) });
      for (const pathPrefix of ['', '/p/', ...paths, last])
        expect([pathPrefix, await store.count({ pathPrefix })]).toEqual([
          pathPrefix,
          paths.filter((path) => path.startsWith(pathPrefix)).length,
        ]);
    });

    it('adds only what is not there, replaces by upsert, deletes, and counts', async () => {
      const rows = makeRows(12);
      await store.add(rows);
      await expect(store.add(makeRows(13))).rejects.toMatchObject({ code: 'E_STORE' });
      expect(await store.count()).toBe(12);
      const changed = { ...rows.records[3], label: 'new', sizeBytes: 2 ** 40, metadata: {} };
      const added = recordOf('/other.jpg');
      const vectors = new Float32Array(2 * SIZE).fill(7);
      await store.upsert({ records: [changed, added], vectors });
      await store.upsert({ records: [changed, added], vectors });
      expect(await store.count()).toBe(13);
      expect((await store.records([changed.id, 'nobody', added.id])).get(changed.id)).toEqual(changed);
      const found = await store.get([added.id, 'nobody', changed.id]);
      expect(found.records).toEqual([added, changed]);
      expect(found.vectors).toEqual(vectors);
      expect(await store.delete([changed.id, 'nobody', changed.id])).toBe(1);
      expect(await store.delete([])).toBe(0);
      expect(await store.count()).toBe(12);
      const ids = (await collect(store.list())).flat().map(({ id }) => id);
      expect(ids.sort()).toEqual(
        [...rows.records.filter((_, i) => i !== 3), added].map(({ id }) => id).sort(),
      );
    });

    it('draws rows by chance, each once, and tells that rows have changed by another version', async () => {
      const rows = makeRows(30);
      const versions = [await store.version()];
      await store.add(rows);
      versions.push(await store.version());
      expect(await store.version()).toBe(versions[1]);
      for (const [numRows, numDrawn] of [
        [7, 7],
        [99, 30],
      ]) {
        const { records, vectors } = await store.sample(numRows);
        expect(new Set(records.map(({ id }) => id)).size).toBe(numDrawn);
        const place = rows.records.findIndex(({ id }) => id === records[3].id);
        expect(vectors.slice(3 * SIZE, 4 * SIZE)).toEqual(
          rows.vectors.slice(place * SIZE, (place + 1) * SIZE),
        );
      }
      const [first] = rows.records;
      await store.upsert({ records: [{ ...first, label: 'b' }], vectors: rows.vectors.slice(0, SIZE) });
      versions.push(await store.version());
      await store.delete([first.id]);
      versions.push(await store.version());
      expect(new Set(versions).size).toBe(4);
    });

    it('reads all rows that match through, with their embeddings', async () => {
      const rows = makeRows(40);
      await store.add(rows);
      const parts = await collect(store.scan({ labels: ['class 1'] }));
      const found = new Map(
        parts.flatMap(({ records, vectors }) =>
          records.map(({ id }, i) => [id, vectors.slice(i * SIZE, (i + 1) * SIZE)] as const),
        ),
      );
      const wanted = rows.records.flatMap(({ id, label }, i) =>
        label === 'class 1' ? [[id, rows.vectors.slice(i * SIZE, (i + 1) * SIZE)] as const] : [],
      );
      expect(found).toEqual(new Map(wanted));
    });

    const FILTERS: readonly (readonly [string, StoreFilter, (record: ImageRecord) => boolean])[] = [
      ['nothing', {}, () => true],
      [
        'labels',
        { labels: ['class 1', 'class 2'] },
        ({ label }) => label === 'class 1' || label === 'class 2',
      ],
      ['no label at all', { labels: [] }, () => false],
      ['path prefix', { pathPrefix: '/photos/2/' }, ({ path }) => path.startsWith('/photos/2/')],
      [
        'dates',
        { modifiedFromMs: 1_000_010, modifiedBeforeMs: 1_000_020 },
        ({ modifiedMs }) => modifiedMs >= 1_000_010 && modifiedMs < 1_000_020,
      ],
      [
        'a number',
        { where: [{ field: ['n'], is: '>=', value: 30 }] },
        ({ metadata }) => (metadata.n as number) >= 30,
      ],
      [
        'another number',
        { where: [{ field: ['n'], is: '!=', value: 7 }] },
        ({ metadata }) => metadata.n !== 7,
      ],
      [
        'a truth',
        { where: [{ field: ['even'], is: '=', value: true }] },
        ({ metadata }) => metadata.even === true,
      ],
      [
        'text inside',
        { where: [{ field: ['camera', 'model'], is: '=', value: 'O\'Brien "7"' }] },
        ({ metadata }) => (metadata.camera as { model: string }).model !== 'Box',
      ],
      [
        'text in order',
        { where: [{ field: ['camera', 'model'], is: '<', value: 'Boxer' }] },
        ({ metadata }) => (metadata.camera as { model: string }).model === 'Box',
      ],
      ['text against a number', { where: [{ field: ['n'], is: '>', value: 'a' }] }, () => false],
      ['a number against text', { where: [{ field: ['camera', 'model'], is: '<', value: 5 }] }, () => false],
      ['a field that is not there', { where: [{ field: ['nothing'], is: '!=', value: 5 }] }, () => false],
      [
        'an injection',
        { labels: ["' OR 1=1 --"], where: [{ field: ["x') = '1' OR ('1"], is: '=', value: "' OR '1'='1" }] },
        () => false,
      ],
      [
        'several at once',
        { labels: ['class 1'], pathPrefix: '/photos/', where: [{ field: ['n'], is: '<', value: 20 }] },
        ({ label, metadata }) => label === 'class 1' && (metadata.n as number) < 20,
      ],
    ];

    it('finds the nearest, alone and under every kind of filter, as a plain loop does', async () => {
      const rows = makeRows(60);
      await store.add(rows);
      const queries = makeRows(3, '/q', 'queries').vectors;
      for (const [filterName, filter, matches] of FILTERS) {
        expect([filterName, await store.count(filter)]).toEqual([
          filterName,
          rows.records.filter(matches).length,
        ]);
        const { answers, recall } = await store.search(queries, { k: 7, filter });
        expect(recall).toBeUndefined();
        for (const [i, { method, neighbours }] of answers.entries()) {
          const wanted = nearestByLoop(rows, queries.subarray(i * SIZE, (i + 1) * SIZE), 7, matches);
          expect(method).toBe('exact');
          expect(neighbours.map(({ record }) => record.id)).toEqual(wanted.map(({ id }) => id));
          for (const [j, { distance }] of neighbours.entries())
            expect(distance).toBeCloseTo(wanted[j].distance, 12);
        }
      }
    });

    it('gives all there are where k is larger, and leaves out what it is told to', async () => {
      const rows = makeRows(5);
      await store.add(rows);
      const query = rows.vectors.slice(0, SIZE);
      const { answers } = await store.search(query, { k: 50 });
      expect(answers[0].neighbours).toHaveLength(5);
      expect(answers[0].neighbours[0]).toEqual({ record: rows.records[0], distance: 0 });
      const exceptIds = [rows.records[0].id];
      const without = await store.search(query, { k: 4, filter: { exceptIds } });
      expect(without.answers[0].neighbours.map(({ record }) => record.id)).toEqual(
        answers[0].neighbours.slice(1).map(({ record }) => record.id),
      );
      expect(await store.count({ exceptIds })).toBe(4);
      expect(await store.search(new Float32Array(0), { k: 1 })).toEqual({ answers: [] });
    });

    it('answers an empty store with nothing', async () => {
      expect(await store.count()).toBe(0);
      expect(await collect(store.scan())).toEqual([]);
      const { answers } = await store.search(new Float32Array(SIZE), { k: 3 });
      expect(answers).toEqual([{ method: 'exact', neighbours: [] }]);
      expect(await store.compact()).toEqual({ numRows: 0 });
    });

    it('measures by cosine where that is the distance, also from a point without direction', async () => {
      const identity: StoreIdentity = { ...IDENTITY, distance: 'cosine' };
      const cosine = await maker.open(maker.newAddress(), { identity });
      const vectors = new Float32Array(2 * SIZE);
      vectors.set([3, 4], 0);
      vectors.set([-8, 6], SIZE);
      await cosine.add({ records: [recordOf('/a'), recordOf('/b')], vectors });
      const query = new Float32Array(SIZE);
      query[0] = 2;
      const { answers } = await cosine.search(query, { k: 2 });
      expect(answers[0].neighbours.map(({ record }) => record.path)).toEqual(['/a', '/b']);
      expect(answers[0].neighbours[0].distance).toBeCloseTo(1 - 0.6, 12);
      expect(answers[0].neighbours[1].distance).toBeCloseTo(1 + 0.8, 12);
      await cosine.close();
    });

    it('builds an index of a large store, says what it finds, and still gives k under any filter', async () => {
      await reopen({ exactNumbers: 300 * SIZE });
      const rows = makeRows(600);
      await store.add(rows);
      const queries = makeRows(5, '/q', 'queries').vectors;
      expect((await store.search(queries, { k: 10 })).answers.every(({ method }) => method === 'exact')).toBe(
        true,
      );
      const { recall, numRows } = await store.compact();
      expect(numRows).toBe(600);
      expect(recall).toMatchObject({ k: 10, numRows: 600 });
      expect(recall!.recall).toBeGreaterThan(0.9);
      const answer = await store.search(queries, { k: 10 });
      expect(answer.recall).toEqual(recall);
      let numFound = 0;
      for (const [i, { method, neighbours }] of answer.answers.entries()) {
        expect(method).toBe('approximate');
        const wanted = nearestByLoop(rows, queries.subarray(i * SIZE, (i + 1) * SIZE), 10);
        numFound += neighbours.filter(({ record }) => wanted.some(({ id }) => id === record.id)).length;
      }
      expect(numFound / 50).toBeGreaterThan(0.9);
      const exact = await store.search(queries, { k: 10, method: 'exact' });
      expect(exact.recall).toBeUndefined();
      expect(exact.answers[0].neighbours.map(({ record }) => record.id)).toEqual(
        nearestByLoop(rows, queries.subarray(0, SIZE), 10).map(({ id }) => id),
      );
      // Columns have indices of their own now; they say what a look at every row says.
      for (const [filterName, filter, matches] of FILTERS) {
        const count = await store.count(filter);
        expect([filterName, count]).toEqual([filterName, rows.records.filter(matches).length]);
        const { answers } = await store.search(queries.slice(0, SIZE), { k: 7, filter });
        if (answers[0].method !== 'exact') continue;
        const wanted = nearestByLoop(rows, queries.subarray(0, SIZE), 7, matches);
        expect(answers[0].neighbours.map(({ record }) => record.id)).toEqual(wanted.map(({ id }) => id));
      }
      // Few match, and far from the query: an index that filters afterwards would come back with nothing.
      const rare: StoreFilter = { where: [{ field: ['n'], is: '>=', value: 588 }], labels: ['class 3'] };
      const matching = rows.records.filter(
        ({ metadata, label }) => (metadata.n as number) >= 588 && label === 'class 3',
      );
      const far = new Float32Array(SIZE).fill(-5);
      for (const method of ['auto', 'approximate'] as const) {
        const { answers } = await store.search(far, { k: 10, filter: rare, method });
        expect(answers[0].neighbours).toHaveLength(matching.length);
        expect(answers[0].method).toBe('exact');
      }
      // Rows that come after the index are found, too, and those that went are not.
      const late = recordOf('/late.jpg');
      await store.upsert({ records: [late], vectors: new Float32Array(SIZE).fill(50) });
      await store.delete([rows.records[0].id]);
      const after = await store.search(new Float32Array(SIZE).fill(50), { k: 1 });
      expect(after.answers[0].neighbours[0].record).toEqual(late);
      const gone = await store.search(rows.vectors.slice(0, SIZE), { k: 1 });
      expect(gone.answers[0].neighbours[0].record.id).not.toBe(rows.records[0].id);
      await store.compact();
      expect(await store.count()).toBe(600);
      expect(
        (await store.search(new Float32Array(SIZE).fill(50), { k: 1 })).answers[0].neighbours[0].record,
      ).toEqual(late);
    });

    it('copies itself to a place where it opens again', async () => {
      const rows = makeRows(8);
      await store.add(rows);
      const { target, address: copy } = maker.snapshotOf(address);
      await store.snapshot(target);
      await store.delete([rows.records[0].id]);
      const copied = await maker.open(copy, { identity: IDENTITY });
      expect(await copied.count()).toBe(8);
      expect((await copied.get([rows.records[0].id])).vectors).toEqual(rows.vectors.slice(0, SIZE));
      await copied.delete([rows.records[1].id]);
      expect(await store.count()).toBe(7);
      await copied.close();
      await expect(store.snapshot(target)).rejects.toMatchObject({ code: 'E_STORE' });
    });

    it("refuses another model's or another distance's embeddings by name, and a store that is not there", async () => {
      const others: StoreIdentity[] = [
        { ...IDENTITY, model: 'b'.repeat(64) },
        { ...IDENTITY, distance: 'cosine' },
        { ...IDENTITY, embeddingSize: SIZE + 1 },
      ];
      for (const identity of others) {
        const failure = await maker.open(address, { identity }).catch((error) => error);
        expect(failure).toMatchObject({ code: 'E_STORE', details: { held: IDENTITY, asked: identity } });
      }
      const record = recordOf('/a.jpg', { model: 'b'.repeat(64) });
      await expect(store.add({ records: [record], vectors: new Float32Array(SIZE) })).rejects.toMatchObject({
        code: 'E_STORE',
      });
      await expect(maker.open(maker.newAddress(), {})).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    });

    it('refuses what it cannot keep or answer, and stays as it was', async () => {
      const rows = makeRows(3);
      await store.add(rows);
      const query = new Float32Array(SIZE);
      const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
        ['E_CONFIG', () => store.search(query, { k: 0 })],
        ['E_CONFIG', () => store.search(query, { k: 1.5 })],
        ['E_SHAPE', () => store.search(new Float32Array(SIZE + 1), { k: 1 })],
        ['E_NAN', () => store.search(new Float32Array(SIZE).fill(Number.NaN), { k: 1 })],
        ['E_CONFIG', () => store.search(query, { k: 1, filter: { modifiedFromMs: Number.NaN } })],
        [
          'E_CONFIG',
          () => store.search(query, { k: 1, filter: { where: [{ field: [], is: '=', value: 1 }] } }),
        ],
        ['E_CONFIG', () => store.count({ where: [{ field: ['a'], is: '= 1 OR 1' as '=', value: 1 }] })],
        ['E_SHAPE', () => store.add({ records: [recordOf('/x')], vectors: new Float32Array(1) })],
        [
          'E_NAN',
          () => store.upsert({ records: [recordOf('/x')], vectors: new Float32Array(SIZE).fill(Infinity) }),
        ],
        [
          'E_CONFIG',
          () =>
            store.upsert({ records: [recordOf('/x'), recordOf('/x')], vectors: new Float32Array(2 * SIZE) }),
        ],
        [
          'E_CONFIG',
          () =>
            store.upsert({ records: [recordOf('/x', { label: 'a\0b' })], vectors: new Float32Array(SIZE) }),
        ],
      ];
      for (const [code, call] of calls) await expect(call()).rejects.toMatchObject({ code });
      expect(await store.count()).toBe(3);
    });
  });
}
