import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GalleryPair } from '../report-data.ts';
import { createThumbnail } from '../thumbnails.ts';
import { drawGalleryImage } from './gallery-image.ts';
import { writeProjector } from './projector.ts';
import { drawSprite, type ImageSequence } from './sprite.ts';

/** The colour at a place of a PNG, as `[r, g, b]`. */
async function pixelsOf(png: Uint8Array) {
  const { data, info } = await sharp(png)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => {
    const place = (y * info.width + x) * 3;
    return [...data.subarray(place, place + 3)];
  };
  return { ...info, at };
}

const BLUE = [9, 105, 176];
const ORANGE = [194, 78, 0];
const GREY = [138, 134, 124];

describe('drawGalleryImage', () => {
  const shape = { height: 2, width: 2, channels: 3 } as const;
  const plain = async (color: readonly number[]) => ({
    image: await createThumbnail(Uint8Array.from([...color, ...color, ...color, ...color]), shape),
    label: '',
  });

  async function pairOf(verdict: GalleryPair['verdict'], similar: 0 | 1): Promise<GalleryPair> {
    const [left, right] = [await plain([200, 0, 40]), await plain([0, 180, 90])];
    return { left, right, distance: 0.5, probability: 0.5, verdict, similar };
  }

  it('frames right, wrong and unsure verdicts in their colours, with the images inside', async () => {
    const pairs = [
      await pairOf('same', 1),
      await pairOf('same', 0),
      await pairOf('different', 0),
      await pairOf('different', 1),
      await pairOf('unsure', 1),
    ];
    const drawn = await drawGalleryImage(pairs);
    const { width, height, at } = await pixelsOf(drawn!.png);
    expect([width, height]).toEqual([drawn!.width, drawn!.height]);
    const places = [0, 1, 2, 3, 4].map((i) => [14 + (i % 2) * 278, 14 + Math.floor(i / 2) * 138]);
    expect(places.map(([x, y]) => at(x + 130, y + 3))).toEqual([BLUE, ORANGE, BLUE, ORANGE, GREY]);
    for (const [x, y] of places) {
      expect(at(x + 60, y + 60)).toEqual([200, 0, 40]);
      expect(at(x + 200, y + 60)).toEqual([0, 180, 90]);
    }
    // Between them: both strokes of =, both and a slash through them of ≠.
    const [[sameX, sameY], , [differentX, differentY]] = places;
    expect(at(sameX + 132, sameY + 57)).toEqual([255, 255, 255]);
    expect(at(sameX + 132, sameY + 62)).toEqual(BLUE);
    expect(at(differentX + 132, differentY + 62)).toEqual([255, 255, 255]);
    // Where a sixth pair would be.
    expect(at(places[1][0] + 60, places[4][1] + 60)).toEqual([255, 255, 255]);
  });

  it('is as wide as one pair where there is one, and nothing without', async () => {
    expect(await drawGalleryImage([await pairOf('same', 1)])).toMatchObject({ width: 292, height: 152 });
    expect(await drawGalleryImage([])).toBeUndefined();
  });
});

/** Plain grey images: image i has the value 20·i. */
function greys(numImages: number, height = 3, width = 2): ImageSequence {
  return {
    numImages,
    shape: { height, width, channels: 1 },
    read: async (first, end) =>
      Uint8Array.from({ length: (end - first) * height * width }, (_, i) => {
        return 20 * (first + Math.floor(i / (height * width)));
      }),
  };
}

describe('drawSprite', () => {
  it('lays images out row by row in a square', async () => {
    const { png, tileWidth, tileHeight } = await drawSprite(greys(5));
    expect([tileWidth, tileHeight]).toEqual([2, 3]);
    const { width, height, at } = await pixelsOf(png);
    expect([width, height]).toEqual([6, 9]);
    const values = [0, 1, 2].map((row) => [0, 1, 2].map((column) => at(2 * column + 1, 3 * row + 2)[0]));
    expect(values).toEqual([
      [0, 20, 40],
      [60, 80, 0],
      [0, 0, 0],
    ]);
  });

  it('reduces large images, and keeps their proportions', async () => {
    const sprite = await drawSprite(greys(2, 40, 20), { maxSide: 10 });
    expect(sprite).toMatchObject({ tileWidth: 5, tileHeight: 10 });
    const { at } = await pixelsOf(sprite.png);
    expect([at(2, 5)[0], at(7, 5)[0]]).toEqual([0, 20]);
  });

  it('keeps colours apart', async () => {
    const color = [250, 120, 10];
    const sequence: ImageSequence = {
      numImages: 1,
      shape: { height: 4, width: 4, channels: 3 },
      read: async () => Uint8Array.from({ length: 48 }, (_, i) => color[i % 3]),
    };
    expect((await pixelsOf((await drawSprite(sequence)).png)).at(1, 2)).toEqual(color);
  });

  it('refuses nothing at all, and images that are not whole', async () => {
    await expect(drawSprite(greys(0))).rejects.toMatchObject({ code: 'E_DATA_EMPTY' });
    const broken = { ...greys(1), read: async () => new Uint8Array(5) };
    await expect(drawSprite(broken)).rejects.toMatchObject({ code: 'E_SHAPE' });
  });
});

describe('writeProjector', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'samesame-projector-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  const embeddings = Float32Array.of(1, -0.1, 1e-9, 0, 123.456, 7);
  const read = (name: string) => readFile(join(root, name), 'utf8');

  it('writes a line a point, and names its files', async () => {
    await writeProjector(root, {
      embeddings,
      images: [
        { class: 'a\tb', name: 'one.png' },
        { class: null, name: 'two\n.png' },
      ],
      pictures: greys(2),
    });
    const rows = (await read('tensors.tsv')).trimEnd().split('\n');
    const numbers = rows.flatMap((row) => row.split('\t').map((text) => Math.fround(Number(text))));
    expect(rows).toHaveLength(2);
    expect(Float32Array.from(numbers)).toEqual(embeddings);
    expect(await read('metadata.tsv')).toBe('class\tname\na b\tone.png\n\ttwo .png\n');
    const config = await read('projector_config.pbtxt');
    for (const name of await readdir(root))
      if (!name.endsWith('.pbtxt')) expect(config).toContain(`"${name}"`);
    expect(config.match(/single_image_dim: (\d+)/g)).toEqual(['single_image_dim: 2', 'single_image_dim: 3']);
    expect(await readdir(root)).toHaveLength(4);
  });

  it('has no head line over a single column, which would be a point too many', async () => {
    const images = [
      { class: null, name: 'one.png' },
      { class: null, name: 'two.png' },
    ];
    await writeProjector(root, { embeddings, images, pictures: greys(2) });
    expect(await read('metadata.tsv')).toBe('one.png\ntwo.png\n');
  });

  it.each([
    ['no point', new Float32Array(0), [], 0],
    ['too few numbers', Float32Array.of(1, 2, 3), ['a', 'b'], 2],
    ['no number', new Float32Array(0), ['a'], 1],
    ['an image too many', Float32Array.of(1, 2), ['a', 'b'], 3],
  ])('refuses %s', async (_name, values, names, numImages) => {
    const images = names.map((name) => ({ class: null, name }));
    const written = writeProjector(root, { embeddings: values, images, pictures: greys(numImages) });
    await expect(written).rejects.toMatchObject({ code: 'E_SHAPE' });
  });
});
