import { describe, expect, it } from 'vitest';
import '../../../test/matchers.ts';
import { createRandom } from '../../base/random.ts';
import { countValues, type ValueHistogram } from './histogram.ts';

/** Edges of all buckets, one by one as TensorFlow makes them, and a search through them from the left. */
function bucketByHand(value: number): [left: number, right: number] {
  const edges = [0];
  for (let edge = 1e-12; edge < 1e20; edge *= 1.1) {
    edges.push(edge);
    edges.unshift(-edge);
  }
  edges.push(Number.MAX_VALUE);
  edges.unshift(-Number.MAX_VALUE);
  const right = edges.findIndex((edge) => value < edge);
  return [edges[right - 1], edges[right]];
}

/** The written bucket that a value lies in. */
function placeOf({ limits }: ValueHistogram, value: number): number {
  return limits.findIndex((limit) => value < limit);
}

describe('countValues', () => {
  it('counts as a plain loop does', () => {
    const random = createRandom('histogram');
    const values = Float32Array.from({ length: 500 }, () => random.normal() * 10 ** (random.integer(9) - 6));
    const histogram = countValues(values);
    const expected = new Map<number, number>();
    for (const value of values) {
      const [left, right] = bucketByHand(value);
      const place = placeOf(histogram, value);
      expect(histogram.limits[place]).toBe(right);
      // The bucket before it ends where this one begins, as a full bucket or as a run of empty ones.
      expect(histogram.limits[place - 1]).toBe(left);
      expected.set(place, (expected.get(place) ?? 0) + 1);
    }
    expect(histogram.counts).toEqual(histogram.limits.map((_, place) => expected.get(place) ?? 0));
    const { num, min, max } = histogram;
    expect([num, min, max]).toEqual([500, Math.min(...values), Math.max(...values)]);
    let [sum, sumSquares] = [0, 0];
    for (const value of values) {
      sum += value;
      sumSquares += value ** 2;
    }
    expect([histogram.sum, histogram.sumSquares]).toBeAllClose([sum, sumSquares], { rtol: 1e-12 });
  });

  it('writes a run of empty buckets as one', () => {
    const { limits, counts } = countValues([-1, 0, 0, 5]);
    expect(counts).toEqual([0, 1, 0, 2, 0, 1, 0]);
    expect(limits[1]).toBeGreaterThan(-1);
    expect(limits[2]).toBe(0);
    expect(limits[3]).toBe(1e-12);
    expect(limits[6]).toBe(Number.MAX_VALUE);
  });

  it.each([
    ['no value', []],
    ['only values that are no numbers', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ])('has one empty bucket for %s', (_name, values) => {
    expect(countValues(values)).toEqual({
      min: 0,
      max: 0,
      num: 0,
      sum: 0,
      sumSquares: 0,
      limits: [Number.MAX_VALUE],
      counts: [0],
    });
  });

  it('leaves out what is no number', () => {
    expect(countValues([1, Number.NaN, 2, Number.POSITIVE_INFINITY])).toEqual(countValues([1, 2]));
  });

  it.each([0, -0, 1e-12, -1e-12, 1e-30, -1e30, 3.4e38, Number.MAX_VALUE, -Number.MAX_VALUE])(
    'has a bucket for %d',
    (value) => {
      const { counts, num, min, max } = countValues([value]);
      expect(counts.reduce((sum, count) => sum + count)).toBe(1);
      expect([num, min, max]).toEqual([1, value, value]);
    },
  );
});
