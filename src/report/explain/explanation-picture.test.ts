import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawExplanation, type ExplainedPhoto, writeExplanationPicture } from './explanation-picture.ts';
import { inferno } from './inferno.ts';

const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

/** A white photo with heat in its left half. */
function photo(height: number, width: number, seen = WHOLE): ExplainedPhoto {
  const values = Float32Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? 1 : 0));
  const heat = { height: 4, width: 4, values };
  return {
    photo: {
      pixels: new Uint8Array(height * width * 3).fill(255),
      shape: { height, width, channels: 3 },
      name: 'a<b>.jpg',
    },
    seen,
    product: heat,
    occlusion: { ...heat, values: values.map((value) => 1 - value) },
    level: 1,
  };
}

const PICTURE = {
  left: photo(40, 40),
  right: photo(40, 20),
  verdict: 'same',
  distance: 0.25,
  threshold: 0.5,
  probability: 0.9,
  rankCorrelation: -1,
  sentence: `The marked parts carry ${'a lot '.repeat(30)}.`,
  rule: 'half of the heat',
} as const;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samesame-explanation-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function colorAt(path: string, left: number, top: number): Promise<number[]> {
  return [...(await sharp(path).removeAlpha().extract({ left, top, width: 1, height: 1 }).raw().toBuffer())];
}

describe('a picture of an explanation', () => {
  it('says what was found, escapes names, and breaks a long sentence', async () => {
    const svg = await drawExplanation(PICTURE);
    expect(svg).toContain('= similar');
    expect(svg).toContain('distance 0.250, the same below 0.500');
    expect(svg).toContain('rank correlation with the above -1.00');
    expect(svg).toContain('a&lt;b&gt;.jpg');
    expect(svg.match(/>[^<]*a lot[^<]*</g)!.length).toBeGreaterThan(1);
    expect(svg).not.toMatch(/<b>|NaN|undefined|Infinity/);
    expect(svg.match(/href="(?!data:image\/png;base64,)/g)).toBeNull();
  });

  it('puts the heat where it belongs, in both rows, and none beside a narrow photo', async () => {
    const path = join(folder, 'why.png');
    await writeExplanationPicture(path, PICTURE);
    // Panels are 380 wide from (28, 134); the second row is 440 below.
    const [hot, cold] = [await colorAt(path, 70, 320), await colorAt(path, 370, 320)];
    expect(hot[0] - hot[2]).toBeGreaterThan(40);
    expect(cold[2]).toBeGreaterThanOrEqual(cold[0] - 4);
    expect(await colorAt(path, 370, 760)).toEqual(hot);
    expect(await colorAt(path, 430, 320)).toEqual([0xf1, 0xef, 0xea]);
    const narrow = await colorAt(path, 424 + 100 + 30, 320);
    expect(narrow[0] - narrow[2]).toBeGreaterThan(40);
  });

  it('veils what a cropping model does not see, and keeps heat off it', async () => {
    const path = join(folder, 'cropped.png');
    const seen = { left: 0.25, top: 0, width: 0.5, height: 1 };
    await writeExplanationPicture(path, { ...PICTURE, left: photo(40, 40, seen) });
    expect(await colorAt(path, 50, 320)).toEqual([255, 255, 255]);
    const hot = await colorAt(path, 28 + 120, 320);
    expect(hot[0] - hot[2]).toBeGreaterThan(40);
  });

  it('has one row where there is no feature map, and no outline where nothing is marked', async () => {
    const side = { ...photo(8, 8), product: undefined, level: Number.POSITIVE_INFINITY };
    const svg = await drawExplanation({ ...PICTURE, left: side, right: side, rankCorrelation: null });
    expect(svg.match(/<path d="[^"]+"/g)).toBeNull();
    expect(svg).toContain('How much farther apart with this part hidden');
    expect(svg).not.toContain('The check');
    const two = await drawExplanation(PICTURE);
    expect(Number(/height="(\d+)"/.exec(two)![1]) - Number(/height="(\d+)"/.exec(svg)![1])).toBe(440);
  });

  it.each(['why.webp', 'why.JPG', 'why.svg'])('is written as %s', async (name) => {
    const path = join(folder, name);
    await writeExplanationPicture(path, PICTURE);
    if (name.endsWith('svg')) expect(await readFile(path, 'utf8')).toBe(await drawExplanation(PICTURE));
    else expect((await sharp(path).metadata()).width).toBe(832);
    await expect(writeExplanationPicture(join(folder, 'why.pgn'), PICTURE)).rejects.toMatchObject({
      code: 'E_USAGE',
    });
  });
});

it('inferno gets lighter evenly, and takes what is outside as its ends', () => {
  const lightness = Array.from({ length: 101 }, (_, i) => {
    const [red, green, blue] = inferno(i / 100).map((value) => (value / 255) ** 2.2);
    return Math.cbrt(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  });
  for (let i = 1; i < lightness.length; i++) expect(lightness[i]).toBeGreaterThan(lightness[i - 1]);
  expect(inferno(-3)).toEqual([0, 0, 4]);
  expect(inferno(7)).toEqual([252, 255, 164]);
});
