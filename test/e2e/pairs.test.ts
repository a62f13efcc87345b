import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { openDataset } from '../../src/data/sources/open.ts';
import type { PairList } from '../../src/data/types.ts';
import { evaluate } from '../../src/jobs/evaluate.ts';
import { loadModel } from '../../src/model/load.ts';
import { nodeRuntime } from '../gradcheck.ts';
import { CLASS_NAMES, drawImage, makeImageFolder } from '../tiny-images.ts';
import { checksumsOf, failureOf, runOnOneThread } from './job.ts';

const CONFIG = { epochs: 2, numPairs: 60, batchSize: 8 };

let root: string;
let images: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-pairs-'));
  images = await makeImageFolder(join(root, 'images'));
});
afterAll(() => rm(root, { recursive: true }));

const newRun = () => mkdtemp(join(root, 'run-'));

/** A list of pairs within small groups of images, so that it can be split without an image in two parts. */
async function writePairs(name: string, change: (similar: number, place: number) => number = (s) => s) {
  const rows: string[] = [];
  const nameOf = (c: number, i: number) => `images/${CLASS_NAMES[c]}/${String(i).padStart(2, '0')}.png`;
  for (let i = 0; i < 20; i += 2) {
    for (const c of CLASS_NAMES.keys()) {
      const other = (c + 1) % CLASS_NAMES.length;
      rows.push(`${nameOf(c, i)},${nameOf(c, i + 1)},${change(1, rows.length)}`);
      rows.push(`${nameOf(c, i)},${nameOf(other, i + 1)},${change(0, rows.length)}`);
      rows.push(`${nameOf(c, i + 1)},${nameOf(other, (i + 7) % 20)},${change(0, rows.length)}`);
    }
  }
  const path = join(root, name);
  await writeFile(path, `left,right,similar\n${rows.join('\n')}\n`);
  return path;
}

async function expectAnswers(run: string) {
  const model = await loadModel(run, { runtime: nodeRuntime });
  const paths = ['bars/00.png', 'discs/01.png'].map((name) => join(images, name));
  const [there, back] = [
    await model.compareFiles(paths[0], paths[1]),
    await model.compareFiles(paths[1], paths[0]),
  ];
  expect(back.distance).toBeCloseTo(there.distance, 5);
  expect(Number.isFinite(there.distance) && there.probability >= 0 && there.probability <= 1).toBe(true);
  await model.close();
  return model.config;
}

describe('a list of pairs', () => {
  it('is trained on as it is, and measured on pairs of other images', async () => {
    const path = await writePairs('pairs.csv');
    const { run } = await runOnOneThread(path, await newRun(), { config: CONFIG, overwrite: true });
    const { trainPairs, splits } = run.data;
    expect(trainPairs!.numPairs).toBeGreaterThan(40);
    const all = [splits.train, splits.validation, splits.test].flatMap((part) => [...part]);
    expect(new Set(all).size).toBe(all.length);
    expect(run.measurement.retrieval).toBeNull();
    const config = await expectAnswers(run.run);
    expect(config).toMatchObject({ distance: 'euclidean', classes: [] });
    expect(await readFile(run.report, 'utf8')).toContain('</html>');
  });

  it('may be graded', async () => {
    const path = await writePairs('graded.csv', (similar, place) => Math.abs(similar - (place % 4) / 10));
    const job = { config: { ...CONFIG, loss: 'mean-squared-error' }, overwrite: true } as const;
    const { run } = await runOnOneThread(path, await newRun(), job);
    expect(new Set(run.data.trainPairs!.similar).size).toBeGreaterThan(3);
    await expectAnswers(run.run);
  });

  it('is part of what the run is', async () => {
    const path = await writePairs('changing.csv');
    const out = join(await newRun(), 'run');
    await runOnOneThread(path, out, { config: CONFIG });
    await writePairs('changing.csv', (similar, place) => (place < 3 ? 0.5 : similar));
    expect((await failureOf(runOnOneThread(path, out, { config: CONFIG, resume: true }))).code).toBe(
      'E_CHECKPOINT',
    );
  });

  it.each([
    [
      'a loss that needs labels',
      { loss: 'triplet' },
      /triplet cannot be fed with explicit pairs[\s\S]*help: choose another loss/,
    ],
    ['batches', { feed: 'batch' }, /names its pairs cannot be fed as batches[\s\S]*help: /],
    ['a split by class', { splitBy: 'class' }, /cannot be split by class[\s\S]*help: /],
    ['a number of images', { maxImages: 10 }, /maxImages cannot be used[\s\S]*help: /],
    ['a ratio', { negativeRatio: 2 }, /negativeRatio cannot be used[\s\S]*help: /],
  ])('refuses %s', async (_name, config, expected) => {
    const path = await writePairs('refused.csv');
    const failure = failureOf(
      runOnOneThread(path, join(await newRun(), 'run'), { config: config as object }),
    );
    expect(await failure).toEqual({ code: 'E_CONFIG', message: expect.stringMatching(expected) });
  });
});

it('couples on disk are trained on, end to end', async () => {
  const folder = join(root, 'couples');
  for (const name of CLASS_NAMES) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < 10; i++) {
      for (const half of ['one', 'two']) {
        const image = await drawImage(name, createRandom(`${name}/${i}/${half}`));
        await writeFile(join(folder, name, `photo_${i}_${half}.png`), image);
      }
    }
  }
  const job = { config: { ...CONFIG, loss: 'binary-cross-entropy' }, overwrite: true } as const;
  const { run } = await runOnOneThread(folder, await newRun(), job);
  expect(run.data.set.numImages).toBe(80);
  expect(run.data.trainPairs!.numPairs).toBeGreaterThan(20);
  expect(await expectAnswers(run.run)).toMatchObject({ distance: 'comparator' });
});

it('couples get the ratio that was asked for, and are measured again by the same pairs', async () => {
  const folder = join(root, 'couples');
  const countOf = ({ numPairs, similar }: PairList) => [
    similar.filter((value) => value === 1).length,
    numPairs,
  ];
  const job = { config: { epochs: 1, batchSize: 8, negativeRatio: 3 }, overwrite: true };
  const { run } = await runOnOneThread(folder, await newRun(), job);
  const { trainPairs, validationPairs, testPairs } = run.data;
  // Drawn within each part, so that none ties two parts together.
  const parts = [trainPairs!, validationPairs, testPairs].map(countOf);
  expect(parts.reduce((sum, [numSimilar]) => sum + numSimilar, 0)).toBe(40);
  for (const [numSimilar, numPairs] of parts) expect(numPairs).toBe(4 * numSimilar);
  const dataset = await openDataset(folder);
  const again = await evaluate({ model: run.run, dataset, runtime: nodeRuntime });
  expect(again.measurement.verification.confusion).toEqual(run.measurement.verification.confusion);
});

describe('a learned comparator', () => {
  it.each([
    ['binary-cross-entropy', 'concat', false],
    ['focal', 'absolute-difference', true],
    ['mean-squared-error', 'concat', false],
  ] as const)('by %s with the head %s is saved beside the encoder', async (loss, comparator, symmetric) => {
    const job = { config: { ...CONFIG, loss, comparator }, overwrite: true };
    const { run } = await runOnOneThread(images, await newRun(), job);
    expect(Object.keys(await checksumsOf(run.model))).toEqual([
      'README.md',
      'comparator.onnx',
      'config.json',
      'encoder.onnx',
      'reference.safetensors',
    ]);
    const config = await expectAnswers(run.run);
    expect(config.distance).toBe('comparator');
    expect(config.comparator).toMatchObject({ name: comparator, symmetric });
    expect(config.threshold).toBeGreaterThan(0);
    expect(config.threshold).toBeLessThan(1);
    const { loss: first, diagnostics } = run.records[0];
    expect(Number.isFinite(first)).toBe(true);
    expect(diagnostics.accuracy).toBeGreaterThan(0);
  });
});

describe('other ways to train', () => {
  it.each([
    ['triplets', { loss: 'triplet', lossOptions: { mining: 'batch-hard', margin: 0.2 } }],
    ['pairs drawn from labels', { feed: 'pairs', optimizer: 'adamw', schedule: 'step' }],
    ['whole classes held out', { splitBy: 'class', validation: 0.25, test: 0.25 }],
    [
      'sgd, clipped and penalised',
      { optimizer: 'sgd', clipNorm: 1, l2: 1e-4, warmUpSteps: 3, augment: 'none' },
    ],
  ] as const)('%s', async (_name, config) => {
    const classes = 'splitBy' in config ? 12 : 4;
    const data = classes === 4 ? images : await manyClasses();
    const { run } = await runOnOneThread(data, await newRun(), {
      config: { ...CONFIG, ...config },
      overwrite: true,
    });
    expect(run.records.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    await expectAnswers(run.run);
  });

  /** Twelve classes: the four, at three places in the alphabet. */
  async function manyClasses(): Promise<string> {
    const folder = join(root, 'many');
    for (const prefix of ['a', 'b', 'c']) {
      for (const name of CLASS_NAMES) {
        await mkdir(join(folder, `${prefix}-${name}`), { recursive: true });
        for (let i = 0; i < 5; i++) {
          const image = await drawImage(name, createRandom(`${prefix}/${name}/${i}`));
          await writeFile(join(folder, `${prefix}-${name}`, `${i}.png`), image);
        }
      }
    }
    return folder;
  }
});
