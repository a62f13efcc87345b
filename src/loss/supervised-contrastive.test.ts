import { describe, expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../test/gradcheck.ts';
import { gradients } from '../graph/gradients.ts';
import { input } from '../graph/ops/source.ts';
import { supervisedContrastive } from './supervised-contrastive.ts';

/** Eq. 2 anchor by anchor, its softmax over squared distances. */
function lossOf(flat: ArrayLike<number>, labels: ArrayLike<number>, temperature: number): number {
  const size = flat.length / labels.length;
  const logit = (i: number, j: number) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += (flat[i * size + k] - flat[j * size + k]) ** 2;
    return -Math.max(sum, 1e-7) / 2 / temperature;
  };
  const costs: number[] = [];
  for (let i = 0; i < labels.length; i++) {
    let all = 0;
    const positives: number[] = [];
    for (let a = 0; a < labels.length; a++) {
      if (a === i) continue;
      all += Math.exp(logit(i, a));
      if (labels[a] === labels[i]) positives.push(logit(i, a));
    }
    if (positives.length === 0) continue;
    const terms = positives.map((positive) => positive - Math.log(all));
    costs.push(-terms.reduce((sum, term) => sum + term, 0) / positives.length);
  }
  return costs.reduce((sum, cost) => sum + cost, 0) / (costs.length || 1);
}

function check(labels: readonly number[], temperature: number, seed: number) {
  return checkOp({
    valueRtol: 1e-5,
    operands: [{ shape: [labels.length, 3] }, { shape: [labels.length], values: labels, dtype: 'int32' }],
    build: (x, y) => supervisedContrastive({ temperature })(x, y).loss,
    oracle: (x, y) => [lossOf(x, y, temperature)],
    seed,
  });
}

async function measure(embeddings: number[][], labels: number[], temperature?: number) {
  const x = input('x', 'float32', [embeddings.length, embeddings[0].length]);
  const y = input('y', 'int32', [labels.length]);
  const { loss, diagnostics } = supervisedContrastive({ temperature })(x, y);
  const [gradient] = gradients(loss, [x]);
  return runOnBoth(
    { loss, gradient, ...diagnostics },
    { x: { tensor: x, values: embeddings.flat() }, y: { tensor: y, values: labels } },
  );
}

describe('against anchors one by one', () => {
  test('two, three and one of a class', () => check([4, 7, 4, 7, 7, 2], 1, 0));
  test('a lower temperature', () => check([1, 1, 2, 2], 0.5, 1));
  test('one class only', () => check([3, 3, 3], 1, 2));
});

test('is the loss on cosines for embeddings of length 1', async () => {
  // Four points on the circle at 0°, 60°, 90° and 180°.
  const points = [0, 60, 90, 180].map((degrees) => (degrees * Math.PI) / 180);
  const labels = [1, 1, 2, 2];
  const cosine = (i: number, j: number) => Math.cos(points[i] - points[j]) / 0.2;
  const costs = [0, 1, 2, 3].map((i) => {
    const others = [0, 1, 2, 3].filter((j) => j !== i);
    const all = others.reduce((sum, j) => sum + Math.exp(cosine(i, j)), 0);
    return -cosine(i, i ^ 1) + Math.log(all);
  });
  const { loss, activeShare, meanPositiveDistance } = await measure(
    points.map((angle) => [Math.cos(angle), Math.sin(angle)]),
    labels,
    0.2,
  );
  expect(loss).toBeAllClose([costs.reduce((sum, cost) => sum + cost, 0) / 4], { rtol: 1e-4 });
  // 60° is nearer to 90° than to 0°; 90° is nearer to 60° than to 180°; 180° has 90° nearest; 0° has 60°.
  expect(activeShare).toEqual([0.5]);
  expect(meanPositiveDistance).toBeAllClose([(2 * Math.sin(Math.PI / 6) + Math.SQRT2) / 2], { rtol: 1e-4 });
});

describe('degenerate batches', () => {
  test('no positive pair', async () => {
    const { loss, gradient, activeShare } = await measure([[0], [1], [3]], [1, 2, 3]);
    expect([...loss, ...activeShare]).toBeAllClose([0, 0]);
    expect(gradient).toBeAllClose([0, 0, 0]);
  });

  test('equal points: a choice among equals, without a gradient', async () => {
    const { loss, gradient } = await measure(new Array(4).fill([1, 0]), [1, 1, 2, 2]);
    expect(loss).toBeAllClose([Math.log(3)], { rtol: 1e-5 });
    expect(gradient).toBeAllClose(new Array(8).fill(0));
  });

  test('points far apart stay finite', async () => {
    const { loss } = await measure([[0], [100], [1], [101]], [1, 1, 2, 2]);
    expect(loss[0]).toBeGreaterThan(1000);
    expect(Number.isFinite(loss[0])).toBe(true);
  });
});

test.each([0, -1, Number.NaN])('refuses temperature %s', (temperature) => {
  expect(() => supervisedContrastive({ temperature })).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
