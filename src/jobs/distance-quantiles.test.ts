import { expect, it } from 'vitest';
import { distanceQuantiles } from './distance-quantiles.ts';

it('are places in the sorted distances of each kind', () => {
  const distances = Float32Array.of(9, 1, 2, 8, 3, 4, 7, 5, 6, 10, 0.5, 0.25);
  const similar = Float32Array.of(1, 1, 1, 1, 0.75, 1, 1, 1, 1, 1, 0, 0.5);
  expect(distanceQuantiles(distances, similar)).toEqual({ positive: [1, 5, 9], negative: [0.25, 0.25, 0.5] });
});

it('are the distance itself where there is one pair, and null where there is none', () => {
  expect(distanceQuantiles(Float32Array.of(2), Float32Array.of(1))).toEqual({
    positive: [2, 2, 2],
    negative: null,
  });
});
