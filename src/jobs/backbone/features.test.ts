import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyBackbone } from '../../../test/tiny-backbone.ts';
import { makeImageFolder } from '../../../test/tiny-images.ts';
import { openDataset } from '../../data/sources/open.ts';
import { readTrainConfig } from '../../train/config.ts';
import { prepareFeatures } from './features.ts';
import { openBackbone } from './open.ts';

let root: string;
let images: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-prepare-features-'));
  images = await makeImageFolder(join(root, 'images'), { imagesPerClass: 14 });
  await writeFile(join(root, 'tiny.onnx'), tinyBackbone());
});
afterAll(() => rm(root, { recursive: true }));

/** What was prepared, and how often the frozen part was said to be run, on how many images and views. */
async function prepare(folder: string, cache: string) {
  const config = readTrainConfig({
    backbone: join(root, 'tiny.onnx'),
    pixels: { scale: 'symmetric' },
    image: { height: 32, width: 32, channels: 3, resize: 'fit' },
    views: 2,
  });
  const notes: string[] = [];
  const data = await prepareFeatures(await openDataset(folder), config, await openBackbone(config), {
    cache: join(root, cache),
    numThreads: 1,
    onEvent: (event) => event.kind === 'note' && notes.push(event.message),
  });
  const fills = notes.filter((text) => text.startsWith('the frozen part'));
  return { ...data, features: data.features!, fills };
}

describe('prepareFeatures', () => {
  it('decodes a photo once for itself and its views', async () => {
    const { features, splits, fills } = await prepare(images, 'good');
    const numRows = 4 * 14 + 2 * splits.train.length;
    expect(fills).toEqual([expect.stringContaining(`run once: ${numRows} images and views of them, about`)]);
    await features.close();
    const again = await prepare(images, 'good');
    expect(again.fills).toEqual([]);
    await again.features.close();
  });

  it('adds the views that are missing where a bad image changes the split', async () => {
    const folder = join(root, 'flawed');
    await cp(images, folder, { recursive: true });
    await writeFile(join(folder, 'bars/03.png'), 'no image');
    const { features, splits } = await prepare(folder, 'flawed-cache');
    expect(features.bad.map(({ id }) => id)).toEqual(['bars/03.png']);
    const { train } = splits;
    const [first, second] = [1, 2].map(() => new Uint16Array(train.length * features.rowLength));
    await features.gather(train, new Int32Array(train.length).fill(1), first);
    await features.gather(train, new Int32Array(train.length).fill(2), second);
    expect(first).not.toEqual(second);
    await features.close();
  });
});
