import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode.ts';
import { visiblePart } from './visible.ts';

/** A white photo, with a green rectangle where one is given. */
async function draw(
  width: number,
  height: number,
  green?: { left: number; top: number; width: number; height: number },
) {
  const pixels = new Uint8Array(width * height * 3).fill(255);
  if (green !== undefined) {
    for (let y = green.top; y < green.top + green.height; y++) {
      for (let x = green.left; x < green.left + green.width; x++)
        pixels.set([0, 255, 0], (y * width + x) * 3);
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

describe('visiblePart', () => {
  it.each([
    [100, 40, 32, 32],
    [40, 100, 32, 32],
    [37, 91, 33, 20],
    [5, 3, 64, 48],
    [1000, 2, 16, 16],
    [30, 30, 12, 12],
  ])('finds a photo of %i × %i in a frame of %i × %i', async (width, height, frameWidth, frameHeight) => {
    const target = { width: frameWidth, height: frameHeight, channels: 3, resize: 'fit' } as const;
    const { photo, input } = visiblePart({ width, height }, target);
    expect(photo).toEqual({ left: 0, top: 0, width, height });
    const pixels = await decodeImage(await draw(width, height), target);
    for (let y = 0; y < frameHeight; y++) {
      for (let x = 0; x < frameWidth; x++) {
        const isInside =
          x >= input.left && x < input.left + input.width && y >= input.top && y < input.top + input.height;
        expect(pixels[(y * frameWidth + x) * 3] > 128, `${x}, ${y}`).toBe(isInside);
      }
    }
  });

  it('finds what is left of a photo that is cropped', async () => {
    const target = { width: 20, height: 20, channels: 3, resize: 'cover' } as const;
    const { photo, input } = visiblePart({ width: 100, height: 40 }, target);
    expect(input).toEqual({ left: 0, top: 0, width: 20, height: 20 });
    expect(photo).toEqual({ left: 30, top: 0, width: 40, height: 40 });
    const pixels = await decodeImage(await draw(100, 40, photo), target);
    expect(pixels.filter((_, i) => i % 3 === 0).every((red) => red < 128)).toBe(true);
  });

  it('is everything where the aspect is ignored', () => {
    const target = { width: 20, height: 10, channels: 1, resize: 'stretch' } as const;
    expect(visiblePart({ width: 7, height: 99 }, target)).toEqual({
      photo: { left: 0, top: 0, width: 7, height: 99 },
      input: { left: 0, top: 0, width: 20, height: 10 },
    });
  });
});
