import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { decodeImage, type PixelTarget, resizeImage } from '../../data/pixels/decode.ts';
import type { RawImage } from '../../data/pixels/netpbm.ts';
import { flattenOnWhite } from './flatten.ts';
import { resizePixels } from './resize.ts';
import { shrinkAsOnLoad } from './shrink-on-load.ts';

/** Slopes with noise, so that neither a shift nor a blur goes unseen. */
function draw(height: number, width: number, channels: 1 | 3): RawImage {
  const random = createRandom(`${height}x${width}x${channels}`);
  const data = Uint8Array.from({ length: height * width * channels }, (_, i) => {
    const [x, y] = [Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    return Math.max(
      0,
      Math.min(255, 128 + 90 * Math.sin(x / 5 + y / 9 + (i % channels)) + 30 * random.normal()),
    );
  });
  return { data, height, width, channels };
}

const SIZES = [
  [64, 64],
  [97, 131],
  [300, 40],
  [20, 50],
  [213, 160],
  [1, 1],
  [90, 2],
] as const;
const TARGETS = [
  [28, 28],
  [105, 105],
  [50, 20],
] as const;
const RULES = ['fit', 'cover', 'stretch'] as const;

const cases = SIZES.flatMap(([height, width]) =>
  TARGETS.flatMap((target) => RULES.map((resize) => ({ height, width, target, resize }))),
);

function unlike(a: Uint8Array, b: Uint8Array): { share: number; most: number } {
  expect(a.length).toBe(b.length);
  let [count, most] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    count++;
    most = Math.max(most, Math.abs(a[i] - b[i]));
  }
  return { share: count / a.length, most };
}

describe('resizePixels gives what libvips gives', () => {
  it.each(cases)('$height×$width to $target, $resize', async ({ height, width, target, resize }) => {
    for (const [from, channels] of [
      [3, 3],
      [1, 1],
      [3, 1],
    ] as const) {
      const to: PixelTarget = { height: target[0], width: target[1], channels, resize };
      const image = draw(height, width, from);
      expect(unlike(resizePixels(image, to), await resizeImage(image, to))).toEqual({ share: 0, most: 0 });
    }
  });

  it('makes the same grey of a million colours', async () => {
    const random = createRandom('colours');
    const side = 1000;
    const data = Uint8Array.from({ length: side * side * 3 }, () => random.integer(256));
    const to: PixelTarget = { height: side, width: side, channels: 1, resize: 'fit' };
    const image: RawImage = { data, height: side, width: side, channels: 3 };
    expect(unlike(resizePixels(image, to), await resizeImage(image, to))).toEqual({ share: 0, most: 0 });
  });

  it('and leaves the image alone', () => {
    const image = draw(28, 28, 1);
    const before = image.data.slice();
    const same = resizePixels(image, { height: 28, width: 28, channels: 1, resize: 'fit' });
    same.fill(0);
    expect(image.data).toEqual(before);
  });
});

describe('shrinkAsOnLoad', () => {
  const photo = draw(480, 640, 3);
  const encoded = () => sharp(photo.data, { raw: { width: 640, height: 480, channels: 3 } });

  it.each([
    ['JPEG', () => encoded().jpeg({ quality: 90 })],
    ['WebP', () => encoded().webp({ quality: 90 })],
  ])('brings %s nearer to what Node decodes', async (_name, write) => {
    const file = await write().toBuffer();
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    const whole: RawImage = {
      data: new Uint8Array(data),
      height: info.height,
      width: info.width,
      channels: 3,
    };
    for (const side of [28, 50, 100]) {
      const target = { height: side, width: side, channels: 3, resize: 'fit' } as const;
      const expected = await decodeImage(file, target);
      const [plain, shrunk] = [whole, shrinkAsOnLoad(whole, file, target)].map((image) =>
        meanSquare(resizePixels(image, target), expected),
      );
      expect(shrunk, `${side}`).toBeLessThan(plain / 2);
    }
  });

  it('leaves PNG, and what grows, as it is', async () => {
    const target = { height: 700, width: 700, channels: 3, resize: 'fit' } as const;
    expect(shrinkAsOnLoad(photo, await encoded().jpeg().toBuffer(), target)).toBe(photo);
    expect(
      shrinkAsOnLoad(photo, await encoded().png().toBuffer(), { ...target, height: 28, width: 28 }),
    ).toBe(photo);
  });
});

it('flattenOnWhite lays transparency on white as libvips does', async () => {
  const random = createRandom('alpha');
  const data = Uint8ClampedArray.from({ length: 40 * 40 * 4 }, () => random.integer(256));
  const flat = await sharp(data, { raw: { width: 40, height: 40, channels: 4 } })
    .flatten({ background: 'white' })
    .raw()
    .toBuffer();
  const image = { data, height: 40, width: 40, colorSpace: 'srgb' } as ImageData;
  expect(flattenOnWhite(image).data).toEqual(new Uint8Array(flat));
});

function meanSquare(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;
}
