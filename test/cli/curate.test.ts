import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { undoMoves } from '../../src/jobs/duplicates/undo.ts';
import { embedFiles, writeEmbeddings } from '../../src/jobs/embed.ts';
import { loadModel } from '../../src/model/load.ts';
import { busyScene } from '../busy-scene.ts';
import { saveTinyModel } from '../tiny-model.ts';
import { parseOnlyLine, runCli } from './run-cli.ts';

let cwd = '';
const readText = (name: string) => readFileSync(join(cwd, name), 'utf8');
const countPictures = (name: string) => readText(name).match(/<img /g)?.length ?? 0;
const asJson = async (...args: string[]) => {
  const result = await runCli([...args, '--json', '--threads', '1'], { cwd });
  expect(result.code, result.stderr).toBe(0);
  return parseOnlyLine(result) as Record<string, never>;
};

/** Three classes of flat tones; one image of noise; one bright image among the dark ones. */
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'samesame-curate-cli-'));
  const tones = { dark: 40, grey: 120, light: 210 };
  for (const [name, tone] of Object.entries(tones)) {
    mkdirSync(join(cwd, 'tones', name), { recursive: true });
    for (let i = 0; i < 8; i++) await drawTone(join('tones', name, `${i}.png`), tone + i);
  }
  await drawTone('tones/dark/wrong.png', 212);
  const noise = Uint8Array.from({ length: 64 }, (_, i) => (((i >> 3) + i) % 2) * 255);
  await sharp(noise, { raw: { width: 8, height: 8, channels: 1 } })
    .png()
    .toFile(join(cwd, 'tones/grey/odd.png'));
  await saveTinyModel(join(cwd, 'model'));
  const model = await loadModel(join(cwd, 'model'));
  await writeEmbeddings(join(cwd, 'tones.npz'), await embedFiles(model, [join(cwd, 'tones')]));
  await model.close();
  mkdirSync(join(cwd, 'photos'));
  writeFileSync(join(cwd, 'photos/scene.png'), await busyScene('scene'));
  writeFileSync(join(cwd, 'photos/other.png'), await busyScene('other'));
  cpSync(join(cwd, 'photos/scene.png'), join(cwd, 'photos/scene copy.png'));
  writeFileSync(
    join(cwd, 'truth.csv'),
    'path,group\nphotos/scene.png,1\nphotos/scene copy.png,1\nphotos/other.png,2\n',
  );
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

function drawTone(name: string, tone: number) {
  return sharp({ create: { width: 8, height: 8, channels: 3, background: { r: tone, g: tone, b: tone } } })
    .png()
    .toFile(join(cwd, name));
}

describe('duplicates', () => {
  it('shows, measures and moves copies, all in one go, and says how to bring them back', async () => {
    const args = ['--html', 'page.html', '--move-to', 'copies', '--truth', 'truth.csv', '--keep', 'first'];
    const found = await asJson('duplicates', 'photos', ...args);
    expect(found).toMatchObject({
      images: 3,
      copies: 1,
      groups: [
        {
          keep: 'photos/scene copy.png',
          members: [{ path: 'photos/scene.png', tier: 'bytes', distance: 0 }],
        },
      ],
      judgement: { precision: 1, recall: 1, f1: 1, meanAveragePrecision: 1 },
      notMoved: [],
      undo: 'copies/undo.json',
    });
    expect(countPictures('page.html')).toBe(2);
    expect(readdirSync(join(cwd, 'copies')).sort()).toEqual(['scene.png', 'undo.json']);
    expect((await undoMoves(join(cwd, 'copies/undo.json'))).restored).toHaveLength(1);
    expect(readdirSync(join(cwd, 'photos')).sort()).toEqual(['other.png', 'scene copy.png', 'scene.png']);
    expect(existsSync(join(cwd, 'copies'))).toBe(false);
  });
});

describe('the verbs of curation', () => {
  it('outliers: names the odd image first, beside the nearest', async () => {
    const found = await asJson(
      'outliers',
      'tones',
      '--embeddings',
      'tones.npz',
      '--neighbours',
      '3',
      '--html',
      'o.html',
    );
    expect(found).toMatchObject({ images: 26, method: 'distance', k: 3 });
    expect(found.strangest[0]).toMatchObject({ image: 'grey/odd.png', outlier: true, class: 'grey' });
    expect(countPictures('o.html')).toBe(40);
  });

  it.each([
    ['linear', []],
    ['neighbours', ['--neighbours', '5']],
  ])('mislabels: names the wrong label, what it should be, and who says so, by %s', async (method, flags) => {
    const found = await asJson(
      'mislabels',
      'tones',
      '--model',
      'model',
      '--method',
      method,
      ...flags,
      '--html',
      'm.html',
    );
    expect(found).toMatchObject({ method, k: method === 'linear' ? null : 5 });
    const [first] = found.mislabels as { confidence: number; witnesses: string[] }[];
    expect(first).toMatchObject({ image: 'dark/wrong.png', label: 'dark', suggested: 'light' });
    expect(first.confidence).toBeGreaterThan(0.8);
    expect(first.witnesses.every((name) => name.startsWith('light/'))).toBe(true);
    expect(readText('m.html')).toMatch(/dark, or light\? Confidence \d+\.\d\d\s%/);
  });

  it('mislabels: has no use for neighbours that do not vote', async () => {
    const { code, stderr } = await runCli(['mislabels', 'tones', '--model', 'model', '--neighbours', '5'], {
      cwd,
    });
    expect([code, stderr]).toEqual([2, expect.stringContaining('--method neighbours')]);
  });

  it('cluster: as many as asked for, with their images in a list', async () => {
    const found = await asJson(
      'cluster',
      'tones',
      '--model',
      'model',
      '--clusters',
      '4',
      '--out',
      'c.csv',
      '--html',
      'c.html',
    );
    const sizes = (found.clusters as { images: string[] }[]).map(({ images }) => images.length);
    expect(sizes).toEqual([9, 8, 8, 1]);
    expect(readText('c.csv').trim().split('\n')).toHaveLength(27);
    expect(countPictures('c.html')).toBe(26);
  });

  it('sample: so many images, the radius falling, each standing for some', async () => {
    const found = await asJson(
      'sample',
      'tones',
      '-n',
      '4',
      '--model',
      'model',
      '--out',
      's.csv',
      '--html',
      's.html',
    );
    const sample = found.sample as { radius: number; covers: number; class: string }[];
    expect(sample.map(({ covers }) => covers).reduce((sum, count) => sum + count)).toBe(26);
    expect(new Set(sample.map(({ class: name }) => name)).size).toBe(3);
    for (const [i, { radius }] of sample.entries())
      if (i > 0) expect(radius).toBeLessThan(sample[i - 1].radius);
    expect(found.radius).toBe(sample[3].radius);
    expect(readText('s.csv').trim().split('\n')).toHaveLength(5);
    expect(countPictures('s.html')).toBe(4);
  });
});
