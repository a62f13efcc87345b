import { describe, expect, test } from 'vitest';
import { runOnBoth } from '../../test/gradcheck.ts';
import { input } from '../graph/ops/source.ts';
import { type PairMasksOptions, pairMasks } from './pair-masks.ts';

async function masksOf(labels: number[], options?: PairMasksOptions) {
  const y = input('y', 'int32', [labels.length]);
  const { similar, dissimilar } = pairMasks(y, options);
  expect(similar.shape).toEqual([labels.length, labels.length]);
  return runOnBoth({ similar, dissimilar }, { y: { tensor: y, values: labels } });
}

test('both ways round, by hand', async () => {
  const { similar, dissimilar } = await masksOf([7, -2, 7]);
  expect(similar).toEqual([0, 0, 1, 0, 0, 0, 1, 0, 0]);
  expect(dissimilar).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0]);
});

test('each pair once, by hand', async () => {
  const { similar, dissimilar } = await masksOf([7, -2, 7, 7], { once: true });
  expect(similar).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  expect(dissimilar).toEqual([0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
});

describe.each([{ once: false }, { once: true }])('degenerate labels, %o', (options) => {
  test('one item is no pair', async () =>
    expect(await masksOf([3], options)).toEqual({ similar: [0], dissimilar: [0] }));
  test('one class has no dissimilar pair', async () => {
    const { similar, dissimilar } = await masksOf([3, 3, 3], options);
    expect(similar.reduce((sum, value) => sum + value)).toBe(options.once ? 3 : 6);
    expect(Math.max(...dissimilar)).toBe(0);
  });
  test('classes past what a float32 tells apart', async () => {
    const { similar, dissimilar } = await masksOf([16_777_216, 16_777_217], options);
    expect(Math.max(...similar)).toBe(0);
    expect(dissimilar[1]).toBe(1);
  });
});
