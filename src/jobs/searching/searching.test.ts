import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeImageFolder } from '../../../test/tiny-images.ts';
import { saveTinyModel } from '../../../test/tiny-model.ts';
import { loadModel } from '../../model/load.ts';
import type { Model } from '../../model/model.ts';
import { storeIdentity } from '../../search/store/identity.ts';
import { openStore } from '../../search/store/open.ts';
import type { VectorStore } from '../../search/store/types.ts';
import { indexImages } from '../indexing/index-images.ts';
import { copyFound } from './copy-found.ts';
import { moveQuery } from './queries.ts';
import { searchImages } from './search-images.ts';

let root: string;
let photos: string;
let model: Model;
let store: VectorStore;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-searching-'));
  photos = await makeImageFolder(join(root, 'photos'), {
    classes: ['bars', 'discs', 'slopes'],
    imagesPerClass: 4,
  });
  model = await loadModel(await saveTinyModel(join(root, 'model')));
  store = await openStore(join(root, 'store'), { identity: storeIdentity(model.config) });
  await indexImages(model, store, [photos]);
});
afterAll(async () => {
  await store.close();
  await model.close();
  await rm(root, { recursive: true, force: true });
});
const at = (name: string) => join(photos, name);
const namesOf = (found: readonly { readonly record: { readonly path: string } }[]) =>
  found.map(({ record }) => record.path.slice(photos.length + 1));

describe('searchImages', () => {
  it('finds as the model measures, by file, by path and by id', async () => {
    const outside = join(root, 'outside.png');
    await cp(at('discs/01.png'), outside);
    const { queries } = await searchImages({ model, store, queries: [outside, at('discs/01.png')], k: 20 });
    const [byFile, byPath] = queries;
    expect(namesOf(byFile.found)[0]).toBe('discs/01.png');
    expect(byFile.found).toHaveLength(12);
    expect(namesOf(byPath.found)).toEqual(namesOf(byFile.found).slice(1));
    for (const { record, distance, comparison } of byFile.found) {
      const asked = await model.compareFiles(outside, record.path);
      expect(distance).toBeCloseTo(asked.distance, 5);
      expect(comparison!.verdict).toBe(asked.verdict);
    }
    const byId = await searchImages({ model, store, queries: [byFile.found[0].record.id], k: 20 });
    expect(byId.queries[0].found).toEqual(byPath.found);
  });

  it('goes toward what is liked and away from what is not', async () => {
    const moreLike = [at('discs/00.png'), at('discs/01.png')];
    const without = await searchImages({
      model,
      store,
      queries: [],
      moreLike,
      lessLike: [at('bars/00.png')],
      k: 50,
    });
    expect(without.queries.map(({ name }) => name)).toEqual(['more like these']);
    expect(without.queries[0].found).toHaveLength(9);
    expect(without.queries[0].found[0].comparison).toBeUndefined();
    const query = at('slopes/00.png');
    const alone = namesOf((await searchImages({ model, store, queries: [query], k: 50 })).queries[0].found);
    const pulled = await searchImages({ model, store, queries: [query], moreLike, k: 50 });
    const rank = (names: string[]) => names.indexOf('discs/02.png');
    expect(rank(namesOf(pulled.queries[0].found))).toBeLessThan(rank(alone));
  });

  it('names bad queries among good ones, and fails where there is nothing to ask', async () => {
    const bad = join(root, 'bad.png');
    await writeFile(bad, 'no image');
    const result = await searchImages({ model, store, queries: [bad, at('bars/00.png')], k: 1 });
    expect(result.queries).toHaveLength(1);
    expect(result.bad).toEqual([{ id: bad, reason: expect.stringMatching(/not an image/) }]);
    const failures = [
      [[bad], 'E_IMAGE'],
      [['nothing.png'], 'E_NOT_FOUND'],
      [[photos], 'E_USAGE'],
      [[], 'E_USAGE'],
    ] as const;
    for (const [queries, code] of failures)
      await expect(searchImages({ model, store, queries })).rejects.toMatchObject({ code });
  });

  it('copies what was found, and names what has gone since', async () => {
    const result = await searchImages({
      model,
      store,
      queries: [at('bars/00.png'), at('bars/01.png')],
      k: 11,
    });
    const gone = at('slopes/03.png');
    await cp(gone, join(root, 'kept.png'));
    await rm(gone);
    const folder = join(root, 'copies');
    expect(await copyFound(folder, result.queries)).toEqual([
      { id: gone, reason: 'there is no such file now' },
      { id: gone, reason: 'there is no such file now' },
    ]);
    await cp(join(root, 'kept.png'), gone);
    expect(await readdir(folder)).toEqual(['1 00.png', '2 01.png']);
    expect(await readdir(join(folder, '1 00.png'))).toHaveLength(10);
    await expect(copyFound(folder, result.queries)).rejects.toMatchObject({ code: 'E_CONFIG' });
    await mkdir(join(root, 'empty'));
    await copyFound(join(root, 'empty'), []);
  });
});

describe('moveQuery', () => {
  it('is Rocchio, with weights that sum to 1', () => {
    const q = Float32Array.of(1, 0);
    const more = [Float32Array.of(0, 2), Float32Array.of(0, 4)];
    const less = [Float32Array.of(4, 0)];
    // (1·[1, 0] + .75·[0, 3] − .25·[4, 0]) / 1.5
    expect([...moveQuery(q, more, less, false)]).toEqual([0, 1.5]);
    expect([...moveQuery(q, more, less, true)]).toEqual([0, 1]);
    expect([...moveQuery(undefined, more, [], false)]).toEqual([0, 3]);
    expect([...moveQuery(q, [], [], false)]).toEqual([1, 0]);
    // Opposite points cancel out, and nothing is divided by nothing.
    expect([...moveQuery(undefined, [q, Float32Array.of(-1, 0)], [], true)]).toEqual([0, 0]);
  });
});
