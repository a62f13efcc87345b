import { expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import type { Dataset } from '../data/sources/open.ts';
import { readTrainConfig, type TrainOptions } from '../train/config.ts';
import { createObjective } from '../train/objective.ts';
import { createFeeder } from './feed.ts';
import { prepareData } from './prepare.ts';

const random = createRandom('feed');
const dataset: Dataset = {
  format: 'npz',
  set: {
    name: 'two classes',
    numImages: 48,
    labels: Int32Array.from({ length: 48 }, (_, i) => (i < 32 ? 0 : 1)),
    classNames: ['a', 'b'],
    id: String,
    pixels: {
      kind: 'decoded',
      height: 8,
      width: 8,
      channels: 1,
      data: Uint8Array.from({ length: 48 * 64 }, () => random.integer(256)),
    },
  },
};

/** Similar and dissimilar pairs of an epoch. */
async function countPairs(options: TrainOptions): Promise<[similar: number, dissimilar: number]> {
  const config = readTrainConfig({ feed: 'pairs', batchSize: 4, validation: 8, test: 8, ...options });
  const data = await prepareData(dataset, config);
  const counts: [number, number] = [0, 0];
  for await (const { similar } of createFeeder(config, data, createObjective(config)).batches(0, 0))
    for (const value of similar!) counts[value === 1 ? 0 : 1]++;
  await data.pixels.close();
  return counts;
}

it('explicit pairs are as many as asked for, in the ratio asked for', async () => {
  expect(await countPairs({ numPairs: 40 })).toEqual([20, 20]);
  // 40 / (1 + 3).
  expect(await countPairs({ numPairs: 40, negativeRatio: 3 })).toEqual([10, 30]);
});

it('all similar pairs cannot be split by pair', async () => {
  await expect(countPairs({ numPairs: 'all', splitBy: 'pair' })).rejects.toThrow(
    /numPairs all, splitBy pair/,
  );
});

it('all similar pairs are every two images of a class', async () => {
  const { splits, pixels } = await prepareData(dataset, readTrainConfig({ validation: 8, test: 8 }));
  await pixels.close();
  const labels = Array.from(splits.train, (image) => dataset.set.labels[image]);
  let expected = 0;
  for (let i = 0; i < labels.length; i++)
    for (let j = i + 1; j < labels.length; j++) if (labels[i] === labels[j]) expected++;
  const [similar, dissimilar] = await countPairs({ numPairs: 'all', negativeRatio: 1.2 });
  // Of the last batch of 4, what does not fill it is left out.
  const numPairs = expected + Math.round(expected * 1.2);
  expect(similar + dissimilar).toBe(numPairs - (numPairs % 4));
  expect(expected - similar).toBeGreaterThanOrEqual(0);
  expect(expected - similar).toBeLessThanOrEqual(3);
});
