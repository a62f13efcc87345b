import { expect, test } from 'vitest';
import { runOnBoth } from '../../../test/gradcheck.ts';
import { checkBatchLoss, euclideanOf, meanOf, neighboursOf } from '../../../test/loss-checks.ts';
import { gradients } from '../../graph/gradients.ts';
import { input } from '../../graph/ops/source.ts';
import { contrastive } from '../contrastive.ts';
import { REDUCER_NAMES, reducerOf } from './reducer.ts';

// Costs of three anchors with three, one and no pairs; a 9 that does not exist.
const COSTS = [1, 0, 2, 4, 9, 9, 9, 9, 9];
const EXISTS = [1, 1, 1, 1, 0, 0, 0, 0, 0];
const EXPECTED = { mean: 7 / 4, 'mean-of-non-zero': 7 / 3, sum: 7, 'per-anchor': (1 + 4) / 2 };

test.each(REDUCER_NAMES)('%s, worked by hand, and of nothing', async (name) => {
  const costs = input('costs', 'float32', [3, 3]);
  const exists = input('exists', 'float32', [3, 3]);
  const loss = reducerOf(name)(costs, exists);
  const [gradient] = gradients(loss, [costs]);
  const measure = (values: number[]) =>
    runOnBoth(
      { loss, gradient },
      { costs: { tensor: costs, values: COSTS }, exists: { tensor: exists, values } },
    );
  expect((await measure(EXISTS)).loss).toBeAllClose([EXPECTED[name]]);
  const nothing = await measure(new Array(9).fill(0));
  expect([...nothing.loss, ...nothing.gradient]).toBeAllClose(new Array(10).fill(0));
});

test('of costs of anchors, per-anchor is the mean', async () => {
  const costs = input('costs', 'float32', [4]);
  const exists = input('exists', 'float32', [4]);
  const { loss } = await runOnBoth(
    { loss: reducerOf('per-anchor')(costs, exists) },
    { costs: { tensor: costs, values: [1, 2, 6, 9] }, exists: { tensor: exists, values: [1, 1, 1, 0] } },
  );
  expect(loss).toBeAllClose([3]);
});

test('contrastive over the pairs that still cost something', () =>
  checkBatchLoss({
    loss: contrastive({ margin: 2, reducer: 'mean-of-non-zero' }).overBatch,
    oracle: (rows, labels) => {
      const anchors = neighboursOf(labels);
      const distances = (kind: 'positives' | 'negatives') =>
        anchors.flatMap((anchor, i) => anchor[kind].map((j) => euclideanOf(rows[i], rows[j])));
      const apart = distances('negatives')
        .map((d) => Math.max(2 - d, 0) ** 2)
        .filter((cost) => cost > 0);
      return (meanOf(distances('positives').map((d) => d * d)) + meanOf(apart)) / 2;
    },
  }));
