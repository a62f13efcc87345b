import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createThumbnail } from './thumbnails.ts';

async function decode(uri: string) {
  expect(uri).toMatch(/^data:image\/png;base64,/);
  const { data, info } = await sharp(Buffer.from(uri.split(',')[1], 'base64'))
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, info };
}

describe('createThumbnail', () => {
  it('enlarges small images by a whole factor, pixel for pixel', async () => {
    const uri = await createThumbnail(
      new Uint8Array([0, 255, 100, 50]),
      { height: 2, width: 2, channels: 1 },
      { size: 9 },
    );
    const { data, info } = await decode(uri);
    expect([info.width, info.height]).toEqual([8, 8]);
    const at = (x: number, y: number) => data[(y * 8 + x) * info.channels];
    expect([at(0, 0), at(3, 3), at(4, 0), at(7, 3), at(0, 7), at(4, 4)]).toEqual([0, 0, 255, 255, 100, 50]);
  });

  it('reduces large images and keeps colour and aspect', async () => {
    const pixels = new Uint8Array(300 * 150 * 3);
    for (let i = 0; i < pixels.length; i += 3) pixels.set([200, 30, 90], i);
    const { data, info } = await decode(
      await createThumbnail(pixels, { height: 150, width: 300, channels: 3 }),
    );
    expect([info.width, info.height]).toEqual([112, 56]);
    expect([...data.subarray(0, 3)]).toEqual([200, 30, 90]);
  });

  it('refuses pixels of another shape', async () => {
    await expect(createThumbnail(new Uint8Array(3), { height: 2, width: 2, channels: 1 })).rejects.toEqual(
      expect.objectContaining({ code: 'E_SHAPE' }),
    );
  });
});
