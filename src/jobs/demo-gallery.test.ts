import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeRuntime } from '../../test/gradcheck.ts';
import { saveTinyModel } from '../../test/serve/tiny-model.ts';
import { openStore } from '../search/store/open.ts';
import { makeDemoGallery } from './demo-gallery.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-gallery-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('writes the images that it is given as files, in a store with their labels, in the place of a former one', async () => {
  const [model, out] = [join(root, 'model'), join(root, 'gallery')];
  await saveTinyModel(model);
  await mkdir(join(out, 'images'), { recursive: true });
  await writeFile(join(out, 'images', 'former.png'), 'x');
  const data = Uint8Array.from({ length: 6 * 4 * 5 }, (_, i) => (i * 37) % 256);
  const progress: number[][] = [];
  const address = await makeDemoGallery({
    model,
    set: { labels: Int32Array.of(0, 1, 0, 1, 0, 1), classNames: ['even', 'odd'] },
    pixels: { kind: 'decoded', height: 4, width: 5, channels: 1, data },
    images: Int32Array.of(1, 2, 5),
    out,
    seed: 1,
    runtime: nodeRuntime,
    onProgress: (done, total) => progress.push([done, total]),
  });
  expect((await readdir(join(out, 'images'), { recursive: true })).sort()).toEqual([
    'even',
    'even/2.png',
    'odd',
    'odd/1.png',
    'odd/5.png',
  ]);
  const pixels = await sharp(join(out, 'images/odd/5.png')).greyscale().raw().toBuffer();
  expect(new Uint8Array(pixels)).toEqual(data.slice(100, 120));
  const store = await openStore(address);
  expect([await store.count(), await store.count({ labels: ['odd'] })]).toEqual([3, 2]);
  await store.close();
  expect(progress.at(-1)).toEqual([3, 3]);
});
