import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import type { Site } from '../../bench/web/site.mjs';
import { type OpenedSite, showSite } from './browser.ts';
import type { WindowWithLibrary } from './window.ts';

/** Rows by an id that is their place; vectors of two numbers, so that distances can be worked out by hand. */
const POINTS = [
  [0, 0],
  [3, 4],
  [0, 1],
  [-3, -4],
  [6, 8],
];

/** What a store of vectors keeps to, in a page of a real browser. */
export function describeVectors(open: () => OpenedSite): void {
  let page: Page;
  let site: Site;
  beforeAll(() => {
    ({ page, site } = open());
  });

  /** Opens the store of a name with the points in it, once. */
  async function fill(name: string): Promise<void> {
    await page.evaluate(
      async ({ name, points }) => {
        const { samesame } = window as unknown as WindowWithLibrary;
        const store = await samesame.openVectors(name, { embeddingSize: 2, modelFingerprint: 'one' });
        await store.clear();
        await store.add(
          points.map((_, i) => ({ id: `${i}`, label: i % 2 === 0 ? 'even' : 'odd', metadata: { i } })),
          Float32Array.from(points.flat()),
        );
        await store.close();
      },
      { name, points: POINTS },
    );
  }

  it('finds the nearest, by distance and then by id, among those that match', async () => {
    await fill('nearest');
    const found = await page.evaluate(async () => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const store = await samesame.openVectors('nearest', { embeddingSize: 2, modelFingerprint: 'one' });
      const origin = new Float32Array(2);
      const of = async (k: number, filter?: object) =>
        (await store.search(origin, { k, filter })).map(({ id, distance }) => [id, distance]);
      const answers = {
        all: await of(10),
        two: await of(2),
        even: await of(10, { labels: ['even'] }),
        none: await of(10, { labels: [] }),
        except: await of(1, { exceptIds: ['0'] }),
        where: await of(10, { where: { i: 3 } }),
        counts: [await store.count(), await store.count({ labels: ['odd'] })],
        got: await store
          .get(['4', 'nobody', '1'])
          .then(({ items, vectors }) => ({ items, vectors: [...vectors] })),
      };
      await store.close();
      return answers;
    });
    expect(found).toEqual({
      all: [
        ['0', 0],
        ['2', 1],
        ['1', 5],
        ['3', 5],
        ['4', 10],
      ],
      two: [
        ['0', 0],
        ['2', 1],
      ],
      even: [
        ['0', 0],
        ['2', 1],
        ['4', 10],
      ],
      none: [],
      except: [['2', 1]],
      where: [['3', 5]],
      counts: [5, 2],
      got: {
        items: [
          { id: '4', label: 'even', metadata: { i: 4 } },
          { id: '1', label: 'odd', metadata: { i: 1 } },
        ],
        vectors: [6, 8, 3, 4],
      },
    });
  });

  it('keeps what was added, replaced and removed over a reload', async () => {
    await fill('kept');
    const removed = await page.evaluate(async () => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const store = await samesame.openVectors('kept', { embeddingSize: 2, modelFingerprint: 'one' });
      await store.upsert([{ id: '1' }, { id: 'new' }], Float32Array.of(7, 7, 9, 9));
      return store.delete(['0', 'nobody']);
    });
    expect(removed).toBe(1);
    await showSite(page, site);
    const kept = await page.evaluate(async () => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const store = await samesame.openVectors('kept', { embeddingSize: 2, modelFingerprint: 'one' });
      const { items, vectors } = await store.get(['0', '1', '2', '3', '4', 'new']);
      const count = await store.count();
      await store.close();
      return { count, ids: items.map(({ id, label }) => [id, label]), vectors: [...vectors] };
    });
    expect(kept).toEqual({
      count: 5,
      ids: [
        ['1', null],
        ['2', 'even'],
        ['3', 'odd'],
        ['4', 'even'],
        ['new', null],
      ],
      vectors: [7, 7, 0, 1, -3, -4, 6, 8, 9, 9],
    });
  });

  it('refuses another model’s vectors by name, until the store is deleted', async () => {
    await fill('refused');
    const answers = await page.evaluate(async () => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const tell = (error: Error & { code?: string }) => [error.code, error.message];
      const open = (options: object) =>
        samesame
          .openVectors('refused', { embeddingSize: 2, modelFingerprint: 'one', ...options })
          .then((store) => store.count(), tell);
      const answers = {
        model: await open({ modelFingerprint: 'another' }),
        distance: await open({ distance: 'cosine' }),
        size: await open({ embeddingSize: 3 }),
        comparator: await open({ distance: 'comparator' }),
        misspelt: await open({ fingerprint: 'one' }),
        same: await open({}),
      };
      await samesame.deleteVectors('refused');
      return { ...answers, anew: await open({ modelFingerprint: 'another' }) };
    });
    const refusal = [
      'E_STORE',
      expect.stringContaining('the store refused holds the embeddings of another model'),
    ];
    expect(answers).toEqual({
      model: refusal,
      distance: refusal,
      size: refusal,
      comparator: ['E_CONFIG', expect.stringContaining('"distance":"comparator"')],
      misspelt: ['E_CONFIG', expect.stringContaining('openVectors has no option "fingerprint"')],
      same: 5,
      anew: 0,
    });
    expect((answers.model as string[])[1]).toContain('model another');
  });

  it('changes all or nothing, and says what is wrong', async () => {
    await fill('whole');
    const answers = await page.evaluate(async () => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const store = await samesame.openVectors('whole', { embeddingSize: 2, modelFingerprint: 'one' });
      const tell = (error: Error & { code?: string }) =>
        error instanceof DOMException ? error.name : error.code;
      const aborted = new AbortController();
      const late = store
        .upsert([{ id: 'late' }], new Float32Array(2), { signal: aborted.signal })
        .catch(tell);
      aborted.abort();
      const answers = [
        await store.add([{ id: 'x' }, { id: '3' }], new Float32Array(4)).catch(tell),
        await store.add([{ id: 'x' }], new Float32Array(3)).catch(tell),
        await store.add([{ id: 'x' }], Float32Array.of(0, Number.NaN)).catch(tell),
        await store.add([{ id: 'x' }, { id: 'x' }], new Float32Array(4)).catch(tell),
        await store.add([{ id: 'x', metadata: { f: (() => 1) as never } }], new Float32Array(2)).catch(tell),
        await store.search(new Float32Array(2), { k: 0 }).catch(tell),
        await store.search(new Float32Array(3), { k: 1 }).catch(tell),
        await store.search(new Float32Array(2), { k: 1, filter: { label: 'odd' } as never }).catch(tell),
        await store.import(new Blob(['nothing'])).catch(tell),
        await late,
      ];
      const count = await store.count();
      const left = await store.get(['x', 'late']).then(({ items }) => items.length);
      await store.close();
      return { answers, count, left, closed: await store.count().catch(tell) };
    });
    expect(answers).toEqual({
      answers: [
        'E_STORE',
        'E_SHAPE',
        'E_NAN',
        'E_CONFIG',
        'E_CONFIG',
        'E_CONFIG',
        'E_SHAPE',
        'E_CONFIG',
        'E_DATA',
        'AbortError',
      ],
      count: 5,
      left: 0,
      closed: 'E_CONFIG',
    });
  });

  it('keeps what it has where the browser gives no more room', async () => {
    // A browser remembers for a while how much room it found, so that it is told in a profile that has asked for none yet.
    const context = await page.context().browser()!.newContext();
    const other = await context.newPage();
    const debug = await context.newCDPSession(other);
    const { origin } = new URL(site.url);
    await debug.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 300_000 });
    await showSite(other, site);
    const add = (name: string, count: number) =>
      other.evaluate(
        async ({ name, count }) => {
          const { samesame } = window as unknown as WindowWithLibrary;
          const store = await samesame.openVectors('full', { embeddingSize: 2, modelFingerprint: 'one' });
          const items = Array.from({ length: count }, (_, i) => ({ id: `${name} ${i}`, metadata: { i } }));
          const told = await store.add(items, new Float32Array(2 * count).fill(1)).then(
            () => 'added',
            ({ code, message }) => `${code} ${message}`,
          );
          const [{ id }] = await store.search(Float32Array.of(0, 0), { k: 1 });
          const found = { told, numRows: await store.count(), nearest: id };
          await store.close();
          return found;
        },
        { name, count },
      );
    expect(await add('first', 5)).toEqual({ told: 'added', numRows: 5, nearest: 'first 0' });
    const refused = await add('many', 20_000);
    expect(refused).toMatchObject({ numRows: 5, nearest: 'first 0' });
    expect(refused.told).toMatch(/^E_DISK_FULL the store full could not be read or written/);
    expect(refused.told).toContain('nothing of this change was kept');
    await debug.send('Storage.overrideQuotaForOrigin', { origin });
    expect(await add('many', 20_000)).toEqual({ told: 'added', numRows: 20_005, nearest: 'first 0' });
    await context.close();
  });

  it('goes to a file and comes back in another store of the same model', async () => {
    await fill('from');
    const found = await page.evaluate(async () => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const options = { embeddingSize: 2, modelFingerprint: 'one' };
      const from = await samesame.openVectors('from', options);
      const to = await samesame.openVectors('to', options);
      const other = await samesame.openVectors('other', { ...options, modelFingerprint: 'another' });
      const file = await from.export();
      const header = new TextDecoder().decode(await file.slice(8, 120).arrayBuffer());
      return {
        header,
        imported: await to.import(file),
        nearest: await to.search(Float32Array.of(3, 4), { k: 1 }),
        other: await other.import(file).catch((error) => error.code),
      };
    });
    expect(found).toEqual({
      header: expect.stringContaining('samesame-vectors'),
      imported: 5,
      nearest: [{ id: '1', label: 'odd', metadata: { i: 1 }, distance: 0 }],
      other: 'E_STORE',
    });
  });

  it('sees what another tab of the same browser does', async () => {
    await fill('shared');
    const other = await page.context().newPage();
    await showSite(other, site);
    const count = (tab: Page) =>
      tab.evaluate(async () => {
        const { samesame } = window as unknown as WindowWithLibrary;
        const held = window as unknown as { store?: Awaited<ReturnType<typeof samesame.openVectors>> };
        held.store ??= await samesame.openVectors('shared', { embeddingSize: 2, modelFingerprint: 'one' });
        return held.store.count();
      });
    expect([await count(page), await count(other)]).toEqual([5, 5]);
    for (const [tab, id] of [
      [other, 'a'],
      [page, 'b'],
    ] as const) {
      await tab.evaluate(async (id) => {
        const { store } = window as unknown as {
          store: { add(items: object[], vectors: Float32Array): Promise<void> };
        };
        await store.add([{ id }], new Float32Array(2));
      }, id);
    }
    expect([await count(page), await count(other)]).toEqual([7, 7]);
    await other.close();
  });

  it('holds 100,000 rows and no more, and finds among them what a plain loop finds', async () => {
    const found = await page.evaluate(async () => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const [numRows, size] = [100_000, 16];
      const store = await samesame.openVectors('full', { embeddingSize: size, modelFingerprint: 'one' });
      let state = 1;
      const vectors = new Float32Array(numRows * size).map(() => {
        state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
        return state / 0x7fffffff;
      });
      const items = Array.from({ length: numRows }, (_, i) => ({ id: `${i}` }));
      await store.add(items, vectors);
      const query = vectors.slice(5 * size, 6 * size);
      const expected = items
        .map(({ id }, row) => {
          let sum = 0;
          for (let d = 0; d < size; d++) sum += (query[d] - vectors[row * size + d]) ** 2;
          return { id, distance: Math.sqrt(sum) };
        })
        .sort((a, b) => a.distance - b.distance)
        .slice(0, 20);
      const nearest = await store.search(query, { k: 20 });
      const more = await store.add([{ id: 'more' }], new Float32Array(size)).catch((error) => error.code);
      await store.upsert([{ id: '7' }], query);
      const count = await store.count();
      await samesame.deleteVectors('full');
      return {
        expected,
        nearest: nearest.map(({ id, distance }) => ({ id, distance })),
        more,
        count,
      };
    });
    expect(found.nearest).toEqual(found.expected);
    expect(found.nearest[0]).toEqual({ id: '5', distance: 0 });
    expect([found.more, found.count]).toEqual(['E_STORE', 100_000]);
  });
}
