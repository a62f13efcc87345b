import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DuplicatesJob, findDuplicates } from '../../src/jobs/duplicates/find.ts';
import { duplicatesToJson, writeDuplicatesPage } from '../../src/jobs/duplicates/write-page.ts';
import { embedFiles, writeEmbeddings } from '../../src/jobs/embed.ts';
import { indexImages } from '../../src/jobs/indexing/index-images.ts';
import { loadModel } from '../../src/model/load.ts';
import { storeIdentity } from '../../src/search/store/identity.ts';
import { openStore } from '../../src/search/store/open.ts';
import { busyScene } from '../busy-scene.ts';
import { tinyBackbone } from '../tiny-backbone.ts';
import { saveTinyModel } from '../tiny-model.ts';

const SIZE = { width: 240, height: 192 };
let root = '';
const path = (...names: string[]) => join(root, ...names);

/** `library` holds three scenes, `camera` edits of two of them and a scene of its own. */
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'samesame-duplicates-'));
  for (const folder of ['library', 'camera']) mkdirSync(path(folder));
  const [sea, hill, town] = await Promise.all(['sea', 'hill', 'town'].map((name) => busyScene(name, SIZE)));
  for (const [name, scene] of Object.entries({ sea, hill, town }))
    writeFileSync(path('library', `${name}.png`), scene);
  cpSync(path('library/sea.png'), path('camera/copy.png'));
  await sharp(sea).resize(150).jpeg({ quality: 60 }).toFile(path('camera/small.jpg'));
  await sharp(hill)
    .extract({ left: 24, top: 30, width: 190, height: 150 })
    .jpeg()
    .toFile(path('camera/crop.jpg'));
  writeFileSync(path('camera/other.png'), await busyScene('other', SIZE));
  await saveTinyModel(path('model'));
  writeFileSync(path('backbone.onnx'), tinyBackbone());
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** `keeper: member (tier), …` a group, by names without folder and ending. */
async function groupsOf(job: Omit<DuplicatesJob, 'paths'> & { readonly paths: readonly string[] }) {
  const found = await findDuplicates(job);
  const nameOf = (index: number) => found.set.id(index).replace(/^.*\//, '').replace(/\..*$/, '');
  const groups = found.groups.map(
    ({ keeper, members }) =>
      `${nameOf(keeper)}: ${members.map(({ index, tier }) => `${nameOf(index)} (${tier})`).join(', ')}`,
  );
  return { found, groups };
}

describe('findDuplicates', () => {
  it('holds one folder against another: what is in both, its keeper in the other', async () => {
    const { found, groups } = await groupsOf({ paths: [path('camera')], against: [path('library')] });
    expect(groups.sort()).toEqual(['hill: crop (hash)', 'sea: copy (bytes), small (hash)']);
    expect([found.numSearched, found.numCopies]).toEqual([4, 3]);
    expect(found.groups.every(({ keeper }) => keeper >= found.numSearched)).toBe(true);
  });

  it('holds one new image against an index of embeddings by the verdict of its model', async () => {
    const model = await loadModel(path('model'));
    await writeEmbeddings(path('index.npz'), await embedFiles(model, [path('library')]));
    await model.close();
    const { found, groups } = await groupsOf({
      paths: [path('camera/copy.png')],
      against: [path('index.npz')],
      model: path('model'),
    });
    expect(groups).toEqual(['sea: copy (embedding)']);
    expect(found.groups[0].members[0]).toMatchObject({
      distance: 0,
      reason: expect.stringMatching(/^the model says the same: distance 0/),
    });
    // The surer the model must be, the less it finds: nothing reaches a probability of 1 − 1e-9.
    const surer = await groupsOf({
      paths: [path('camera/copy.png')],
      against: [path('index.npz')],
      model: path('model'),
      maxError: 1e-9,
    });
    expect(surer.groups).toEqual([]);
  });

  it('holds one new image against a store, of the same model only', async () => {
    const model = await loadModel(path('model'));
    const store = await openStore(path('library.store'), { identity: storeIdentity(model.config) });
    await indexImages(model, store, [path('library')]);
    await store.close();
    await model.close();
    const job = { paths: [path('camera/copy.png')], against: [path('library.store')] };
    const { found, groups } = await groupsOf({ ...job, model: path('model') });
    expect([groups, found.set.numImages]).toEqual([['sea: copy (embedding)'], 4]);
    const other = await saveTinyModel(path('another'), 'another seed');
    await expect(findDuplicates({ ...job, model: other })).rejects.toMatchObject({ code: 'E_STORE' });
  });

  it('lets a pretrained network propose and the pixels decide, and measures against the truth', async () => {
    writeFileSync(
      path('truth.csv'),
      'path,group\nlibrary/sea.png,sea\ncamera/copy.png,sea\ncamera/small.jpg,sea\nlibrary/hill.png,hill\ncamera/crop.jpg,hill\nlibrary/town.png,town\ncamera/other.png,town\n',
    );
    const { found, groups } = await groupsOf({
      paths: [path('library'), path('camera')],
      tiers: ['embedding'],
      backbone: path('backbone.onnx'),
      pixels: { scale: 'symmetric' },
      truth: path('truth.csv'),
      keep: 'first',
    });
    expect(groups).toEqual(['hill: crop (embedding)', 'sea: copy (embedding), small (embedding)']);
    // By the truth there are 3 + 1 + 1 pairs, and the last is none to the eye.
    expect(found.judgement).toMatchObject({
      numTrue: 5,
      numFound: 4,
      numRight: 4,
      precision: 1,
      recall: 0.8,
    });
    // Each image of `town` has a copy that was not found: (5 × 1 + 2 × 0) / 7.
    expect(found.judgement?.meanAveragePrecision).toBeCloseTo(5 / 7, 12);
  });

  it('writes what it found, side by side, with its reasons', async () => {
    const { found } = await groupsOf({ paths: [path('library'), path('camera')] });
    await writeDuplicatesPage(found, path('page.html'), 'photos');
    const page = readFileSync(path('page.html'), 'utf8');
    expect(page.match(/<img /g)).toHaveLength(5);
    expect(page).toContain('the same file, byte for byte');
    expect(page).toContain('details correlate by');
    expect(duplicatesToJson(found)).toMatchObject({ images: 7, copies: 3, judgement: null });
  });

  it('refuses what contradicts itself', async () => {
    const paths = [path('camera')];
    const refused = (job: Omit<DuplicatesJob, 'paths'>) =>
      expect(findDuplicates({ paths, ...job })).rejects.toMatchObject({ code: 'E_CONFIG' });
    await refused({ tiers: ['embedding'] });
    await refused({ maxError: 0.01 });
    await refused({ maxError: 0.6, model: path('model') });
    await refused({ against: [path('index.npz')] });
  });
});
