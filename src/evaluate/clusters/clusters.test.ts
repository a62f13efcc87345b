import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { agreement } from './agreement.ts';
import { kMeans } from './k-means.ts';
import { silhouette } from './silhouette.ts';

describe('kMeans', () => {
  it('finds clusters that lie far apart', () => {
    const random = createRandom(1);
    const truth = Int32Array.from({ length: 90 }, (_, i) => i % 3);
    const embeddings = Float32Array.from({ length: 180 }, (_, i) => 20 * truth[i >> 1] + random.normal());
    const { assignments, inertia } = kMeans({ embeddings, numRows: 90, numClusters: 3 });
    expect(agreement(truth, assignments).ami).toBeCloseTo(1, 9);
    let plain = 0;
    for (let c = 0; c < 3; c++) {
      for (let d = 0; d < 2; d++) {
        const values = Array.from(embeddings).filter((_, i) => i % 2 === d && truth[i >> 1] === c);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        plain += values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      }
    }
    expect(inertia).toBeCloseTo(plain, 6);
  });

  it('ends where no row would rather be elsewhere', () => {
    const random = createRandom(2);
    const embeddings = Float32Array.from({ length: 400 }, () => random.normal());
    const { assignments, centres } = kMeans({ embeddings, numRows: 200, numClusters: 7, maxRounds: 200 });
    for (let row = 0; row < 200; row++) {
      const squares = Array.from({ length: 7 }, (_, c) =>
        [0, 1].reduce((sum, d) => sum + (embeddings[row * 2 + d] - centres[c * 2 + d]) ** 2, 0),
      );
      expect(squares[assignments[row]]).toBeCloseTo(Math.min(...squares), 12);
    }
  });

  it('is defined for equal rows and for a cluster a row', () => {
    expect(kMeans({ embeddings: new Float32Array(8), numRows: 4, numClusters: 3 }).inertia).toBe(0);
    const { inertia } = kMeans({ embeddings: Float32Array.from([1, 2, 3, 9]), numRows: 4, numClusters: 4 });
    expect(inertia).toBe(0);
    for (const numClusters of [0, 5, 1.5]) {
      expect(() => kMeans({ embeddings: new Float32Array(4), numRows: 4, numClusters })).toThrow(
        expect.objectContaining({ code: 'E_CONFIG' }),
      );
    }
  });
});

describe('agreement', () => {
  // From Vinh et al.'s definitions in Python, with scipy.stats.hypergeom for the expectation.
  it.each([
    [[0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 0, 1, 1, 1, 1, 2, 2, 0], 0.5895098274473048, 0.4086705097217221],
    [[0, 0, 1, 1], [0, 1, 0, 1], 0, -0.5],
    [
      [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2],
      [3, 2, 2, 3, 2, 3, 3, 0, 0, 1, 1, 3, 3, 0, 1],
      0.3237373824386392,
      0.12427176226850951,
    ],
  ])('of %j and %j', (first, second, nmi, ami) => {
    const found = agreement(first, second);
    expect([found.nmi, found.ami]).toBeAllClose([nmi, ami], { rtol: 1e-9, atol: 1e-12 });
  });

  it('does not see names, and is 1 only for the same partition', () => {
    const labels = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 25 });
    fc.assert(
      fc.property(labels, (first) => {
        const { nmi, ami } = agreement(
          first,
          first.map((label) => 9 - 2 * label),
        );
        expect([nmi, ami]).toBeAllClose([1, 1], { rtol: 1e-9 });
      }),
    );
  });

  it.each([
    ['one cluster on both sides', [0, 0, 0], [5, 5, 5], 1],
    ['one cluster on one side', [0, 0, 0, 0], [0, 1, 0, 1], 0],
    ['all alone on both sides', [0, 1, 2], [2, 0, 1], 1],
  ])('is defined for %s', (_, first, second, expected) => {
    const { nmi, ami } = agreement(first, second);
    expect([nmi, ami]).toBeAllClose([expected, expected], { rtol: 1e-9, atol: 1e-9 });
  });
});

describe('silhouette', () => {
  /** The definition, with distances worked out one by one. */
  function plain(points: readonly (readonly [number, number])[], labels: readonly number[]): number {
    const values = points.map((point, i) => {
      const mean = (label: number) => {
        const others = points.filter((_, j) => labels[j] === label && j !== i);
        return (
          others.reduce((sum, p) => sum + Math.hypot(p[0] - point[0], p[1] - point[1]), 0) / others.length
        );
      };
      if (labels.filter((label) => label === labels[i]).length === 1) return 0;
      const a = mean(labels[i]);
      const b = Math.min(...labels.filter((label) => label !== labels[i]).map(mean));
      return Math.max(a, b) === 0 ? 0 : (b - a) / Math.max(a, b);
    });
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }

  it('agrees with the definition', async () => {
    const drawn = fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 3 }),
      ),
      { minLength: 2, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(drawn, async (rows) => {
        const labels = rows.map(([, , label]) => label);
        fc.pre(new Set(labels).size > 1);
        const points = rows.map(([x, y]) => [x, y] as const);
        const embeddings = Float32Array.from(points.flat());
        expect(await silhouette({ embeddings, labels, blockSize: 3 })).toBeCloseTo(plain(points, labels), 5);
      }),
    );
  });

  it('is undefined with one class, and passes over rows without one', async () => {
    expect(await silhouette({ embeddings: new Float32Array(3), labels: [1, 1, 1] })).toBeNull();
    const embeddings = Float32Array.from([0, 1, 10, 11, 500]);
    const value = await silhouette({ embeddings, labels: [0, 0, 1, 1, -1] });
    expect(value).toBeCloseTo(
      plain(
        [
          [0, 0],
          [1, 0],
          [10, 0],
          [11, 0],
        ],
        [0, 0, 1, 1],
      ),
      5,
    );
  });
});
