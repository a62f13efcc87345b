/**
 * Makes a folder of photos and of edited copies of them, with the list of which belong together.
 * node bench/duplicates/make-set.mjs PHOTOS OUT [--photos N] [--seed S]
 *
 * OUT/photos/0001-original.jpg, 0001-crop-20.jpg, …; OUT/truth.csv has the columns path,group,edit.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { createRandom } from '../../dist/base/random.js';
import { listImages } from '../../dist/data/sources/walk.js';
import { EDITS } from './edits.mjs';

/**
 * @param {string} photos @param {string} out @param {{ numPhotos?: number, seed?: string, skip?: readonly string[] }} options
 * @returns {Promise<{ path: string, group: string, edit: string }[]>}
 */
export async function makeSet(photos, out, { numPhotos = 1e9, seed = '0', skip = [] } = {}) {
  const found = (await listImages(photos)).paths.filter((path) => !skip.includes(path));
  const order = createRandom(seed)
    .fork('photos')
    .shuffle(Int32Array.from({ length: found.length }, (_, i) => i));
  const chosen = [...order.slice(0, numPhotos)].sort((a, b) => a - b).map((i) => found[i]);
  mkdirSync(join(out, 'photos'), { recursive: true });
  const rows = [];
  sharp.concurrency(1);
  for (const [i, path] of chosen.entries()) {
    const group = String(i).padStart(4, '0');
    const photo = readFileSync(join(photos, path));
    const { autoOrient: size } = await sharp(photo).metadata();
    writeFileSync(join(out, 'photos', `${group}-original.jpg`), photo);
    rows.push({ path: `${group}-original.jpg`, group, edit: 'original' });
    for (const { name, ending, apply } of EDITS) {
      const random = createRandom(seed).fork(path, name);
      const file = `${group}-${name}${ending}`;
      writeFileSync(join(out, 'photos', file), await apply(photo, size, random));
      rows.push({ path: file, group, edit: name });
    }
  }
  const lines = rows.map(({ path, group, edit }) => `${path},${group},${edit}`);
  writeFileSync(join(out, 'truth.csv'), `path,group,edit\n${lines.join('\n')}\n`);
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [photos, out, ...rest] = process.argv.slice(2);
  const flag = (/** @type {string} */ name) =>
    rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined;
  const rows = await makeSet(photos, out, {
    numPhotos: Number(flag('--photos') ?? 1e9),
    seed: flag('--seed'),
  });
  console.log(`${rows.length} images in ${out}/photos, ${out}/truth.csv says which belong together`);
}
