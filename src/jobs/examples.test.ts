import { describe, expect, it } from 'vitest';
import { createStore } from '../data/pixels/store.ts';
import type { Model } from '../model/model.ts';
import { pickExamples } from './examples.ts';

const labels = Int32Array.of(0, 0, 1, 1, 2);
const shape = { height: 1, width: 2, channels: 1 } as const;
const pixels = createStore({
  shape,
  numImages: 5,
  bad: [],
  isUsable: new Uint8Array(5).fill(1),
  memory: Uint8Array.of(0, 1, 10, 11, 20, 21, 30, 31, 40, 41),
});
const set = {
  name: 'five',
  numImages: 5,
  labels,
  classNames: ['a', 'b', 'c'],
  id: String,
  pixels: { kind: 'encoded', path: String } as const,
};
const testPairs = {
  numPairs: 6,
  left: Int32Array.of(0, 0, 2, 1, 0, 4),
  right: Int32Array.of(1, 2, 3, 3, 4, 2),
  similar: Float32Array.of(1, 0, 1, 0, 0, 0),
};
const model = {
  config: { threshold: 0.5, calibration: { slope: 4, intercept: -2 } },
} as unknown as Pick<Model, 'config'>;

describe('pickExamples', () => {
  it('shows pairs as they were drawn, and behind them the worst mistake of each kind', async () => {
    // Pair 2 is similar and too far; pairs 3 and 5 are dissimilar and too close, 5 the closer.
    const distances = Float32Array.of(0.1, 0.9, 0.8, 0.4, 0.7, 0.2);
    const examples = await pickExamples({ set, pixels, testPairs }, model, { distances }, 1);
    const drawn = examples.map(({ distance }) => Number(distance.toFixed(1)));
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(drawn).toEqual(expect.arrayContaining([0.1, 0.8, 0.2]));
    const worst = examples.find(({ distance }) => distance < 0.25 && distance > 0.15)!;
    expect(worst).toMatchObject({ verdict: 'same', similar: false, names: ['c', 'b'], shape });
    expect([...worst.left, ...worst.right]).toEqual([40, 41, 20, 21]);
    expect(worst.probability).toBeCloseTo(1 / (1 + Math.exp(4 * 0.2 - 2)), 5);
  });

  it('shows no mistake where there is none', async () => {
    const distances = Float32Array.of(0.1, 0.9, 0.2, 0.8, 0.7, 0.6);
    const examples = await pickExamples({ set, pixels, testPairs }, model, { distances }, 1);
    expect(examples.every(({ verdict, similar }) => (verdict === 'same') === similar)).toBe(true);
    expect(examples).toHaveLength(4);
  });
});
