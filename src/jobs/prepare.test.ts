import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { ImageSet } from '../data/types.ts';
import { readTrainConfig } from '../train/config.ts';
import { prepareData } from './prepare.ts';

const SIZES = [200, 80, 20];

/** 300 grey images of 8×8 in three classes of unequal size. */
function createSet(): ImageSet {
  const labels = Int32Array.from(SIZES.flatMap((size, label) => new Array<number>(size).fill(label)));
  return {
    name: 'three classes',
    numImages: labels.length,
    labels,
    classNames: ['a', 'b', 'c'],
    id: String,
    pixels: {
      kind: 'decoded',
      height: 8,
      width: 8,
      channels: 1,
      data: Uint8Array.from({ length: labels.length * 64 }, (_, i) => (i * 7) % 251),
    },
  };
}

function countByClass(set: ImageSet, indices: Int32Array): number[] {
  return SIZES.map((_, label) => indices.filter((index) => set.labels[index] === label).length);
}

describe('prepareData', () => {
  const dataset: Dataset = { format: 'npz', set: createSet() };

  it('draws maxImages from each class in proportion, and leaves the held-out images alone', async () => {
    const whole = await prepareData(dataset, readTrainConfig({}));
    const part = await prepareData(dataset, readTrainConfig({ maxImages: 42 }));
    expect(countByClass(dataset.set, whole.splits.train)).toEqual([140, 56, 14]);
    expect(countByClass(dataset.set, part.splits.train)).toEqual([28, 11, 3]);
    expect(part.splits.train.every((index) => whole.splits.train.includes(index))).toBe(true);
    for (const name of ['validation', 'test'] as const) expect(part.splits[name]).toEqual(whole.splits[name]);
    expect(part.testPairs).toEqual(whole.testPairs);

    const again = await prepareData(dataset, readTrainConfig({ maxImages: 42 }));
    expect(again.splits.train).toEqual(part.splits.train);
    const other = await prepareData(dataset, readTrainConfig({ maxImages: 42, seed: 2 }));
    expect(other.splits.train).not.toEqual(part.splits.train);
    const all = await prepareData(dataset, readTrainConfig({ maxImages: 1000 }));
    expect(all.splits.train).toEqual(whole.splits.train);
  });

  it('warns of copies that the split puts into two parts, or that are in two classes', async () => {
    const set = createSet();
    if (set.pixels.kind !== 'decoded') throw new Error('it has pixels');
    const random = createRandom('pixels');
    const data = Uint8Array.from({ length: set.numImages * 64 }, () => random.integer(256));
    const different: Dataset = { format: 'npz', set: { ...set, pixels: { ...set.pixels, data } } };
    expect((await prepareData(different, readTrainConfig({}))).warnings).toEqual([]);
    data.copyWithin(64 * 250, 0, 64); // image 0 of class a as image 250 of class b
    for (let i = 1; i < 40; i++) data.copyWithin(64 * i, 64 * 40, 64 * 41);
    const { warnings } = await prepareData(different, readTrainConfig({}));
    expect(warnings).toEqual([
      expect.stringMatching(
        /^2 images are the same image in different classes \(0 = 250; .*: one of the labels is wrong$/,
      ),
      expect.stringMatching(/^4[02] images are the same image in different parts of the split/),
    ]);
  });

  it('splits pairs of the same images where it is told to, and holds out test images all the same', async () => {
    const config = readTrainConfig({
      splitBy: 'pair',
      feed: 'pairs',
      numPairs: 70,
      validationPairs: 30,
      testPairs: 40,
    });
    const data = await prepareData(dataset, config);
    const { trainPairs, validationPairs, testPairs, splits } = data;
    expect([trainPairs!.numPairs, validationPairs.numPairs, testPairs.numPairs]).toEqual([70, 30, 40]);
    expect(splits.validation).toHaveLength(0);
    const sides = (pairs: { left: Int32Array; right: Int32Array }) => [...pairs.left, ...pairs.right];
    for (const image of [...sides(trainPairs!), ...sides(validationPairs)])
      expect(splits.train.includes(image)).toBe(true);
    for (const image of sides(testPairs)) expect(splits.test.includes(image)).toBe(true);
    expect(splits.train.some((image) => splits.test.includes(image))).toBe(false);
    for (const pairs of [trainPairs!, validationPairs])
      expect([...pairs.similar.slice(0, 4)]).toEqual([1, 0, 1, 0]);
    expect(data.warnings.join()).toContain('share their images');
    const whole = await prepareData(dataset, readTrainConfig({}));
    expect(splits.test).toHaveLength(whole.splits.test.length);
  });

  it('refuses maxImages for pairs that the source names', async () => {
    const pairs = {
      numPairs: 1,
      left: Int32Array.of(0),
      right: Int32Array.of(1),
      similar: Float32Array.of(1),
    };
    await expect(prepareData({ ...dataset, pairs }, readTrainConfig({ maxImages: 9 }))).rejects.toMatchObject(
      {
        code: 'E_CONFIG',
      },
    );
  });
});
