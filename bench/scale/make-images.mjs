// A folder of small JPEG images, one sub-folder a class, made quickly: a class has a few pictures with noise of their
// own, and each file is one of them with a comment that makes its bytes its own.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { createRandom } from '../../dist/base/random.js';
import { forEachInParallel } from '../../dist/data/parallel.js';

const SIZE = 32;
const PICTURES_PER_CLASS = 8;
const NUM_WRITES = 8;

/** @param {string} folder @param {{ numImages: number, numClasses: number }} counts */
export async function makeImages(folder, { numImages, numClasses }) {
  const pictures = [];
  for (let c = 0; c < numClasses; c++) {
    await mkdir(join(folder, nameOf(c)), { recursive: true });
    pictures.push(await Promise.all(Array.from({ length: PICTURES_PER_CLASS }, (_, i) => drawPicture(c, i))));
  }
  await forEachInParallel(numImages, NUM_WRITES, async (index) => {
    const c = index % numClasses;
    const number = Math.floor(index / numClasses);
    const bytes = withComment(pictures[c][number % PICTURES_PER_CLASS], index);
    await writeFile(join(folder, nameOf(c), `${number}.jpg`), bytes);
  });
}

/** @param {number} c */
const nameOf = (c) => `class-${String(c).padStart(4, '0')}`;

/** Waves whose direction and colour are the class's own. @param {number} c @param {number} number */
function drawPicture(c, number) {
  const look = createRandom(`class/${c}`);
  const [across, down] = [look.normal(), look.normal()];
  const colour = [look.integer(160), look.integer(160), look.integer(160)];
  const random = createRandom(`picture/${c}/${number}`);
  const phase = 6 * random.uniform();
  const data = new Uint8ClampedArray(SIZE * SIZE * 3);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [Math.floor(i / 3) % SIZE, Math.floor(i / (3 * SIZE))];
    data[i] = colour[i % 3] + 48 + 48 * Math.sin((across * x + down * y) / 2 + phase) + 10 * random.normal();
  }
  return sharp(data, { raw: { width: SIZE, height: SIZE, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
}

/** The JPEG with a comment segment behind its first marker. @param {Buffer} jpeg @param {number} number */
function withComment(jpeg, number) {
  const segment = Buffer.alloc(8);
  segment.writeUInt16BE(0xfffe, 0);
  segment.writeUInt16BE(6, 2);
  segment.writeUInt32BE(number, 4);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}
