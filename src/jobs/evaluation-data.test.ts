import { describe, expect, it } from 'vitest';
import type { ImageSet, PairList, SplitName } from '../data/types.ts';
import type { ModelConfig } from '../model/config.ts';
import { readTrainConfig } from '../train/config.ts';
import { prepareEvaluation } from './evaluation-data.ts';
import { prepareData } from './prepare.ts';

/** 120 grey images of 8×8 in four classes. */
function createSet(name: string, splits?: readonly SplitName[]): ImageSet {
  const numImages = 120;
  return {
    name,
    numImages,
    labels: Int32Array.from({ length: numImages }, (_, i) => i % 4),
    classNames: ['a', 'b', 'c', 'd'],
    splits: splits && Array.from({ length: numImages }, (_, i) => splits[(i >> 2) % splits.length]),
    id: String,
    pixels: {
      kind: 'decoded',
      height: 8,
      width: 8,
      channels: 1,
      data: Uint8Array.from({ length: numImages * 64 }, (_, i) => (i * 7) % 251),
    },
  };
}

function modelOf(dataset: string, fingerprint: string, classes = ['a', 'b', 'c', 'd']): ModelConfig {
  const training = readTrainConfig({ testPairs: 500, validationPairs: 100, seed: 3 });
  return {
    format: 'samesame-model',
    version: 1,
    encoder: { name: 'compact', embeddingSize: 64, normalized: true, sha256: '' },
    input: { height: 8, width: 8, channels: 1, resize: 'fit' },
    distance: 'euclidean',
    threshold: 0.5,
    calibration: { slope: 1, intercept: 0 },
    classes,
    provenance: {
      dataset,
      fingerprint,
      numImages: 120,
      seed: 3,
      samesame: '0',
      runtime: 'test',
      training: { ...training, pixelScale: { mean: 0, deviation: 1 } },
    },
  };
}

const imagesOf = ({ left, right }: PairList) => [...new Set([...left, ...right])];
const dataset = (name: string, splits?: readonly SplitName[]) => ({
  format: 'npz' as const,
  set: createSet(name, splits),
});

describe('prepareEvaluation', () => {
  it('splits training data as its run did, and takes the run’s own test pairs', async () => {
    const training = readTrainConfig({ testPairs: 500, validationPairs: 100, seed: 3 });
    const run = await prepareData(dataset('photos'), training);
    const model = modelOf('photos', run.fingerprint);
    const own = await prepareEvaluation(dataset('elsewhere/photos'), model, {});
    expect(own.part).toBe('held-out');
    expect(own.data.splits).toEqual(run.splits);
    expect(own.data.testPairs).toEqual(run.testPairs);
    expect(own.data.validationPairs).toEqual(run.validationPairs);

    const redrawn = await prepareEvaluation(dataset('photos'), model, { numPairs: 70, seed: 9 });
    expect(redrawn.data.testPairs.numPairs).toBe(70);
    const held = new Set(run.splits.test);
    expect(imagesOf(redrawn.data.testPairs).every((image) => held.has(image))).toBe(true);

    const all = await prepareEvaluation(dataset('photos'), model, { split: 'all' });
    expect(all.part).toBe('all');
    expect(all.data.splits.test).toHaveLength(120);
    expect(all.data.warnings[0]).toMatch(/trained on most of these images/);
  });

  it('measures the test split of other data, and chooses the baseline’s threshold beside it', async () => {
    const { part, data } = await prepareEvaluation(
      dataset('others', ['train', 'test', 'train']),
      modelOf('photos', 'another'),
      {},
    );
    expect(part).toBe('test');
    expect(data.splits.test).toHaveLength(40);
    const isTest = (image: number) => data.set.splits![image] === 'test';
    expect(imagesOf(data.testPairs).every(isTest)).toBe(true);
    expect(data.validationPairs.numPairs).toBe(100);
    expect(imagesOf(data.validationPairs).some(isTest)).toBe(false);
    expect(data.warnings).toEqual([]);
  });

  it('measures all of other data without a test split, and says what it cannot know', async () => {
    const same = await prepareEvaluation(dataset('photos'), modelOf('photos', 'another'), {});
    expect(same.part).toBe('all');
    expect(same.data.testPairs.numPairs).toBe(500);
    expect(same.data.validationPairs.numPairs).toBe(0);
    expect(same.data.warnings[0]).toMatch(/have changed since/);
    const alike = await prepareEvaluation(dataset('others'), modelOf('photos', 'another'), {});
    expect(alike.data.warnings[0]).toMatch(/classes of these names/);
    const strange = await prepareEvaluation(dataset('others'), modelOf('photos', 'another', ['x', 'y']), {});
    expect(strange.data.warnings).toEqual([]);
  });

  it('takes the pairs that the data names, and no number of them', async () => {
    const pairs: PairList = {
      numPairs: 2,
      left: Int32Array.of(0, 2),
      right: Int32Array.of(4, 3),
      similar: Float32Array.of(1, 0),
    };
    const listed = { ...dataset('list'), format: 'pairs' as const, pairs };
    const { data } = await prepareEvaluation(listed, modelOf('photos', 'another'), {});
    expect(data.testPairs).toEqual(pairs);
    await expect(
      prepareEvaluation(listed, modelOf('photos', 'another'), { numPairs: 5 }),
    ).rejects.toMatchObject({ code: 'E_CONFIG' });
    await expect(
      prepareEvaluation(dataset('photos'), modelOf('photos', 'another'), { split: 'test' }),
    ).rejects.toMatchObject({ code: 'E_CONFIG' });
  });
});
