import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createPlanter,
  drawBlank,
  drawScene,
  makeCleanFolder,
  type Planter,
} from '../../../test/planted-folder.ts';
import { openDataset } from '../sources/open.ts';
import type { ImageSet } from '../types.ts';
import {
  diagnose,
  type Examined,
  examineSet,
  type Finding,
  findCopies,
  type ImageFacts,
  summarize,
  verdictOf,
} from './index.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'samesame-inspect-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function examine(
  set: ImageSet,
  options: { threshold?: number; indices?: Int32Array } = {},
): Promise<Examined> {
  const images = await examineSet(set, options);
  return { set, namesPairs: false, images, copies: await findCopies(set, images, options) };
}

/** A clean folder with something planted in it, and what is found. */
async function find(name: string, plant: (planter: Planter) => Promise<unknown>): Promise<Finding[]> {
  const folder = await makeCleanFolder(join(root, name), 16);
  await plant(createPlanter(folder));
  const { set } = await openDataset(folder, { labels: 'optional' });
  return diagnose(await examine(set)).map((finding) => ({
    ...finding,
    groups: finding.groups.map(({ images, ...rest }) => ({
      ...rest,
      images: images.map((i) => set.id(i)) as never,
    })),
  }));
}

const found = (check: string, severity: string, ...groups: string[][]) =>
  expect.objectContaining({
    check,
    severity,
    groups: groups.map((images) => expect.objectContaining({ images })),
  });

describe('a folder with one thing wrong shows that and nothing else', () => {
  it('nothing at all', async () => {
    expect(await find('clean', async () => {})).toEqual([]);
  });

  it('the same file twice', async () => {
    const findings = await find('exact', ({ copy }) => copy('hat/00.png', 'hat/zz.png'));
    expect(findings).toEqual([found('exact-copies', 'warning', ['hat/00.png', 'hat/zz.png'])]);
  });

  it('the same pixels in another file', async () => {
    const findings = await find('pixels', async ({ draw }) => {
      await draw(drawScene('hat/2').tiff({ compression: 'lzw' }), 'hat/02.tiff');
      await draw(drawScene('hat/2').webp({ lossless: true }), 'hat/02.webp');
    });
    expect(findings).toEqual([
      found('identical-pixels', 'warning', ['hat/02.png', 'hat/02.tiff', 'hat/02.webp']),
    ]);
  });

  it.each([
    ['compressed', () => drawScene('hat/3').jpeg({ quality: 50 })],
    ['larger', async () => sharp(await drawScene('hat/3').png().toBuffer()).resize(240)],
    [
      'squeezed',
      async () => sharp(await drawScene('hat/3').png().toBuffer()).resize(90, 90, { fit: 'fill' }),
    ],
    ['paler', () => drawScene('hat/3').linear(0.8, 30)],
  ])('the same picture, %s', async (name, image) => {
    const findings = await find(`near ${name}`, async ({ draw }) =>
      draw((await image()).jpeg(), 'hat/x.jpg'),
    );
    expect(findings).toEqual([found('near-copies', 'warning', ['hat/03.png', 'hat/x.jpg'])]);
  });

  it('copies in two classes', async () => {
    const findings = await find('conflict', async ({ copy, draw }) => {
      await copy('hat/04.png', 'shoe/x.png');
      await draw(drawScene('hat/5').webp({ lossless: true }), 'shoe/y.webp');
      await draw(drawScene('shoe/6').jpeg(), 'hat/z.jpg');
    });
    expect(findings).toEqual([
      found('label-conflicts', 'error', ['hat/04.png', 'shoe/x.png'], ['hat/05.png', 'shoe/y.webp']),
      found('near-label-conflicts', 'warning', ['hat/z.jpg', 'shoe/06.png']),
    ]);
    expect(findings[0].groups[0].caption).toBe('in hat and shoe');
  });

  it('what cannot be read', async () => {
    const findings = await find('unreadable', async ({ write }) => {
      await write('hat/broken.jpg', (await drawScene('x').jpeg().toBuffer()).subarray(0, 1200));
      await write('hat/empty.png', '');
      await write('hat/words.jpg', 'not an image');
    });
    const names = [['hat/broken.jpg'], ['hat/empty.png'], ['hat/words.jpg']];
    // Two empty or broken files are not copies of each other.
    expect(findings).toEqual([found('unreadable', 'warning', ...names)]);
    expect(findings[0].groups.map(({ caption }) => caption)[1]).toContain('empty');
  });

  it('what shows nothing', async () => {
    const findings = await find('nothing', async ({ draw }) => {
      await draw(drawBlank('#7a8b9c'), 'hat/blank.png');
      await draw(drawScene('dark').linear(0.1, 0), 'hat/dark.png');
      await draw(drawScene('light').linear(0.1, 228), 'hat/light.png');
    });
    expect(findings).toEqual([
      found('blank', 'warning', ['hat/blank.png']),
      found('near-black', 'warning', ['hat/dark.png']),
      found('near-white', 'warning', ['hat/light.png']),
    ]);
  });

  it('sizes and shapes unlike the others', async () => {
    const findings = await find('sizes', async ({ draw }) => {
      await draw(drawScene('a', { width: 9, height: 7 }), 'hat/tiny.png');
      await draw(drawScene('b', { width: 300, height: 60 }), 'hat/long.png');
    });
    expect(findings).toEqual([
      found('tiny', 'warning', ['hat/tiny.png']),
      found('extreme-shapes', 'note', ['hat/long.png']),
    ]);
  });

  it('grey among colours', async () => {
    const findings = await find('grey', async ({ draw }) => {
      await draw(drawScene('g', { channels: 1 }), 'hat/g.png');
      await draw(drawScene('h').greyscale().toColourspace('srgb').jpeg(), 'hat/h.jpg');
    });
    expect(findings).toEqual([found('mixed-colours', 'note', ['hat/g.png'], ['hat/h.jpg'])]);
  });

  it('colours that go with the class', async () => {
    const findings = await find('class colours', async ({ draw }) => {
      for (let i = 0; i < 9; i++) await draw(drawScene(`grey ${i}`, { channels: 1 }), `scarf/${i}.png`);
    });
    expect(findings.map(({ check, severity }) => [check, severity])).toEqual([['class-colours', 'warning']]);
    expect(findings[0].title).toContain('9 images of 41 are grey');
    expect(findings[0].title).toContain('scarf');
  });

  it('files that other programs read in another way', async () => {
    const findings = await find('files', async ({ draw, write }) => {
      await draw(drawScene('t').withMetadata({ orientation: 6 }).jpeg(), 'hat/turned.jpg');
      await write('hat/jpeg.png', await drawScene('j').jpeg().toBuffer());
      const frames = await Promise.all(['one', 'two'].map((name) => drawScene(name).png().toBuffer()));
      await write(
        'hat/moving.gif',
        await sharp(frames, { join: { animated: true } })
          .gif()
          .toBuffer(),
      );
    });
    expect(findings).toEqual([
      found('turned', 'note', ['hat/turned.jpg']),
      found('animations', 'note', ['hat/moving.gif']),
      found('misnamed', 'note', ['hat/jpeg.png']),
    ]);
  });

  it('images without a class, and files that are no images', async () => {
    const findings = await find('left out', async ({ draw, write }) => {
      await draw(drawScene('o'), 'outside.png');
      await write('hat/list.txt', 'a list');
    });
    expect(findings).toEqual([found('unlabelled', 'warning', ['outside.png']), found('other-files', 'note')]);
  });

  it('names that differ only by case', async () => {
    const findings = await find('names', async ({ draw }) => {
      await draw(drawScene('n1'), 'hat/A.png');
      await draw(drawScene('n2'), 'hat/a.png');
      for (let i = 0; i < 9; i++) await draw(drawScene(`n ${i}`), `Shoe/${i}.png`);
    });
    expect(findings).toEqual([
      found('class-names', 'warning'),
      found('file-names', 'note', ['hat/A.png', 'hat/a.png']),
    ]);
    expect(findings[0].title).toContain('Shoe and shoe');
  });

  it('classes of one image, small ones, and one that is much larger', async () => {
    const findings = await find('classes', async ({ draw }) => {
      await draw(drawScene('l'), 'scarf/0.png');
      for (let i = 0; i < 7; i++) await draw(drawScene(`s${i}`), `glove/${i}.png`);
    });
    expect(findings).toEqual([
      found('lonely-classes', 'warning', ['scarf/0.png']),
      found('small-classes', 'note'),
    ]);
    const large = await find('balance', async ({ draw }) => {
      for (let i = 0; i < 8; i++) await draw(drawScene(`g${i}`), `glove/${i}.png`);
      for (let i = 16; i < 80; i++) await draw(drawScene(`big ${i}`), `hat/${i}.png`);
    });
    expect(large.map(({ check, title }) => [check, title])).toEqual([
      ['class-balance', 'hat has 80 images, glove has 8'],
    ]);
  });
});

describe('findings of facts alone', () => {
  const header = { channels: 3, format: 'JPEG', hasAlpha: false, orientation: 1, numFrames: 1 } as const;
  const facts = (index: number, height: number, width: number, sizeBytes = 1e6): ImageFacts => ({
    index,
    sizeBytes,
    content: String(index),
    header: { ...header, height, width },
    look: {
      darkest: 0,
      brightest: 255,
      range: 255,
      isGrey: false,
      hash: [index, 0],
      patch: new Int8Array(256),
    },
  });
  const labels = Int32Array.from({ length: 60 }, (_, i) => i % 2);
  const set = { name: 'x', numImages: 60, labels, classNames: ['a', 'b'], id: (i: number) => `${i}.jpg` };
  const copies = { exact: [], pixels: [], near: [] };
  const check = (images: ImageFacts[], more: Partial<Examined> = {}) =>
    diagnose({
      set: { ...set, pixels: { kind: 'encoded', path: String } },
      namesPairs: false,
      images,
      copies,
      ...more,
    });

  it('huge images, by pixels and by bytes', () => {
    const images = [
      facts(0, 4000, 4000),
      facts(1, 6000, 9000),
      facts(2, 4000, 4000, 60e6),
      facts(3, 3000, 4000),
    ];
    const groups = [1, 2].map((i) => expect.objectContaining({ images: [i] }));
    expect(check(images)).toEqual([expect.objectContaining({ check: 'huge', severity: 'note', groups })]);
  });

  it('couples: no class is asked for, halves alone are told', () => {
    const noLabels = { ...set, labels: new Int32Array(60).fill(-1), classNames: [] };
    const findings = check([facts(0, 90, 90)], {
      set: { ...noLabels, pixels: { kind: 'encoded', path: String } },
      namesPairs: true,
      unpaired: ['a/1_one.png'],
    });
    expect(findings).toEqual([found('unpaired', 'warning')]);
    expect(findings[0].title).toContain('a/1_one.png');
  });

  it('a hundred thousand copies take no longer than they must', () => {
    const exact = Array.from({ length: 50_000 }, (_, i) => [2 * i, 2 * i + 1]);
    const many = {
      ...set,
      numImages: 100_000,
      labels: Int32Array.from({ length: 100_000 }, (_, i) => i % 2),
    };
    const [finding] = check([], {
      set: { ...many, pixels: { kind: 'encoded', path: String } },
      copies: { exact, pixels: [], near: [] },
    });
    expect([finding.check, finding.groups.length]).toEqual(['label-conflicts', 50_000]);
  });
});

describe('copies in two parts of a split', () => {
  it('are leaks, and each group is told once for the worst', async () => {
    const folder = join(root, 'parts');
    for (const part of ['train', 'val', 'test']) {
      const { draw } = createPlanter(folder);
      for (const name of ['hat', 'shoe'])
        for (let i = 0; i < 8; i++) await draw(drawScene(`${part}/${name}/${i}`), `${part}/${name}/${i}.png`);
    }
    const { copy, draw } = createPlanter(folder);
    await copy('train/hat/0.png', 'test/hat/x.png');
    await draw(drawScene('train/hat/1').jpeg(), 'val/hat/y.jpg');
    await copy('train/shoe/2.png', 'test/hat/z.png');
    await copy('train/shoe/3.png', 'train/shoe/w.png');
    const { set } = await openDataset(folder, { labels: 'optional' });
    const findings = diagnose(await examine(set)).map(({ check, severity, groups }) => ({
      check,
      severity,
      captions: groups.map(({ caption }) => caption),
    }));
    expect(findings).toEqual([
      { check: 'label-conflicts', severity: 'error', captions: ['in hat and shoe; in test and train'] },
      { check: 'leaks', severity: 'error', captions: ['in test and train'] },
      { check: 'near-leaks', severity: 'warning', captions: ['in train and validation'] },
      { check: 'exact-copies', severity: 'note', captions: [undefined] },
    ]);
  });
});

describe('data that cannot be trained on', () => {
  it.each([
    ['one class', { hat: 5 }, 'one class'],
    ['a class an image', { hat: 1, shoe: 1, scarf: 1 }, 'no class'],
    ['no class folders', { '': 4 }, 'no labels'],
  ] as const)('%s is an error', async (name, classes, title) => {
    const { folder, draw } = createPlanter(join(root, name));
    for (const [label, count] of Object.entries(classes))
      for (let i = 0; i < count; i++) await draw(drawScene(`${name}${label}${i}`), join(label, `${i}.png`));
    const { set } = await openDataset(folder, { labels: 'optional' });
    const findings = diagnose(await examine(set));
    expect(findings).toEqual([found('class-labels', 'error')]);
    expect(findings[0].title).toContain(title);
    expect(findings[0].advice).toMatch(/^[A-Z].*\.$/);
    expect(verdictOf(findings)).toBe('error');
  });

  it('is one of too few images, or of too many bad ones', async () => {
    const { folder, draw, write } = createPlanter(join(root, 'bad'));
    for (const label of ['hat', 'shoe'])
      for (let i = 0; i < 2; i++) await draw(drawScene(`${label}-${i}`), `${label}/${i}.png`);
    await write('hat/x.png', 'x');
    await write('hat/y.png', 'y');
    const { set } = await openDataset(folder);
    const findings = diagnose(await examine(set));
    expect(findings.map(({ check, severity }) => `${check} ${severity}`)).toEqual([
      'held-out-parts error',
      'unreadable error',
      'small-classes note',
    ]);
  });
});

describe('pixels that the source holds', () => {
  const scene = (seed: string) => drawScene(seed, { width: 20, height: 20, channels: 1 }).raw().toBuffer();

  it('are examined like files, without names and formats', async () => {
    const rows = await Promise.all(Array.from({ length: 32 }, (_, i) => scene(`row ${i === 31 ? 0 : i}`)));
    const set: ImageSet = {
      name: 'rows',
      numImages: 32,
      labels: Int32Array.from(rows, (_, i) => i % 2),
      classNames: ['even', 'odd'],
      id: String,
      pixels: { kind: 'decoded', height: 20, width: 20, channels: 1, data: Buffer.concat(rows) },
    };
    const examined = await examine(set);
    expect(diagnose(examined)).toEqual([
      expect.objectContaining({
        check: 'label-conflicts',
        groups: [{ images: [0, 31], caption: 'in even and odd' }],
      }),
    ]);
    expect(summarize(examined)).toMatchObject({
      numImages: 32,
      numExamined: 32,
      sizeBytes: 32 * 400,
      formats: {},
      height: { min: 20, median: 20, max: 20 },
      sizes: [{ height: 20, width: 20, numImages: 32 }],
      colours: { grey: 32, colour: 0, transparent: 0 },
    });
  });
});

describe('summarize', () => {
  it('counts what was looked at, and classes of all', async () => {
    const { folder, draw } = createPlanter(join(root, 'summary'));
    await draw(drawScene('1', { width: 40, height: 100 }), 'a/1.png');
    await draw(drawScene('2', { width: 90, height: 100 }), 'a/2.jpg');
    await draw(drawScene('3', { width: 100, height: 91 }), 'a/3.png');
    await draw(drawScene('4', { width: 300, height: 100, channels: 1 }), 'b/4.png');
    const { set } = await openDataset(folder);
    const all = summarize(await examine(set));
    expect(all).toMatchObject({
      classes: [
        { name: 'a', numImages: 3 },
        { name: 'b', numImages: 1 },
      ],
      formats: { PNG: 3, JPEG: 1 },
      height: { min: 91, median: 100, max: 100 },
      width: { min: 40, median: 100, max: 300 },
      aspects: { 'very tall': 1, tall: 0, square: 2, wide: 0, 'very wide': 1 },
      colours: { grey: 1, colour: 3 },
    });
    expect(all.splits).toBeUndefined();
    const part = summarize(await examine(set, { indices: Int32Array.of(0, 3) }));
    expect([part.numImages, part.numExamined, part.classes[0].numImages, part.formats]).toEqual([
      4,
      2,
      3,
      { PNG: 2 },
    ]);
  });

  it('has zeros where nothing can be read', async () => {
    const { folder, write } = createPlanter(join(root, 'unread'));
    await write('a/1.png', 'no');
    await write('b/1.png', 'no');
    const examined = await examine((await openDataset(folder)).set);
    expect(summarize(examined)).toMatchObject({
      numUnreadable: 2,
      height: { min: 0, median: 0, max: 0 },
      sizes: [],
    });
    expect(verdictOf(diagnose(examined))).toBe('error');
  });
});
