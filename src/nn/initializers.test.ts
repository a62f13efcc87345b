import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { constantOf, glorotUniform, heNormal, type Initializer, ones, zeros } from './initializers.ts';

const draw = (initializer: Initializer, shape: number[], seed = 1) => initializer(shape, createRandom(seed));

function momentsOf(values: Float32Array) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

// A dense layer [in, out], a convolution [out, in, kH, kW], a depthwise one [out, 1, kH, kW].
const CASES = [
  { shape: [200, 300], fanIn: 200, fanOut: 300 },
  { shape: [64, 32, 5, 3], fanIn: 32 * 15, fanOut: 64 * 15 },
  { shape: [512, 1, 7, 7], fanIn: 49, fanOut: 512 * 49 },
];

describe.each(CASES)('at shape $shape', ({ shape, fanIn, fanOut }) => {
  const length = shape.reduce((product, dim) => product * dim, 1);

  it('heNormal has variance 2 / fanIn', () => {
    const values = draw(heNormal, shape);
    expect(values.length).toBe(length);
    const { mean, variance } = momentsOf(values);
    const expected = 2 / fanIn;
    // Six standard errors of a mean and of a variance of normal numbers.
    expect(Math.abs(mean)).toBeLessThan(6 * Math.sqrt(expected / length));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(6 * Math.sqrt(2 / length));
  });

  it('glorotUniform fills ±√(6 / (fanIn + fanOut)) and no more', () => {
    const values = draw(glorotUniform, shape);
    const limit = Math.sqrt(6 / (fanIn + fanOut));
    const { mean, variance } = momentsOf(values);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.fround(limit));
    expect(Math.max(...values)).toBeGreaterThan(0.99 * limit);
    expect(Math.min(...values)).toBeLessThan(-0.99 * limit);
    expect(Math.abs(mean)).toBeLessThan(6 * (limit / Math.sqrt(3 * length)));
    expect(Math.abs(variance / (limit ** 2 / 3) - 1)).toBeLessThan(6 * Math.sqrt(0.8 / length));
  });

  it('the seed decides', () => {
    for (const initializer of [heNormal, glorotUniform]) {
      expect(draw(initializer, shape, 5)).toEqual(draw(initializer, shape, 5));
      expect(draw(initializer, shape, 5)).not.toEqual(draw(initializer, shape, 6));
    }
  });
});

it('constants are constant', () => {
  expect([...draw(zeros, [2, 2])]).toEqual([0, 0, 0, 0]);
  expect([...draw(ones, [3])]).toEqual([1, 1, 1]);
  expect([...draw(constantOf(-0.5), [2])]).toEqual([-0.5, -0.5]);
});
