import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { linearProbe } from './linear-probe.ts';

const columns = (rows: readonly (readonly number[])[]) => Float32Array.from(rows.flat());

describe('linearProbe', () => {
  it('finds planes between classes that a distance does not see', () => {
    // Classes differ by 1 along a direction in which they hardly vary, while the other one varies by hundreds.
    const random = createRandom(1);
    const labels = Array.from({ length: 400 }, (_, i) => i % 2);
    const embeddings = columns(labels.map((label) => [label + 0.1 * random.normal(), 100 * random.normal()]));
    const { accuracy, numTrain, numTest } = linearProbe({
      embeddings,
      labels,
      random: createRandom(2),
      ridge: 1e-9,
    });
    expect(accuracy.value).toBeGreaterThan(0.98);
    expect([numTrain, numTest]).toEqual([200, 200]);
  });

  it('agrees with least squares solved by gradient descent', () => {
    const random = createRandom(3);
    const labels = Array.from({ length: 60 }, (_, i) => i % 3);
    const rows = labels.map((label) => [label + random.normal(), (label === 1 ? 1 : 0) + random.normal()]);
    const found = linearProbe({ embeddings: columns(rows), labels, random: createRandom(4), ridge: 0.5 });

    // The same halves, by the same draws.
    const draws = createRandom(4);
    const halves = [0, 1, 2].map((label) => {
      const images = draws.shuffle(labels.flatMap((other, i) => (other === label ? [i] : [])));
      return [images.slice(0, 10), images.slice(10)];
    });
    const train = halves.flatMap(([half]) => half);
    const test = halves.flatMap(([, half]) => half);
    const mean = [0, 1].map((d) => train.reduce((sum, i) => sum + Math.fround(rows[i][d]), 0) / train.length);
    const x = (i: number) => rows[i].map((value, d) => Math.fround(value) - mean[d]);
    const trace = train.reduce((sum, i) => sum + x(i)[0] ** 2 + x(i)[1] ** 2, 0);
    const weights = [0, 1, 2].map(() => [0, 0]);
    for (let step = 0; step < 5000; step++) {
      for (const [c, w] of weights.entries()) {
        const gradient = [0.5 * (trace / 2) * w[0], 0.5 * (trace / 2) * w[1]];
        for (const i of train) {
          const point = x(i);
          const error = point[0] * w[0] + point[1] * w[1] + 1 / 3 - (labels[i] === c ? 1 : 0);
          for (const d of [0, 1]) gradient[d] += error * point[d];
        }
        for (const d of [0, 1]) w[d] -= (0.2 / trace) * gradient[d];
      }
    }
    const right = test.filter((i) => {
      const values = weights.map((w) => w[0] * x(i)[0] + w[1] * x(i)[1]);
      return values.indexOf(Math.max(...values)) === labels[i];
    });
    expect(found.accuracy.value).toBeCloseTo(right.length / test.length, 12);
    expect(found.accuracy.value).toBeGreaterThan(0.4);
  });

  it.each([
    ['one class', [0, 0, 0]],
    ['classes of one image', [0, 1, 2]],
    ['no class', [-1, -1, -1]],
  ])('is undefined with %s', (_, labels) => {
    const { accuracy } = linearProbe({ embeddings: new Float32Array(3), labels, random: createRandom(1) });
    expect(accuracy.value).toBeNull();
  });

  it('guesses where all points are equal', () => {
    const labels = [0, 0, 1, 1];
    const { accuracy } = linearProbe({ embeddings: new Float32Array(8), labels, random: createRandom(1) });
    expect(accuracy.value).toBe(0.5);
  });
});
