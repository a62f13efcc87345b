import { expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { findClusters } from './clusters.ts';
import { chooseCoreSet } from './core-set.ts';
import { findMislabels } from './mislabels/find.ts';
import { findOutliers } from './outliers.ts';

const random = createRandom('curate');
const labels = Int32Array.from({ length: 90 }, (_, i) => i % 3);
const embeddings = Float32Array.from(
  { length: 180 },
  (_, i) => 10 * Math.cos(labels[i >> 1] * 2.1 + (i % 2) * 1.57) + 0.5 * random.normal(),
);

it.each(['distance', 'lof'] as const)(
  'finds a planted outlier by %s, and refuses k out of range',
  async (method) => {
    const rows = Float32Array.from(embeddings);
    rows.set([60, 60], 20);
    const found = await findOutliers({ embeddings: rows, numRows: 90, method });
    expect(found.order[0]).toBe(10);
    expect(found.numOutliers).toBeGreaterThanOrEqual(1);
    await expect(findOutliers({ embeddings: rows, numRows: 90, k: 90 })).rejects.toMatchObject({
      code: 'E_CONFIG',
    });
  },
);

it.each(['linear', 'neighbours'] as const)(
  'finds planted wrong labels and no others by %s',
  async (method) => {
    const wrong = labels.slice();
    for (const row of [3, 40, 77]) wrong[row] = (wrong[row] + 1) % 3;
    const { mislabels } = await findMislabels({ embeddings, labels: wrong, numClasses: 3, method });
    expect(mislabels.map(({ row }) => row).sort((a, b) => a - b)).toEqual([3, 40, 77]);
    for (const { row, suggested, witnesses } of mislabels) {
      expect(suggested).toBe(labels[row]);
      expect(witnesses.length).toBeGreaterThan(0);
      for (const witness of witnesses) expect(wrong[witness]).toBe(suggested);
    }
  },
);

it('finds the clusters that were drawn', async () => {
  const { clusters } = await findClusters({ embeddings, numRows: 90, maxClusters: 6 });
  expect(clusters.map(({ rows }) => rows.length)).toEqual([30, 30, 30]);
});

it('chooses a core set that covers the rest', () => {
  const { rows, radii, nearest } = chooseCoreSet({ embeddings, numRows: 90, count: 3 });
  expect(new Set(Array.from(rows, (row) => labels[row])).size).toBe(3);
  expect([radii[2] < radii[0] / 3, nearest.length]).toEqual([true, 90]);
  expect(new Set(chooseCoreSet({ embeddings: new Float32Array(8), numRows: 4, count: 4 }).rows).size).toBe(4);
  expect(() => chooseCoreSet({ embeddings, numRows: 90, count: 91 })).toThrow(/sample/);
});
