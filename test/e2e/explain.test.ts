import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { readMnist } from '../../src/data/sources/mnist.ts';
import type { DecodedPixels, ImageSet } from '../../src/data/types.ts';
import { explain } from '../../src/jobs/explain/explain.ts';
import { train } from '../../src/jobs/train.ts';
import { nodeRuntime } from '../gradcheck.ts';

const SIDE = 32;
const HALF = SIDE / 2;
const NUM_IMAGES = 200;
/** Row and column of the quarter that holds the digit. */
const places: (readonly [row: number, column: number])[] = [];
let root = '';
let set: ImageSet;

/** Zeros and ones at half size, each in a quarter of a noisy image that is drawn by chance. */
async function composeImages(): Promise<ImageSet> {
  const mnist = await readMnist('train');
  const digits = (mnist.pixels as DecodedPixels).data;
  const random = createRandom('corners');
  const sources = [...mnist.labels.keys()].filter((i) => mnist.labels[i] < 2).slice(0, NUM_IMAGES);
  const data = Uint8Array.from({ length: NUM_IMAGES * SIDE * SIDE }, () => random.integer(120));
  for (const [n, source] of sources.entries()) {
    const place = [random.integer(2), random.integer(2)] as const;
    places.push(place);
    for (let i = 0; i < 14 * 14; i++) {
      const [y, x] = [Math.floor(i / 14), i % 14];
      const target = (n * SIDE + place[0] * HALF + 1 + y) * SIDE + place[1] * HALF + 1 + x;
      data[target] = Math.max(data[target], digits[source * 784 + 2 * y * 28 + 2 * x]);
    }
  }
  return {
    name: 'corners',
    numImages: NUM_IMAGES,
    labels: Int32Array.from(sources, (source) => mnist.labels[source]),
    classNames: ['zero', 'one'],
    id: String,
    pixels: { kind: 'decoded', height: SIDE, width: SIDE, channels: 1, data },
  };
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-explain-'));
  set = await composeImages();
  await train({
    dataset: { format: 'npz', set },
    out: join(root, 'run'),
    config: { epochs: 4, batchSize: 40, augment: 'none', validationPairs: 200, testPairs: 200 },
    tensorboard: false,
    runtime: nodeRuntime,
  });
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function writeImage(n: number): Promise<string> {
  const { data } = set.pixels as DecodedPixels;
  const path = join(root, `${n}.png`);
  const image = data.slice(n * SIDE * SIDE, (n + 1) * SIDE * SIDE);
  await sharp(image, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(path);
  return path;
}

/** Of the heat above 0, the share in the quarter that holds the digit. */
function shareAtDigit(heat: Float32Array, [row, column]: readonly [number, number]): number {
  let [inside, total] = [0, 0];
  for (const [i, value] of heat.entries()) {
    const warm = Math.max(0, value);
    total += warm;
    if (Math.floor(i / SIDE / HALF) === row && Math.floor((i % SIDE) / HALF) === column) inside += warm;
  }
  return inside / total;
}

describe('a trained model', () => {
  it('is explained by the digits and not by the noise around them', async () => {
    const shares: { product: number; occlusion: number }[] = [];
    for (let i = 0; shares.length < 8; i++) {
      const isElsewhere = (j: number) => places[j][0] !== places[i][0] || places[j][1] !== places[i][1];
      const j = set.labels.findIndex((label, j) => j > i && label === set.labels[i] && isElsewhere(j));
      const { sides, method } = await explain({
        model: join(root, 'run'),
        left: await writeImage(i),
        right: await writeImage(j),
        runtime: nodeRuntime,
      });
      expect(method).toBe('path');
      for (const [side, n] of [i, j].entries()) {
        const { product, occlusion } = sides[side];
        shares.push({
          product: shareAtDigit(product!, places[n]),
          occlusion: shareAtDigit(occlusion, places[n]),
        });
      }
    }
    const meanOf = (key: 'product' | 'occlusion') =>
      shares.reduce((sum, share) => sum + share[key], 0) / shares.length;
    // By chance a quarter.
    expect(meanOf('product')).toBeGreaterThan(0.4);
    expect(meanOf('occlusion')).toBeGreaterThan(0.4);
  });

  it('is drawn into the file that was asked for', async () => {
    const out = join(root, 'why.svg');
    const left = await writeImage(0);
    const { sentence } = await explain({
      model: join(root, 'run', 'model'),
      left,
      right: left,
      out,
      runtime: nodeRuntime,
    });
    expect(await readFile(out, 'utf8')).toContain(sentence.split(' ').slice(0, 4).join(' '));
    const job = { model: join(root, 'run'), left, right: join(root, 'none.png'), runtime: nodeRuntime };
    await expect(explain(job)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(explain({ ...job, out: 'why.gif' })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('stops where it is told to', async () => {
    const left = await writeImage(0);
    const signal = AbortSignal.abort(new Error('enough'));
    const job = { model: join(root, 'run'), left, right: left, runtime: nodeRuntime, signal };
    await expect(explain(job)).rejects.toThrow('enough');
  });
});
