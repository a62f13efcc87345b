import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preparePixels } from '../../src/data/pixels/prepare.ts';
import { embedStore } from '../../src/jobs/embed-store.ts';
import { rebuildReport } from '../../src/jobs/rebuild-report.ts';
import { numbersOf } from '../../src/jobs/sweep/result.ts';
import { loadModel } from '../../src/model/load.ts';
import { createCheckpointFolder } from '../../src/train/checkpoints.ts';
import type { TrainOptions } from '../../src/train/config.ts';
import { fitWithinClass } from '../../src/train/initial/within-class.ts';
import { nodeRuntime } from '../gradcheck.ts';
import { TINY_CHANNELS, tinyBackbone } from '../tiny-backbone.ts';
import { makeImageFolder } from '../tiny-images.ts';
import { failureOf, runOnOneThread } from './job.ts';

let root: string;
let images: string;
let common: TrainOptions;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-head-start-'));
  images = await makeImageFolder(join(root, 'images'), { imagesPerClass: 14 });
  await writeFile(join(root, 'tiny.onnx'), tinyBackbone());
  common = {
    network: undefined,
    backbone: join(root, 'tiny.onnx'),
    pixels: { scale: 'symmetric' },
    image: { height: 32, width: 32, channels: 3, resize: 'fit' },
    epochs: 0,
    views: 0,
  };
});
afterAll(() => rm(root, { recursive: true }));

/** One run of this name. */
const runOf = (name: string, config: TrainOptions) =>
  runOnOneThread(images, join(root, name), {
    config: { ...common, ...config },
    cache: join(root, 'cache'),
    numThreads: 1,
    overwrite: true,
  });

/** What a finished run's model file makes of all images. */
async function embeddingsOf({ run }: Awaited<ReturnType<typeof runOf>>): Promise<Float32Array> {
  const model = await loadModel(run.model, { runtime: nodeRuntime });
  const pixels = await preparePixels(run.data.set, model.config.input);
  const all = Int32Array.from({ length: run.data.set.numImages }, (_, i) => i);
  const embeddings = await embedStore(model.embed, pixels, all);
  await pixels.close();
  await model.close();
  return embeddings;
}

describe('a network of which nothing is learned by steps', () => {
  it('has no epochs, and all the rest of a run', async () => {
    const plain = await runOf('none', { freeze: 'all', head: 'none', averageDecay: 0.9 });
    const { run, events, warnings } = plain;
    expect(events).toContainEqual({ kind: 'note', message: expect.stringMatching(/there are no epochs/) });
    expect(warnings).toEqual([]);
    expect(run.records).toEqual([]);
    expect(await readFile(join(run.run, 'metrics.jsonl'), 'utf8')).toBe('');
    // The model is the frozen features: the baseline of every other run.
    const { verification, frozenFeatures } = run.measurement;
    expect(verification.auc).toEqual(frozenFeatures!.verification.auc);
    const { overFrozen } = run.measurement;
    for (const difference of [overFrozen!.aucDifference, overFrozen!.accuracyDifference])
      expect(difference).toMatchObject({ value: 0, low: 0, high: 0 });
    expect(verification.threshold).toBeCloseTo(frozenFeatures!.verification.threshold, 6);
    expect(numbersOf(run)).toMatchObject({
      epochs: 0,
      keptEpoch: 0,
      validationAccuracy: run.validation.accuracy,
    });
    const report = await readFile(run.report, 'utf8');
    expect(report).not.toMatch(/NaN|undefined|Infinity/);
    expect(await rebuildReport({ run: run.run })).toMatchObject({ isFinished: true, numEpochs: 0 });
    expect(await readFile(run.report, 'utf8')).toBe(report);
    const embeddings = await embeddingsOf(plain);
    for (let i = 0; i < embeddings.length; i += TINY_CHANNELS)
      expect(Math.hypot(...embeddings.subarray(i, i + TINY_CHANNELS))).toBeCloseTo(1, 4);
  });

  it('says that epochs which were asked for have no effect', async () => {
    const { warnings, run } = await runOf('asked', { head: 'none', epochs: 2 });
    expect(warnings).toEqual([expect.stringMatching(/there are no epochs/)]);
    expect(run.records).toEqual([]);
  });
});

describe('a head that begins as the map of variation within classes', () => {
  it('is fitted to the training images, and stays so at rate 0', async () => {
    const length = { normalize: false, embeddingSize: 5 } as const;
    const fitted = { ...length, headInit: 'within-class', headShrinkage: 0.4, headCentre: 0.5 } as const;
    const { embeddingSize: _, ...bare } = { ...length, head: 'none' } as const;
    const plain = await runOf('bare', bare);
    const ours = await runOf('fitted', { ...fitted, headRate: 0 });
    expect(ours.run.records).toEqual([]);

    const features = await embeddingsOf(plain);
    const { set, splits } = ours.run.data;
    const rows = (index: number) => features.subarray(index * TINY_CHANNELS, (index + 1) * TINY_CHANNELS);
    const { weight, bias } = fitWithinClass(
      Float32Array.from(Array.from(splits.train, (index) => [...rows(index)]).flat()),
      Int32Array.from(splits.train, (index) => set.labels[index]),
      { embeddingSize: 5, shrinkage: 0.4, centre: 0.5, seed: 1 },
    );
    const expected = Array.from({ length: set.numImages }, (_, i) =>
      Array.from(bias, (start, k) => rows(i).reduce((sum, x, d) => sum + x * weight[5 * d + k], start)),
    ).flat();
    // Training reads features of float16; the model's file has none.
    const largest = Math.max(...expected.map(Math.abs));
    expect(await embeddingsOf(ours)).toBeAllClose(expected, { rtol: 0.02, atol: 0.02 * largest });
  });

  it('lets the backbone learn under a head that stays, or the head go on from there', async () => {
    const settings = { freeze: 0.8, headInit: 'within-class', embeddingSize: 4, epochs: 1 } as const;
    const [still, moving] = [
      await runOf('still', { ...settings, headRate: 0 }),
      await runOf('moving', { ...settings, learningRate: 1e-4 }),
    ];
    const stateOf = async ({ run }: typeof still) =>
      (await createCheckpointFolder(join(run.run, 'checkpoints'), []).load('last'))!.state;
    const [first, second] = [await stateOf(still), await stateOf(moving)];
    const [a, b] = [first, second].map((state) => state.get('embedding/weight')!);
    // Slots of the optimiser belong to what learns.
    expect([...first.keys()].filter((name) => name.startsWith('embedding/weight@'))).toEqual([]);
    expect([...second.keys()].filter((name) => name.startsWith('embedding/weight@'))).not.toEqual([]);
    const moved = a.map((value, i) => Math.abs(value - b[i]));
    expect(Math.max(...moved)).toBeGreaterThan(0);
    expect(Math.max(...moved)).toBeLessThan(0.01);
    expect(still.run.records).toHaveLength(1);
    const { verification, frozenFeatures, overFrozen } = still.run.measurement;
    const gained = verification.auc.value! - frozenFeatures!.verification.auc.value!;
    expect(overFrozen!.aucDifference.value).toBeCloseTo(gained, 9);
    expect(overFrozen!.aucDifference.low).toBeLessThan(gained);
    expect(overFrozen!.aucDifference.high).toBeGreaterThan(gained);
  });

  it('refuses an embedding that is longer than the features, and data that names no classes', async () => {
    const fitted = { headInit: 'within-class', headRate: 0 } as const;
    expect(await failureOf(runOf('long', { ...fitted, embeddingSize: 13 }))).toEqual({
      code: 'E_CONFIG',
      message: expect.stringMatching(/embeddingSize up to 12/),
    });
    const pairs = join(root, 'pairs.csv');
    const lines = ['bars', 'discs'].flatMap((shape) =>
      Array.from({ length: 6 }, (_, i) => {
        const [left, right] = [`images/${shape}/0${i}.png`, `images/bars/0${i + 1}.png`];
        return `${left},${right},${shape === 'bars' ? 1 : 0}`;
      }),
    );
    await writeFile(pairs, ['left,right,similar', ...lines, ''].join('\n'));
    const job = runOnOneThread(pairs, join(root, 'named'), {
      config: { ...common, ...fitted, embeddingSize: 4 },
      cache: join(root, 'cache'),
      numThreads: 1,
    });
    expect(await failureOf(job)).toEqual({
      code: 'E_CONFIG',
      message: expect.stringMatching(/headInit has no effect here.*\n.*one folder each/),
    });
  });
});
