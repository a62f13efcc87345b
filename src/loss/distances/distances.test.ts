import { describe, expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { cosineOf, dotOf, meanOf, rowsOf } from '../../../test/loss-checks.ts';
import { input } from '../../graph/ops/source.ts';
import { DISTANCE_NAMES, distanceOf } from './by-name.ts';
import { toDistances, toSimilarities } from './distance.ts';

const squareOf = (a: number[], b: number[]) => a.reduce((sum, value, k) => sum + (value - b[k]) ** 2, 0);
const varianceOf = (a: number[]) => meanOf(a.map((value) => (value - meanOf(a)) ** 2));

const ORACLES: Readonly<Record<(typeof DISTANCE_NAMES)[number], (a: number[], b: number[]) => number>> = {
  euclidean: (a, b) => Math.sqrt(squareOf(a, b)),
  'squared-euclidean': squareOf,
  cosine: cosineOf,
  dot: dotOf,
  l1: (a, b) => a.reduce((sum, value, k) => sum + Math.abs(value - b[k]), 0),
  snr: (a, b) => varianceOf(a.map((value, k) => value - b[k])) / varianceOf(a),
};

describe.each(DISTANCE_NAMES)('%s', (name) => {
  const distance = distanceOf(name);
  const oracle = ORACLES[name];

  test('all rows to all rows', () =>
    checkOp({
      operands: [{ shape: [3, 4] }, { shape: [5, 4] }],
      build: (a, b) => distance.between(a, b),
      oracle: (a, b) => rowsOf(a, 3).flatMap((row) => rowsOf(b, 5).map((other) => oracle(row, other))),
      valueRtol: 1e-5,
    }));

  test('row by row', () =>
    checkOp({
      operands: [{ shape: [4, 3] }, { shape: [4, 3] }],
      build: (a, b) => distance.ofPairs(a, b),
      oracle: (a, b) => rowsOf(a, 4).map((row, i) => oracle(row, rowsOf(b, 4)[i])),
      valueRtol: 1e-5,
    }));

  test('among the rows of one matrix; a row is closest to itself, whichever way the numbers run', async () => {
    const x = input('x', 'float32', [3, 2]);
    const among = distance.between(x);
    const values = [0.6, 0.8, -1, 0, 0.28, -0.96];
    const { distances, similarities } = await runOnBoth(
      { distances: toDistances(distance, among), similarities: toSimilarities(distance, among) },
      { x: { tensor: x, values } },
    );
    expect(similarities).toBeAllClose(distances.map((value) => -value));
    for (let i = 0; i < 3; i++) {
      const row = distances.slice(3 * i, 3 * i + 3);
      expect(Math.min(...row)).toBe(row[i]);
    }
  });

  test('zeros give numbers', async () => {
    const x = input('x', 'float32', [3, 2]);
    const results = await runOnBoth(
      { among: distance.between(x), pairs: distance.ofPairs(x, x) },
      { x: { tensor: x, values: [0, 0, 0, 0, 1, 1] } },
    );
    for (const values of Object.values(results)) expect(values.every(Number.isFinite)).toBe(true);
  });
});

test('which rank points of length 1 as Euclidean distance does', async () => {
  const x = input('x', 'float32', [6, 3]);
  const values = [1, 0, 0, 0, 1, 0, 0.6, 0, 0.8, -0.8, 0.6, 0, 0, -0.6, 0.8, 0.48, 0.6, 0.64];
  const rankOf = (row: number[]) => row.map((_, i) => i).sort((a, b) => row[a] - row[b]);
  const outputs = Object.fromEntries(
    DISTANCE_NAMES.map((name) => [name, toDistances(distanceOf(name), distanceOf(name).between(x))]),
  );
  const results = await runOnBoth(outputs, { x: { tensor: x, values } });
  const expected = rowsOf(results.euclidean, 6).map(rankOf);
  for (const name of DISTANCE_NAMES) {
    const isSame = JSON.stringify(rowsOf(results[name], 6).map(rankOf)) === JSON.stringify(expected);
    expect(isSame, name).toBe(distanceOf(name).ranksAsEuclidean);
  }
});

test('a distance of one’s own is taken as it is; an unknown name is refused with the nearest', () => {
  const own = { ...distanceOf('euclidean'), name: 'mine' };
  expect(distanceOf(own)).toBe(own);
  expect(() => distanceOf('euclidian' as never)).toThrow(/did you mean "euclidean"/);
});
