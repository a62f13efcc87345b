import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, readImageShape, resizeImage } from './decode.ts';

const awkward = new URL('../../../../shared/data/awkward-images', import.meta.url).pathname;
const rgb = { channels: 3, resize: 'stretch' } as const;

function png(width: number, height: number, channels: 1 | 2 | 3 | 4, data: readonly number[]) {
  return sharp(Uint8Array.from(data), { raw: { width, height, channels } }).png().toBuffer();
}

describe('decodeImage', () => {
  it('returns the very pixels of an image that has the size already', async () => {
    const data = Array.from({ length: 18 }, (_, i) => (i * 53) % 256);
    expect([...(await decodeImage(await png(3, 2, 3, data), { ...rgb, height: 2, width: 3 }))]).toEqual(data);
    const grey = [0, 1, 127, 128, 254, 255];
    const target = { height: 2, width: 3, channels: 1, resize: 'fit' } as const;
    expect([...(await decodeImage(await png(3, 2, 1, grey), target))]).toEqual(grey);
  });

  it('repeats grey to RGB, and weighs colours by luminance to grey', async () => {
    expect([...(await decodeImage(await png(2, 1, 1, [7, 200]), { ...rgb, height: 1, width: 2 }))]).toEqual([
      7, 7, 7, 200, 200, 200,
    ]);
    const colours = await png(4, 1, 3, [255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 90, 90]);
    const [red, green, blue, grey] = await decodeImage(colours, { ...rgb, channels: 1, height: 1, width: 4 });
    // Rec. 709 luminance of the linear light: .2126, .7152, .0722, back through the sRGB curve.
    expect([red, green, blue]).toBeAllClose([127, 220, 76], { atol: 2 });
    expect(grey).toBe(90);
  });

  it('flattens transparency on white and pads with black', async () => {
    const image = await png(1, 2, 4, [255, 0, 0, 0, 0, 0, 0, 128]);
    const pixels = await decodeImage(image, { height: 2, width: 3, channels: 3, resize: 'fit' });
    const half = pixels[12];
    expect([...pixels]).toEqual([0, 0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 0, half, half, half, 0, 0, 0]);
    expect(Math.abs(half - 127)).toBeLessThanOrEqual(1);
    const greyAlpha = await png(2, 1, 2, [0, 0, 40, 255]);
    expect([...(await decodeImage(greyAlpha, { ...rgb, channels: 1, height: 1, width: 2 }))]).toEqual([
      255, 40,
    ]);
  });

  it('enlarges and pads to any frame, an odd pixel to the right and below', async () => {
    const image = await png(2, 2, 1, [50, 50, 50, 50]);
    const tall = await decodeImage(image, { height: 5, width: 2, channels: 1, resize: 'fit' });
    expect([...tall]).toEqual([0, 0, 50, 50, 50, 50, 0, 0, 0, 0]);
    const wide = await decodeImage(image, { height: 4, width: 7, channels: 1, resize: 'fit' });
    for (let y = 0; y < 4; y++)
      expect([...wide.subarray(7 * y, 7 * y + 7)]).toEqual([0, 50, 50, 50, 50, 0, 0]);
  });

  it('crops at the centre for cover, squeezes for stretch', async () => {
    const image = await png(4, 2, 1, [10, 20, 30, 40, 50, 60, 70, 80]);
    const grey = { height: 2, width: 2, channels: 1 } as const;
    expect([...(await decodeImage(image, { ...grey, resize: 'cover' }))]).toEqual([20, 30, 60, 70]);
    const squeezed = await decodeImage(image, { ...grey, resize: 'stretch' });
    expect([...squeezed]).toBeAllClose([15, 35, 55, 75], { atol: 3 });
  });

  it.each([1, 3, 6, 8])('applies EXIF orientation %i', async (orientation) => {
    const upright = [10, 20, 30, 40, 50, 60];
    const turn = { 1: 0, 3: 180, 6: 90, 8: 270 }[orientation]!;
    const stored = await sharp(Uint8Array.from(upright), { raw: { width: 3, height: 2, channels: 1 } })
      .rotate(-turn)
      .withMetadata({ orientation })
      .png()
      .toBuffer();
    expect(await readImageShape(stored)).toMatchObject({ height: 2, width: 3 });
    const target = { height: 2, width: 3, channels: 1, resize: 'stretch' } as const;
    expect([...(await decodeImage(stored, target))]).toEqual(upright);
  });

  it('brings 16 bits to 8', async () => {
    const deep = await sharp(new Uint16Array([0, 65535, 257 * 100, 32768]), {
      raw: { width: 2, height: 2, channels: 1, depth: 'ushort' } as never,
    })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    const target = { height: 2, width: 2, channels: 1, resize: 'fit' } as const;
    expect([...(await decodeImage(deep, target))]).toEqual([0, 255, 100, 128]);
  });

  it.each(['png', 'webp', 'tiff', 'gif', 'avif', 'jpeg'] as const)('reads %s', async (format) => {
    const data = Array.from({ length: 16 * 16 }, (_, i) => [200, 40 + (i >> 4) * 4, 90]).flat();
    const image = sharp(Uint8Array.from(data), { raw: { width: 16, height: 16, channels: 3 } });
    const bytes = await image.toFormat(format, { quality: 100 }).toBuffer();
    const pixels = await decodeImage(bytes, { ...rgb, height: 16, width: 16 });
    expect([...pixels]).toBeAllClose(data, { rtol: 0, atol: 6 });
  });

  it('takes the first frame of an animation', async () => {
    const frames = await sharp(Uint8Array.from([255, 255, 255, 0, 0, 0]), {
      raw: { width: 1, height: 2, channels: 3, pageHeight: 1 } as never,
    })
      .gif()
      .toBuffer();
    expect([...(await decodeImage(frames, { ...rgb, height: 1, width: 1 }))]).toEqual([255, 255, 255]);
  });

  it('refuses SVG, other documents, text and nothing, naming what it got', async () => {
    const target = { ...rgb, height: 1, width: 1 };
    const refused = (text: string) => decodeImage(Buffer.from(text, 'latin1'), target);
    const svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
    await expect(refused(svg)).rejects.toMatchObject({ code: 'E_IMAGE' });
    await expect(refused(svg)).rejects.toThrow('received: SVG');
    await expect(refused('%PDF-1.7')).rejects.toThrow('received: PDF');
    await expect(refused('\0\0\0\x18ftypheic')).rejects.toThrow('received: HEIC');
    await expect(refused('hello')).rejects.toThrow('not an image');
    await expect(refused('')).rejects.toThrow('an empty file');
    await expect(decodeImage('/nowhere/x.png', target)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  it('refuses damaged images and those of too many pixels', async () => {
    const target = { ...rgb, height: 8, width: 8 };
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 7919) % 256);
    const jpeg = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    await expect(decodeImage(jpeg.subarray(0, jpeg.length / 2), target)).rejects.toMatchObject({
      code: 'E_IMAGE',
    });
    await expect(decodeImage(jpeg, target, { maxPixels: 4000 })).rejects.toThrow('raise maxPixels');
    const bomb = Buffer.from('P5 100000 100000 255\n');
    await expect(decodeImage(bomb, target)).rejects.toThrow('raise maxPixels');
  });
});

describe('resizeImage', () => {
  it('agrees with decodeImage on the same pixels', async () => {
    const data = Uint8Array.from({ length: 12 * 10 * 3 }, (_, i) => (i * 37) % 256);
    const target = { height: 5, width: 7, channels: 1, resize: 'fit' } as const;
    const fromPixels = await resizeImage({ data, height: 10, width: 12, channels: 3 }, target);
    expect([...fromPixels]).toEqual([...(await decodeImage(await png(12, 10, 3, [...data]), target))]);
  });
});

describe.skipIf(!existsSync(awkward))('real awkward files (need ../shared/data)', () => {
  const target = { height: 8, width: 8, channels: 3, resize: 'stretch' } as const;
  const read = (path: string) => decodeImage(join(awkward, path), target);

  it.each([
    'LA.png',
    'P.png',
    'L.png',
    'RGBA.png',
    'CMYK.jpg',
    'LAB.webp',
    'I.webp',
    '1.png',
    'YCbCr.jpg',
    'PA.webp',
  ])('modes/%s looks like its original', async (name) => {
    // Modes that Pillow wrote as grey or as bare CMYK are nearer than 30 levels to the original's grey.
    const grey = { ...target, channels: 1 } as const;
    const [pixels, original] = await Promise.all(
      [name, 'original.jpg'].map((file) => decodeImage(join(awkward, 'modes', file), grey)),
    );
    const meanError = pixels.reduce((sum, value, i) => sum + Math.abs(value - original[i]), 0) / 64;
    expect(meanError).toBeLessThan(16);
  });

  it('reads Netpbm and formats that lie about their name', async () => {
    for (const name of ['marbles.pbm', 'baboon.pgm', 'Iggy.1024.ppm', 'copyleft.tiff', 'giphy.gif']) {
      expect(await read(`formats_images/${name}`)).toHaveLength(192);
    }
    const jpeg = await read('formats_images/ukbench09380.jpeg');
    for (const ending of ['png', 'bmp', 'svg']) {
      expect([...(await read(`formats_images/ukbench09380.${ending}`))]).toEqual([...jpeg]);
    }
  });

  it('turns a photo upright, and names the corrupt one', async () => {
    const path = join(awkward, 'exif/exif-rotn-6.jpg');
    expect(await readImageShape(path)).toEqual({ height: 4032, width: 3024, channels: 3 });
    const bytes = readFileSync(path);
    const unturned = await sharp(bytes).resize(8, 8, { fit: 'fill' }).rotate(90).raw().toBuffer();
    const pixels = await decodeImage(bytes, target);
    expect([...pixels]).toBeAllClose([...unturned], { atol: 12 });
    await expect(read('mixed_images/ukbench09268_corrupt.jpg')).rejects.toMatchObject({ code: 'E_IMAGE' });
  });
});
