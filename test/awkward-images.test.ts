import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage, type PixelTarget, readImageHeader, readImageShape } from '../src/data/index.ts';

const folder = fileURLToPath(new URL('../../shared/data/awkward-images', import.meta.url));
const side = 64;
const target = { height: side, width: side, channels: 3, resize: 'stretch' } as const;

/** What is not read, and what the refusal says of it. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'LICENSE.imagededup': /not an image/,
  'LICENSE.pdq': /not an image/,
  'modes/README.md': /not an image/,
  'mixed_images/ukbench09268_corrupt.jpg': /damaged/,
};
/** What a name lies about is read by its content. */
const FORMATS: Readonly<Record<string, string>> = {
  'formats_images/ukbench09380.bmp': 'JPEG',
  'formats_images/ukbench09380.png': 'JPEG',
  'formats_images/ukbench09380.svg': 'JPEG',
};
const FORMAT_OF: Readonly<Record<string, string>> = {
  jpg: 'JPEG',
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  tiff: 'TIFF',
  gif: 'GIF',
  ppm: 'Netpbm',
  pgm: 'Netpbm',
  pbm: 'Netpbm',
};
/**
 * Most that the mean absolute difference from `RGB.jpg` may be, in levels of 255: in colour, or of brightness where the
 * mode has no colour. 1 is another compression, 2 is WebP's or Pillow's rule for grey, 10 are print colours for the naive
 * CMYK that Pillow writes. Swapped channels make 20, another photo makes 70.
 */
const MODES: Readonly<Record<string, readonly [channels: 1 | 3, most: number]>> = {
  '1.png': [1, 3.5],
  'CMYK.jpg': [3, 12],
  'F.webp': [1, 3.5],
  'HSV.webp': [3, 3],
  'I.webp': [1, 3.5],
  'L.png': [1, 2.5],
  'LA.png': [1, 2.5],
  'LAB.webp': [3, 3],
  'P.png': [3, 1.5],
  'PA.webp': [3, 3],
  'RGBA.png': [3, 1.5],
  'YCbCr.jpg': [3, 1.5],
  'original.jpg': [3, 1],
};

describe.skipIf(!existsSync(folder))('every awkward file (needs ../shared/data)', () => {
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    : [];
  const read = (name: string, wanted: PixelTarget = target) => decodeImage(join(folder, name), wanted);

  it('is read, as the format that it is, or refused by name', async () => {
    expect(files.length).toBeGreaterThan(40);
    const refused: string[] = [];
    for (const name of files) {
      const path = join(folder, name);
      const expected = REFUSED[name];
      if (expected !== undefined) {
        refused.push(name);
        await expect(decodeImage(path, target), name).rejects.toMatchObject({ code: 'E_IMAGE' });
        await expect(decodeImage(path, target), name).rejects.toThrow(expected);
        await expect(decodeImage(path, target)).rejects.toThrow(path);
        continue;
      }
      const pixels = await decodeImage(path, target);
      expect(deviationOf(pixels), name).toBeGreaterThan(20); // a picture, and not a grey field
      const { format } = await readImageHeader(path);
      expect(format, name).toBe(FORMATS[name] ?? FORMAT_OF[name.slice(name.lastIndexOf('.') + 1)]);
    }
    expect(refused.sort()).toEqual(Object.keys(REFUSED).sort());
  });

  it('of another colour mode looks like the plain RGB file', async () => {
    const names = files
      .filter((name) => /^modes\/(?!RGB\.jpg|README)/.test(name))
      .map((name) => name.slice(6));
    expect(names.sort()).toEqual(Object.keys(MODES).sort());
    for (const [name, [channels, most]] of Object.entries(MODES)) {
      const wanted = { height: 128, width: 128, channels, resize: 'stretch' } as const;
      const [pixels, original] = await Promise.all([
        read(`modes/${name}`, wanted),
        read('modes/RGB.jpg', wanted),
      ]);
      expect(meanDifference(pixels, original), name).toBeLessThan(most);
    }
  });

  it('in grey is grey, also where it is asked for in colour', async () => {
    for (const name of ['1.png', 'L.png', 'LA.png', 'I.webp', 'F.webp']) {
      const pixels = await read(`modes/${name}`);
      let most = 0;
      for (let i = 0; i < pixels.length; i += 3) {
        const rgb = pixels.subarray(i, i + 3);
        most = Math.max(most, Math.max(...rgb) - Math.min(...rgb));
      }
      expect(most, name).toBeLessThan(4);
    }
  });

  it('with an EXIF orientation stands upright, like the photo of the same desk that has none', async () => {
    const [plain, turned] = ['exif/exif-rotn-1.jpg', 'exif/exif-rotn-6.jpg'];
    expect(await readImageShape(join(folder, plain))).toEqual({ height: 3024, width: 4032, channels: 3 });
    expect(await readImageShape(join(folder, turned))).toEqual({ height: 4032, width: 3024, channels: 3 });
    expect((await readImageHeader(join(folder, turned))).orientation).toBe(6);
    const grey = { height: 16, width: 16, channels: 1, resize: 'stretch' } as const;
    const desk = await read(plain, grey);
    // The upper two thirds of the upright photo show what the other shows.
    const upright = (await read(turned, { ...grey, height: 24 })).subarray(0, 256);
    const others = await Promise.all(
      [0, 180, 270].map(async (angle) => {
        const image = sharp(join(folder, turned)).rotate(angle).greyscale();
        const small = await sharp(await image.toBuffer())
          .resize(16, 24, { fit: 'fill' })
          .raw()
          .toBuffer();
        return correlation(small.subarray(0, 256), desk);
      }),
    );
    expect(correlation(upright, desk)).toBeGreaterThan(Math.max(...others) + 0.2);
  });

  it('of many formats shows the same photo in all of them', async () => {
    const jpeg = await read('base_images/ukbench09380.jpg');
    for (const ending of ['bmp', 'jpeg', 'png', 'svg', 'webp'])
      expect(meanDifference(await read(`formats_images/ukbench09380.${ending}`), jpeg), ending).toBeLessThan(
        2,
      );
    const frames = await Promise.all(
      [0, 1].map((page) =>
        sharp(join(folder, 'formats_images/giphy.gif'), { page })
          .flatten({ background: 'white' })
          .resize(side, side, { fit: 'fill' })
          .raw()
          .toBuffer(),
      ),
    );
    const first = await read('formats_images/giphy.gif');
    const { numFrames, height, width } = await readImageHeader(join(folder, 'formats_images/giphy.gif'));
    expect({ numFrames, height, width }).toEqual({ numFrames: 4, height: 400, width: 314 });
    expect(meanDifference(first, frames[0])).toBeLessThan(1);
    expect(meanDifference(first, frames[1])).toBeGreaterThan(1);
  });
});

describe('awkward files made here', () => {
  /** A ramp from dark to bright, with a colour across it. */
  const ramp = Uint8Array.from(
    { length: 32 * 32 * 3 },
    (_, i) => [4 * (i % 96), 200 - Math.floor(i / 96) * 5, 90][i % 3],
  );
  const raw = { raw: { width: 32, height: 32, channels: 3 } } as const;
  const wanted = { height: 32, width: 32, channels: 3, resize: 'stretch' } as const;

  it.each([
    ['PNG of 16 bits', () => sharp(ramp, raw).toColourspace('rgb16').png()],
    ['TIFF of 16 bits', () => sharp(ramp, raw).toColourspace('rgb16').tiff({ compression: 'lzw' })],
    ['interlaced PNG', () => sharp(ramp, raw).png({ progressive: true })],
    [
      'TIFF in tiles',
      () => sharp(ramp, raw).tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 }),
    ],
  ])('%s', async (_name, write) => {
    const bytes = await write().toBuffer();
    expect(meanDifference(await decodeImage(bytes, wanted), ramp)).toBeLessThan(1);
  });

  it('16 bits of grey are scaled to 8, not cut', async () => {
    const deep = new Uint16Array(32 * 32).map((_, i) => i * 64);
    const image = sharp(deep, { raw: { width: 32, height: 32, channels: 1, depth: 'ushort' } as never });
    for (const write of [
      image.clone().toColourspace('grey16').png(),
      image.clone().toColourspace('grey16').tiff(),
    ]) {
      const pixels = await decodeImage(await write.toBuffer(), { ...wanted, channels: 1 });
      expect(
        meanDifference(
          pixels,
          Uint8Array.from(deep, (value) => value / 257),
        ),
      ).toBeLessThan(1);
    }
  });

  it('a palette with transparency, and grey with it, lie on white', async () => {
    const cut = Uint8Array.from(
      { length: 32 * 32 * 4 },
      (_, i) => [200, 30, 40, i % 128 < 64 ? 0 : 255][i % 4],
    );
    const image = sharp(cut, { raw: { width: 32, height: 32, channels: 4 } });
    for (const write of [
      image.clone().png({ palette: true }),
      image.clone().webp({ lossless: true }),
      image.clone().gif(),
    ]) {
      const pixels = await decodeImage(await write.toBuffer(), wanted);
      expect([...pixels.subarray(0, 3)]).toEqual([255, 255, 255]);
      expect([...pixels.subarray(90, 93)]).toBeAllClose([200, 30, 40], { atol: 4 });
    }
  });

  it('an SVG is refused, also under the name of a PNG', async () => {
    const path = join(tmpdir(), `samesame-${process.pid}.png`);
    writeFileSync(
      path,
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    );
    await expect(decodeImage(path, wanted)).rejects.toThrow(
      /samesame-\d+\.png failed[\s\S]*received: SVG, which is not read/,
    );
    rmSync(path);
  });

  it('what ends early is refused, whatever the format and wherever it ends', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff'] as const) {
      const bytes = await sharp(ramp, raw).toFormat(format, { quality: 90 }).toBuffer();
      for (const share of [0.2, 0.5, 0.8])
        await expect(
          decodeImage(bytes.subarray(0, share * bytes.length), wanted),
          `${format} ${share}`,
        ).rejects.toMatchObject({
          code: 'E_IMAGE',
        });
      // Bytes behind the end are nobody's business.
      expect(await decodeImage(Buffer.concat([bytes, Buffer.alloc(100, 7)]), wanted)).toHaveLength(
        32 * 32 * 3,
      );
    }
  });
});

describe('bombs', () => {
  let bombs = '';
  beforeAll(() => {
    bombs = mkdtempSync(join(tmpdir(), 'samesame-bombs-'));
    writeFileSync(join(bombs, 'png.png'), pngBomb(40_000));
    writeFileSync(join(bombs, 'gif.gif'), gifBomb(40_000));
    writeFileSync(join(bombs, 'tiff.tiff'), tiffBomb(40_000));
    writeFileSync(join(bombs, 'webp.webp'), webpBomb(16_000));
    writeFileSync(join(bombs, 'bmp.bmp'), bmpBomb(40_000));
    writeFileSync(join(bombs, 'ppm.ppm'), 'P6 40000 40000 255\n');
  });
  afterAll(() => rmSync(bombs, { recursive: true, force: true }));

  it.each(['png.png', 'gif.gif', 'tiff.tiff', 'webp.webp', 'bmp.bmp', 'ppm.ppm'])(
    '%s is refused with its size',
    async (name) => {
      const size = name.startsWith('webp') ? '16000×16000' : '40000×40000';
      const decoded = decodeImage(join(bombs, name), { height: 8, width: 8, channels: 3, resize: 'fit' });
      await expect(decoded).rejects.toMatchObject({ code: 'E_IMAGE' });
      await expect(decoded).rejects.toThrow(size);
      await expect(decoded).rejects.toThrow('raise maxPixels');
      await expect(readImageShape(join(bombs, name))).rejects.toThrow(size);
    },
  );

  it('a file of more bytes than that many pixels could fill is not read', async () => {
    const path = join(bombs, 'long.png');
    writeFileSync(path, Buffer.alloc(2 ** 20 + 8001));
    const wanted = { height: 8, width: 8, channels: 3, resize: 'fit' } as const;
    await expect(decodeImage(path, wanted, { maxPixels: 1000 })).rejects.toThrow('a file of 1056577 bytes');
  });

  it('costs no memory', async () => {
    const built = fileURLToPath(new URL('../dist/data/pixels/decode.js', import.meta.url));
    if (!existsSync(built)) throw new Error('run npm run build first');
    const script = join(bombs, 'measure.mjs');
    writeFileSync(
      script,
      `import { decodeImage } from ${JSON.stringify(built)};
       import { writeFileSync } from 'node:fs';
       const target = { height: 8, width: 8, channels: 3, resize: 'fit' };
       const peak = () => process.resourceUsage().maxRSS;
       await decodeImage(Buffer.from('P5 1 1 255\\n.'), target);
       const before = peak();
       const refused = [];
       for (const path of process.argv.slice(2)) await decodeImage(path, target).catch((error) => refused.push(error.code));
       process.send({ refused, grownKb: peak() - before });`,
    );
    const paths = ['png.png', 'gif.gif', 'tiff.tiff', 'webp.webp', 'bmp.bmp', 'ppm.ppm'].map((name) =>
      join(bombs, name),
    );
    const child = fork(script, paths, { execArgv: [] });
    const { refused, grownKb } = await new Promise<{ refused: string[]; grownKb: number }>(
      (resolve, reject) => {
        child.once('message', resolve as (message: unknown) => void);
        child.once('error', reject);
      },
    );
    expect(refused).toEqual(paths.map(() => 'E_IMAGE'));
    // Unpacked as bytes, the first alone is 1.6 GB.
    expect(grownKb).toBeLessThan(64 * 1024);
  });
});

/** A white PNG of 1 bit a pixel: 200 MB of zeros, packed to 200 kB. */
function pngBomb(size: number): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((1 + Math.ceil(size / 8)) * size), { level: 9 });
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A GIF whose screen and one frame are that large, and whose data is a single pixel. */
function gifBomb(size: number): Buffer {
  const screen = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  const frame = Buffer.from(',\0\0\0\0\0\0\0\0\0\x02\x02\x44\x01\0;', 'latin1');
  for (const [buffer, at] of [
    [screen, 6],
    [frame, 5],
  ] as const) {
    buffer.writeUInt16LE(size, at);
    buffer.writeUInt16LE(size, at + 2);
  }
  return Buffer.concat([screen, frame]);
}

/** A TIFF with one strip of one byte, which says that it holds all rows. */
function tiffBomb(size: number): Buffer {
  const tags = [
    [256, 4, size],
    [257, 4, size],
    [258, 3, 8],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 4, size],
    [279, 4, 1],
  ];
  const file = Buffer.alloc(10 + 2 + 12 * tags.length + 4);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(10, 4);
  file.writeUInt16LE(tags.length, 10);
  for (const [i, [tag, type, value]] of tags.entries()) {
    file.writeUInt16LE(tag, 12 + 12 * i);
    file.writeUInt16LE(type, 14 + 12 * i);
    file.writeUInt32LE(1, 16 + 12 * i);
    file.writeUInt32LE(value, 20 + 12 * i);
  }
  return file;
}

/** A lossless WebP whose header says that it is that large; 16,383 is the most it can say. */
function webpBomb(size: number): Buffer {
  const data = Buffer.alloc(20);
  data[0] = 0x2f;
  data.writeUInt32LE(((size - 1) | ((size - 1) << 14)) >>> 0, 1);
  const head = Buffer.from('RIFF\0\0\0\0WEBPVP8L\0\0\0\0', 'latin1');
  head.writeUInt32LE(12 + data.length, 4);
  head.writeUInt32LE(data.length, 16);
  return Buffer.concat([head, data]);
}

function bmpBomb(size: number): Buffer {
  const file = Buffer.alloc(64);
  file.write('BM');
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(size, 18);
  file.writeInt32LE(size, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  return file;
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}

function deviationOf(values: Uint8Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function correlation(a: Uint8Array, b: Uint8Array): number {
  const [meanA, meanB] = [a, b].map(
    (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  );
  const product = a.reduce((sum, value, i) => sum + (value - meanA) * (b[i] - meanB), 0);
  return product / (a.length * deviationOf(a) * deviationOf(b));
}
