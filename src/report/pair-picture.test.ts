import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawPairPicture, type PairPicture, writePairPicture } from './pair-picture.ts';

/** An image of one colour. */
function plain(height: number, width: number, color: readonly [number, number, number], name: string) {
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => color[i % 3]);
  return { pixels, shape: { height, width, channels: 3 as const }, name };
}

const PAIR: PairPicture = {
  left: plain(8, 8, [250, 0, 0], 'red<1>.png'),
  // Twice as high as wide: it leaves room at both sides.
  right: plain(16, 8, [0, 0, 250], `${'long & '.repeat(10)}blue.png`),
  distance: 1.2345,
  threshold: 0.5,
  probability: 0.0123,
  verdict: 'different',
};

/** Text is drawn with the fonts of the machine; a bare container has none. */
const letters = await sharp(
  Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><text y="30">MM</text></svg>'),
).stats();
const hasFonts = letters.channels[3].max > 0;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samesame-pair-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The colour at a place of a picture file. */
async function colorAt(path: string, left: number, top: number): Promise<number[]> {
  const pixel = sharp(path).removeAlpha().extract({ left, top, width: 1, height: 1 });
  return [...(await pixel.raw().toBuffer())];
}

describe('a picture of a pair', () => {
  it('says what the model says, and escapes names', async () => {
    const svg = await drawPairPicture(PAIR);
    expect(svg).toContain('≠ not similar');
    expect(svg).toContain('distance 1.234, the same below 0.500 · probability of being the same 1.23\u202f%');
    expect(svg).toContain('red&lt;1&gt;.png');
    expect(svg).toMatch(/>…[^<]{36,60}blue\.png</);
    expect(svg).not.toMatch(/<1>|NaN|undefined/);
    expect(await drawPairPicture({ ...PAIR, verdict: 'same' })).toContain('= similar');
  });

  it.each(['pair.png', 'pair.webp', 'pair.JPG'])('is written as %s, left at the left', async (name) => {
    const path = join(folder, name);
    await writePairPicture(path, PAIR);
    const { width, height } = await sharp(path).metadata();
    expect([width, height]).toEqual([736, 476]);
    const close = (color: readonly number[]) => color.map((value) => Math.round(value / 50));
    expect(close(await colorAt(path, 30, 30))).toEqual([5, 0, 0]);
    expect(close(await colorAt(path, 354, 354))).toEqual([5, 0, 0]);
    expect(close(await colorAt(path, 544, 190))).toEqual([0, 0, 5]);
    // Beside the narrow image is ground, not a stretched image.
    expect(close(await colorAt(path, 390, 190))).toEqual([5, 5, 5]);
  });

  it.skipIf(!hasFonts)('has the colour of its verdict, and text that can be seen', async () => {
    const numInked = async (verdict: PairPicture['verdict'], isInk: (r: number, b: number) => boolean) => {
      const path = join(folder, `${verdict}.png`);
      await writePairPicture(path, { ...PAIR, verdict });
      const words = sharp(path).removeAlpha().extract({ left: 0, top: 400, width: 300, height: 40 });
      const rgb = await words.raw().toBuffer();
      let count = 0;
      for (let i = 0; i < rgb.length; i += 3) if (isInk(rgb[i], rgb[i + 2])) count++;
      return count;
    };
    expect(await numInked('different', (r, b) => r > 150 && b < 60)).toBeGreaterThan(300);
    expect(await numInked('same', (r, b) => r < 60 && b > 130)).toBeGreaterThan(300);
  });

  it('is an SVG without loading anything', async () => {
    const path = join(folder, 'pair.svg');
    await writePairPicture(path, PAIR);
    const svg = await readFile(path, 'utf8');
    expect(svg).toBe(await drawPairPicture(PAIR));
    expect(svg.match(/href="(?!data:image\/png;base64,)/g)).toBeNull();
  });

  it('refuses another extension, and names the nearest', async () => {
    await expect(writePairPicture(join(folder, 'pair.jpgg'), PAIR)).rejects.toThrow(
      /received: \.jpgg\n {2}help: did you mean \.jpg/,
    );
    await expect(writePairPicture(join(folder, 'pair'), PAIR)).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});
