import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { findFrame, headerSize } from './header-size.ts';
import { colourGrainOf } from './jpeg-chroma.ts';

const image = sharp({ create: { width: 70, height: 33, channels: 3, background: '#8a4' } });
const withAlpha = sharp({ create: { width: 70, height: 33, channels: 4, background: '#8a48' } });

describe('headerSize', () => {
  it.each([
    ['PNG', () => image.clone().png()],
    ['GIF', () => image.clone().gif()],
    ['JPEG', () => image.clone().jpeg()],
    ['progressive JPEG', () => image.clone().jpeg({ progressive: true })],
    ['WebP', () => image.clone().webp()],
    ['lossless WebP', () => image.clone().webp({ lossless: true })],
    ['WebP with transparency', () => withAlpha.clone().webp()],
    ['AVIF', () => image.clone().avif({ effort: 0 })],
    ['AVIF with transparency', () => withAlpha.clone().avif({ effort: 0 })],
  ])('of %s', async (_name, write) => {
    expect(headerSize(await write().toBuffer())).toMatchObject({ height: 33, width: 70 });
  });

  it('is undefined for anything else, and for what is cut', async () => {
    expect(headerSize(new Uint8Array(100))).toBeUndefined();
    expect(headerSize(new Uint8Array(3))).toBeUndefined();
    const jpeg = await image.clone().jpeg().toBuffer();
    for (let length = 0; length < 170; length++)
      expect([undefined, 33]).toContain(headerSize(jpeg.subarray(0, length))?.height);
    const avif = await image.clone().avif({ effort: 0 }).toBuffer();
    for (let length = 0; length < avif.length; length++)
      expect([undefined, 33]).toContain(headerSize(avif.subarray(0, length))?.height);
  });

  it('is that of the largest image of an AVIF file, wherever its boxes end', async () => {
    const avif = await withAlpha.clone().avif({ effort: 0 }).toBuffer();
    const first = avif.indexOf('ispe');
    const second = avif.indexOf('ispe', first + 4);
    // Behind the type, and version and flags: width, then height.
    avif.writeUInt32BE(40_000, (second > 0 ? second : first) + 8);
    avif.writeUInt32BE(30_000, (second > 0 ? second : first) + 12);
    expect(headerSize(avif)).toEqual({ width: 40_000, height: 30_000 });
    // A box of no size would be read for ever.
    const broken = Buffer.from(avif);
    broken.writeUInt32BE(3, broken.indexOf('iprp') - 4);
    expect(headerSize(broken)).toBeUndefined();
    // The same as 64 bits, which nothing but the last box may have without moving the others: a file of one box.
    const long = Buffer.alloc(40);
    long.writeUInt32BE(1, 0);
    long.write('ftypavif', 4);
    long.writeBigUInt64BE(2n ** 60n, 8);
    expect(headerSize(long)).toBeUndefined();
  });
});

describe('colourGrainOf', () => {
  it.each([
    ['4:2:0', { across: 2, down: 2 }],
    ['4:4:4', { across: 1, down: 1 }],
  ])('of %s', async (chromaSubsampling, grain) => {
    const bytes = await image.clone().jpeg({ chromaSubsampling }).toBuffer();
    expect(colourGrainOf(bytes, { width: 70 })).toEqual(grain);
  });

  it('of 4:2:2, upright and lying on its side', async () => {
    const bytes = await image.clone().jpeg().toBuffer();
    // The sampling of brightness in the frame header: 2 × 2 becomes 2 × 1.
    const frame = bytes.indexOf(Uint8Array.of(0xff, 0xc0));
    bytes[frame + 11] = 0x21;
    expect(findFrame(bytes)?.samplings[0]).toEqual({ across: 2, down: 1 });
    expect(colourGrainOf(bytes, { width: 70 })).toEqual({ across: 2, down: 1 });
    expect(colourGrainOf(bytes, { width: 33 })).toEqual({ across: 1, down: 2 });
  });

  it('of grey, and of no JPEG', async () => {
    const grey = await image.clone().toColourspace('b-w').jpeg().toBuffer();
    expect(colourGrainOf(grey, { width: 70 })).toEqual({ across: 1, down: 1 });
    expect(colourGrainOf(new Uint8Array(40), { width: 70 })).toEqual({ across: 1, down: 1 });
  });
});
