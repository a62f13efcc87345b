import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { createRandom, type Random } from '../src/base/random.ts';
import type { TrainOptions } from '../src/train/config.ts';

/** What is drawn for each class. Colours and places vary, so that raw pixels do not tell them apart for certain. */
const SHAPES = {
  bars: (x: number, _y: number, phase: number) => Math.sin(x * 1.6 + phase),
  beams: (_x: number, y: number, phase: number) => Math.sin(y * 1.6 + phase),
  discs: (x: number, y: number, phase: number) => 1 - Math.hypot(x - 8 - phase, y - 8 + phase) / 4,
  slopes: (x: number, y: number, phase: number) => Math.sin((x + y) * 1.1 + phase),
} as const;

export const CLASS_NAMES = Object.keys(SHAPES) as (keyof typeof SHAPES)[];

/** One generated image as PNG bytes: a square of 16 to 28 pixels, grey with noise. */
export function drawImage(name: keyof typeof SHAPES, random: Random): Promise<Buffer> {
  const size = 16 + random.integer(13);
  const phase = random.uniform() * 3;
  const pixels = Uint8Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [((i % size) * 16) / size, (Math.floor(i / size) * 16) / size];
    const value = 128 + 90 * SHAPES[name](x, y, phase) + 12 * random.normal();
    return Math.max(0, Math.min(255, value));
  });
  return sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

/** A folder of generated images, one folder a class: `bars/00.png` … */
export async function makeImageFolder(
  folder: string,
  { classes = CLASS_NAMES, imagesPerClass = 20, seed = 1 } = {},
): Promise<string> {
  for (const name of classes) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < imagesPerClass; i++) {
      const path = join(folder, name, `${String(i).padStart(2, '0')}.png`);
      await writeFile(path, await drawImage(name, createRandom(`${seed}/${name}/${i}`)));
    }
  }
  return folder;
}

/** Options as if none had been given, over those of a quick run. */
export const noOptions = (): TrainOptions =>
  Object.fromEntries(Object.keys(QUICK_RUN).map((key) => [key, undefined]));

/** A run that takes a second, with everything in it: several epochs of several batches, augmentation, held-out parts. */
export const QUICK_RUN = {
  network: 'protocol-a',
  image: { height: 16, width: 16, channels: 1 },
  epochs: 3,
  batchSize: 16,
  validationPairs: 60,
  testPairs: 80,
} as const satisfies TrainOptions;
