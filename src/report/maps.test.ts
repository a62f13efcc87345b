import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { animate } from './animation/animate.ts';
import { createStamps, FRAME_SIDE, paintFrame } from './animation/paint-frame.ts';
import { imageMap } from './figures/image-map.ts';
import { scatterMap } from './figures/scatter-map.ts';
import { renderMapPage } from './map-page/render-map-page.ts';
import { createSpriteSheets } from './sprite-sheet.ts';

const random = createRandom('maps');
const GREY = { height: 4, width: 6, channels: 1 } as const;
const noise = (length: number) => Uint8Array.from({ length }, () => random.integer(256));
const bytesOf = (uri: string) => Buffer.from(uri.split(',')[1], 'base64');

/** The pixels of image `i` as they are in a sheet. */
async function cellOf(uri: string, column: number, row: number, width: number, height: number) {
  return sharp(bytesOf(uri))
    .extract({ left: column * width, top: row * height, width, height })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
}

describe('createSpriteSheets', () => {
  it('holds every pixel of grey images, over as many sheets as it takes', async () => {
    const pixels = noise(7 * 24);
    const sheets = await createSpriteSheets(pixels, GREY, { maxSheetSide: 12 });
    expect(sheets).toMatchObject({ columns: 2, perSheet: 6, cellWidth: 6, cellHeight: 4 });
    expect(sheets.uris).toHaveLength(2);
    for (const i of [0, 3, 5, 6]) {
      const place = i % 6;
      const cell = await cellOf(sheets.uris[Math.floor(i / 6)], place % 2, place >> 1, 6, 4);
      expect([...cell], `image ${i}`).toEqual([...pixels.subarray(24 * i, 24 * i + 24)]);
    }
  });

  it('reduces large colour images, each by itself', async () => {
    const shape = { height: 40, width: 80, channels: 3 } as const;
    const white = new Uint8Array(2 * 9600).fill(255, 9600);
    const sheets = await createSpriteSheets(white, shape, { maxSide: 20 });
    expect(sheets).toMatchObject({ columns: 2, cellWidth: 20, cellHeight: 10 });
    expect(sheets.uris[0]).toMatch(/^data:image\/webp;base64,/);
    const cell = await cellOf(sheets.uris[0], 1, 0, 20, 10);
    // The edge towards the black image may be soft, as WebP has it.
    expect(cell.filter((value) => value > 240).length).toBeGreaterThan(180);
  });

  it('takes no image, and refuses half of one', async () => {
    expect((await createSpriteSheets(new Uint8Array(0), GREY)).uris).toEqual([]);
    await expect(createSpriteSheets(new Uint8Array(13), GREY)).rejects.toMatchObject({ code: 'E_SHAPE' });
  });
});

const NASTY = '</script><img src=x onerror=alert(1)>"\'&';

describe('scatterMap', () => {
  const options = {
    title: `map of ${NASTY}`,
    points: [
      [0, 0],
      [1, 2],
      [-3, 1],
    ] as const,
    labels: [0, 1, -1],
    classNames: [NASTY, 'two'],
  };

  it('draws a dot an image, names and a legend, with names from outside escaped', async () => {
    const svg = scatterMap(options);
    expect(svg).not.toContain('<img');
    expect(svg.match(/<circle/g)).toHaveLength(3 + 2);
    const { width, height } = await sharp(Buffer.from(svg)).metadata();
    expect([width, height]).toEqual([990, 800]);
  });

  it('has neither names nor legend without colours, and draws no point at all', () => {
    const plain = scatterMap({ ...options, isColored: false });
    expect(plain).not.toContain('<text');
    expect(plain.match(/fill="#8a8a8a"/g)).toHaveLength(3);
    expect(scatterMap({ ...options, points: [], labels: [] })).not.toContain('<circle');
  });

  it('draws images where there is room, and dots elsewhere', () => {
    const points = [...options.points, [0.001, 0] as const];
    const svg = scatterMap({
      ...options,
      points,
      labels: [0, 1, -1, 0],
      images: new Array(4).fill('data:image/png;base64,AAAA'),
    });
    expect(svg.match(/<image/g)).toHaveLength(3);
    expect(svg.match(/fill-opacity/g)).toHaveLength(1);
  });
});

describe('imageMap', () => {
  const sprites = {
    uris: ['data:image/png;base64,AAAA'],
    perSheet: 4,
    columns: 2,
    cellWidth: 6,
    cellHeight: 4,
  };

  it('has each image once, the sheet once, and names that are text', () => {
    const html = imageMap({
      method: 'pca',
      points: [
        [0, 0],
        [1, 1],
        [2, 0],
      ],
      labels: [0, 1, -1],
      classNames: [NASTY, 'two'],
      names: ['a.png', 'b.png', NASTY],
      sprites,
    });
    expect(html.match(/<i /g)).toHaveLength(3);
    expect(html.match(/base64/g)).toHaveLength(1);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<script');
    // The third of two columns: first column, second row.
    expect(html).toContain('background-position:0% 100%');
  });

  it('says that there is nothing', () => {
    expect(imageMap({ method: 'pca', points: [], labels: [], classNames: [], names: [], sprites })).toContain(
      'no image',
    );
  });
});

it('renders a page that holds its names as data and runs no script but its own', () => {
  const page = renderMapPage({
    title: NASTY,
    subtitle: NASTY,
    method: 'umap',
    points: [[0, 0]],
    labels: [0],
    classNames: [NASTY],
    names: [NASTY],
    sprites: { uris: ['javascript:alert(1)'], perSheet: 1, columns: 1, cellWidth: 1, cellHeight: 1 },
    neighbours: [[]],
  });
  expect(page).not.toContain('<img');
  expect(page).not.toContain('javascript:');
  expect(page.match(/<\/script>/g)).toHaveLength(2);
  expect(page).toMatch(/script-src 'sha256-[\w+/]{43}='/);
  expect(page).not.toContain('http:');
});

describe('frames', () => {
  it('paint ink in the colour of its class, on white, whichever way round the image is', async () => {
    const [ink, paper] = [new Uint8Array(24).fill(0), new Uint8Array(24).fill(255)];
    ink[9] = 255; // white on black
    paper[9] = 0; // black on white
    const pixels = new Uint8Array([...ink, ...paper]);
    const stamps = await createStamps({ pixels, shape: GREY, labels: [0, 1] });
    for (const { rgba } of stamps) expect([...rgba].filter((_, i) => i % 4 === 3)).toEqual([...ink]);
    expect([...stamps[1].rgba.subarray(36, 39)]).toEqual([0xf0, 0x7f, 0x13]);
  });

  it('are all of one size, cut off what lies outside, and are pages of one animation', async () => {
    const stamps = await createStamps({ pixels: noise(2 * 24), shape: GREY, labels: [0, -1] });
    const bounds = { minX: 0, minY: 0, maxX: 1, maxY: 1 };
    const frames = await Promise.all(
      [0, 1, 2].map((step) =>
        paintFrame(
          stamps,
          [
            [step / 2, 0.5],
            [99 * step, -99],
          ],
          bounds,
          `step ${step} ${NASTY}`,
        ),
      ),
    );
    const gif = await sharp(await animate(frames, { format: 'gif' }), { animated: true }).metadata();
    expect(gif).toMatchObject({
      format: 'gif',
      pages: 3,
      width: FRAME_SIDE,
      delay: [120, 120, 2000],
      loop: 0,
    });
    const webp = await sharp(await animate(frames, { format: 'webp' }), { animated: true }).metadata();
    expect(webp).toMatchObject({ format: 'webp', pages: 3 });
    const one = await sharp(await animate(frames.slice(0, 1), { format: 'gif' })).metadata();
    expect(one.pages ?? 1).toBe(1);
  });
});
