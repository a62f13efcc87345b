import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/data/sources/open.ts';

import { drawMap, type MapJob } from '../../src/jobs/map.ts';
import { evenly } from '../../src/jobs/paint-frames.ts';
import { decodeSafetensors } from '../../src/train/safetensors.ts';
import { nodeRuntime } from '../gradcheck.ts';
import { makeImageFolder } from '../tiny-images.ts';
import { checksumsOf, failureOf, runOnOneThread } from './job.ts';

let root: string;
let images: string;
let plain: Awaited<ReturnType<typeof runOnOneThread>>['run'];
let framed: Awaited<ReturnType<typeof runOnOneThread>>['run'];
const config = { batchSize: 8, network: 'compact', embeddingSize: 2 } as const;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-map-'));
  images = await makeImageFolder(join(root, 'images'));
  ({ run: plain } = await runOnOneThread(images, join(root, 'plain'), { config }));
  ({ run: framed } = await runOnOneThread(images, join(root, 'framed'), { config, every: 6 }));
});
afterAll(() => rm(root, { recursive: true }));

const stepsIn = async (run: string) =>
  (await readdir(join(run, 'frames'))).filter((name) => name.endsWith('.safetensors')).sort();

describe('frames', () => {
  // 56 images in batches of 8: three epochs of seven steps.
  const EXPECTED = [0, 6, 12, 18, 21].map((step) => `step-${String(step).padStart(7, '0')}.safetensors`);

  it('are kept every few steps, at the beginning and at the end, and are the pages of the animation', async () => {
    expect(await stepsIn(framed.run)).toEqual(EXPECTED);
    expect(framed.animation).toBe(join(framed.run, 'animation.gif'));
    const { pages } = await sharp(framed.animation!, { animated: true }).metadata();
    expect(pages).toBe(EXPECTED.length);
    const pictures = (await readdir(join(framed.run, 'frames'))).filter((name) => name.endsWith('.png'));
    expect(pictures).toHaveLength(EXPECTED.length);
  });

  it('hold the embeddings of the held-out images, which change', async () => {
    const paths = [EXPECTED[0], EXPECTED[4]].map((name) => join(framed.run, 'frames', name));
    const files = await Promise.all(paths.map(async (path) => decodeSafetensors(await readFile(path), path)));
    const [first, last] = files.map(({ tensors }) => tensors.get('embeddings')!);
    expect(first.shape).toEqual([framed.data.splits.test.length, 2]);
    expect(first.data).not.toEqual(last.data);
  });

  it('do not change the run', async () => {
    expect(plain.animation).toBeUndefined();
    expect(await readdir(plain.run)).not.toContain('frames');
    expect(await checksumsOf(framed.model)).toEqual(await checksumsOf(plain.model));
  });

  it('go on where a run was interrupted, and those of a replaced run are gone', async () => {
    const out = join(root, 'resumed');
    const stop = new AbortController();
    let numSteps = 0;
    await failureOf(
      runOnOneThread(images, out, {
        config,
        every: 6,
        signal: stop.signal,
        onEvent: ({ kind }) => {
          if (kind === 'step' && ++numSteps === 13) stop.abort(new Error('enough'));
        },
      }),
    );
    expect(await stepsIn(out)).toEqual(EXPECTED.slice(0, 3));
    const { run } = await runOnOneThread(images, out, { config, every: 6, resume: true });
    expect(await stepsIn(out)).toEqual(EXPECTED);
    expect(await readFile(run.animation!)).toEqual(await readFile(framed.animation!));

    const { run: replaced } = await runOnOneThread(images, out, { config, every: 21, overwrite: true });
    expect(await stepsIn(replaced.run)).toEqual([EXPECTED[0], EXPECTED[4]]);
  });

  it('cannot be kept every half step', async () => {
    const job = runOnOneThread(images, join(root, 'half'), { config, every: 0.5 });
    expect(await failureOf(job)).toMatchObject({ code: 'E_CONFIG' });
  });

  it('are thinned to the pages that there may be, ends included', () => {
    expect(evenly([1, 2, 3], 5)).toEqual([1, 2, 3]);
    expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8], 4)).toEqual([0, 3, 5, 8]);
  });
});

describe('drawMap', () => {
  const map = async (job: Partial<MapJob> = {}, data = images) =>
    drawMap({
      model: plain.run,
      dataset: await openDataset(data, { labels: 'optional' }),
      out: [],
      runtime: nodeRuntime,
      ...job,
    });

  it('draws what the run held out, by what the path asks for', async () => {
    const out = ['map.svg', 'map.png', 'map.html'].map((name) => join(root, name));
    const drawn = await map({ out });
    expect(drawn).toMatchObject({ method: 'embedding', part: 'held-out' });
    expect([...drawn.images].sort()).toEqual([...plain.data.splits.test].sort());
    const svg = await readFile(out[0], 'utf8');
    expect(svg.match(/fill-opacity/g)).toHaveLength(drawn.images.length);
    for (const name of plain.data.set.classNames) expect(svg).toContain(`>${name}<`);
    expect(await sharp(out[1]).metadata()).toMatchObject({ format: 'png', width: 1980, height: 1600 });
    const data = /id="map-data">(.*?)<\/script>/s.exec(await readFile(out[2], 'utf8'))![1];
    const { places, neighbours } = JSON.parse(data);
    expect(places).toHaveLength(2 * drawn.images.length);
    expect(neighbours[0]).toHaveLength(6);
  });

  it('draws all images, or some by the seed', async () => {
    expect((await map({ split: 'all' })).images).toHaveLength(80);
    const some = await map({ split: 'all', maxImages: 20, seed: 3, method: 'pca' });
    expect(some.images).toHaveLength(20);
    expect(some.numFound).toBe(80);
    expect(await map({ split: 'all', maxImages: 20, seed: 3, method: 'pca' })).toEqual(some);
    expect((await map({ split: 'all', maxImages: 20, seed: 4 })).images).not.toEqual(some.images);
  });

  it('needs no labels and no second image', async () => {
    const folder = await makeImageFolder(join(root, 'one'), { classes: ['bars'], imagesPerClass: 1 });
    const out = ['one.svg', 'one.html'].map((name) => join(root, name));
    const drawn = await map({ out, thumbnails: true }, join(folder, 'bars'));
    expect(drawn).toMatchObject({ part: 'all', numFound: 1, points: [expect.any(Array)] });
    expect(await readFile(out[0], 'utf8')).toContain('<image');
  });

  it('animates the frames of a run again', async () => {
    const out = ['again.gif', 'again.webp'].map((name) => join(root, name));
    await map({ model: framed.run, out });
    expect(await readFile(out[0])).toEqual(await readFile(framed.animation!));
    expect(await sharp(out[1], { animated: true }).metadata()).toMatchObject({ format: 'webp', pages: 5 });
    expect(await failureOf(map({ out }))).toMatchObject({ code: 'E_NOT_FOUND' });
    expect(await failureOf(map({ model: framed.run, out, split: 'all' }))).toMatchObject({
      code: 'E_CONFIG',
    });
  });

  it('refuses a path or a split that there is not', async () => {
    expect(await failureOf(map({ out: ['map.pdf'] }))).toMatchObject({ code: 'E_CONFIG' });
    const other = await makeImageFolder(join(root, 'other'), { seed: 9, imagesPerClass: 2 });
    expect(await failureOf(map({ split: 'test' }, other))).toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('no test split'),
    });
  });
});
