import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zip } from '../../test/archives.ts';
import { createRandom } from '../base/random.ts';
import { openDataset } from '../data/sources/open.ts';
import { loadModel } from '../model/load.ts';
import { embedViews } from './embed-views.ts';
import { evaluateEpisodes } from './episodes.ts';
import { train } from './train.ts';

let root: string;
let data: string;
let model: string;

/** A drawing of strokes that its class decides; the drawing moves them a little. */
function draw(className: string, drawing: number): Promise<Buffer> {
  const strokes = createRandom(className);
  const hand = createRandom(`${className} ${drawing}`);
  const point = () =>
    `${4 + strokes.integer(20) + hand.integer(3)} ${4 + strokes.integer(20) + hand.integer(3)}`;
  const path = `M${point()} L${point()} L${point()} M${point()} L${point()}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="28" height="28"><rect width="28" height="28" fill="white"/><path d="${path}" stroke="black" stroke-width="2" fill="none"/></svg>`;
  return sharp(Buffer.from(svg)).toColourspace('b-w').png().toBuffer();
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'samesame-episodes-'));
  data = join(root, 'letters');
  for (const alphabet of ['A', 'B', 'C', 'D', 'E']) {
    for (let c = 1; c <= 4; c++) {
      const name = `${alphabet}/character0${c}`;
      mkdirSync(join(data, name), { recursive: true });
      for (let i = 0; i < 6; i++) writeFileSync(join(data, name, `${i}.png`), await draw(name, i));
    }
  }
  const runs: Record<string, Buffer> = {};
  const lines: string[] = [];
  for (let c = 1; c <= 4; c++) {
    runs[`run01/training/class0${c}.png`] = await draw(`E/character0${c}`, 0);
    runs[`run01/test/item0${c}.png`] = await draw(`E/character0${c}`, 1);
    lines.push(`run01/test/item0${c}.png run01/training/class0${c}.png`);
  }
  const archive = { 'run01/class_labels.txt': Buffer.from(lines.join('\n')), ...runs };
  writeFileSync(join(root, 'all_runs.zip'), zip(archive));
  const run = await train({
    dataset: await openDataset(data),
    out: join(root, 'run'),
    config: {
      network: 'protocol-a',
      loss: 'supervised-contrastive',
      image: { height: 16, width: 16, channels: 1 },
      epochs: 2,
      batchSize: 16,
      imagesPerClass: 2,
      batchGroups: 2,
      rotateClasses: true,
      splitBy: 'group',
      validation: 1,
      test: 1,
      validationEpisodes: 5,
      validationPairs: 60,
      testPairs: 60,
    },
  });
  model = run.model;
  // Three alphabets of 4 · 6 images in 4 turns, 16 a step.
  expect(run.records.map(({ step }) => step)).toEqual([18, 36]);
  for (const { validation } of run.records) expect(validation.episodes).toBeGreaterThan(0);
  const best = Math.max(...run.records.map(({ validation }) => validation.episodes!));
  expect(run.records.findLast(({ isBest }) => isBest)!.validation.episodes).toBe(best);
}, 60_000);
afterAll(() => rmSync(root, { recursive: true }));

const draws = { ways: 4, queriesPerClass: 2, numEpisodes: 30 } as const;

describe('evaluateEpisodes', () => {
  it('draws from the groups that the run held out', async () => {
    const measured = await evaluateEpisodes({ model, data, ...draws });
    expect(measured).toMatchObject({ kind: 'random', part: 'held-out', ways: 4, shots: 1, chance: 0.25 });
    expect([measured.numEpisodes, measured.numQueries, measured.shares.length]).toEqual([30, 240, 30]);
    expect(measured.rawPixels.value).toBeGreaterThan(0.25);
    expect(measured.accuracy.value).toBeGreaterThan(0.25);
    const again = await evaluateEpisodes({ model, data, ...draws });
    expect(again).toEqual(measured);
    expect((await evaluateEpisodes({ model, data, ...draws, seed: 9 })).shares).not.toEqual(measured.shares);
  });

  it('draws within an alphabet, from turned classes, from all images', async () => {
    const within = await evaluateEpisodes({ model, data, ...draws, kind: 'within-alphabet', split: 'all' });
    expect(within).toMatchObject({ part: 'all', numEpisodes: 30 });
    // The held-out alphabet has 4 characters, and 16 with their turns.
    const many = { ...draws, ways: 16 };
    await expect(evaluateEpisodes({ model, data, ...many })).rejects.toThrow(
      expect.objectContaining({ code: 'E_DATA_FEW_IMAGES' }),
    );
    const turned = await evaluateEpisodes({ model, data, ...many, rotateClasses: true });
    expect(turned.chance).toBe(1 / 16);
  });

  it('plays the official runs', async () => {
    const measured = await evaluateEpisodes({ model, data: root, kind: 'official' });
    expect(measured).toMatchObject({ part: 'official', ways: 4, numEpisodes: 1, numQueries: 4 });
  });

  it('refuses classes without alphabets', async () => {
    const within = evaluateEpisodes({ model, data: join(data, 'A'), ...draws, kind: 'within-alphabet' });
    await expect(within).rejects.toThrow(/have no alphabets/);
  });
});

describe('embedViews', () => {
  it('is the mean over moved images', async () => {
    const loaded = await loadModel(model);
    const image = Uint8Array.from({ length: 256 }, (_, i) => (i * 37) % 256);
    const shape = { height: 16, width: 16, channels: 1 } as const;
    const gather = async (_: Int32Array, out: Uint8Array) => out.set(image);
    const pixels = { shape, gather } as unknown as Parameters<typeof embedViews>[1];
    const size = loaded.config.encoder.embeddingSize;
    const mean = new Float64Array(size);
    for (const dy of [-1, 0, 1]) {
      for (const dx of [-1, 0, 1]) {
        const clamp = (v: number) => Math.max(0, Math.min(15, v));
        const moved = image.map((_, i) => image[clamp((i >> 4) - dy) * 16 + clamp((i & 15) - dx)]);
        const embedding = await loaded.embed(moved);
        for (let d = 0; d < size; d++) mean[d] += embedding[d] / 9;
      }
    }
    const one = await embedViews(loaded, pixels, Int32Array.of(0), { hasTurns: false, shifts: 1 });
    const plain = await embedViews(loaded, pixels, Int32Array.of(0), { hasTurns: false, shifts: 0 });
    expect([...plain]).toEqual([...(await loaded.embed(image))]);
    expect(loaded.config.encoder.normalized).toBe(false);
    expect([...one]).toBeAllClose([...mean], { rtol: 1e-4, atol: 1e-5 });
    const wrong = embedViews(loaded, pixels, Int32Array.of(0), { hasTurns: false, shifts: -1 });
    await expect(wrong).rejects.toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
    await loaded.close();
  });
});
