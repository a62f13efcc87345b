import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { type DenseValues, fitWithinClass } from './within-class.ts';

const random = createRandom('within class');

/** `numPerClass` images of each class: its own centre, and noise of another size in each feature, turned a little. */
function draw(numClasses: number, numPerClass: number, sizes: readonly number[]) {
  const dim = sizes.length;
  const labels = Int32Array.from({ length: numClasses * numPerClass }, (_, n) => n % numClasses);
  const centres = Array.from({ length: numClasses }, () => sizes.map(() => 2 + random.normal()));
  const rows = Array.from(labels, (label) => {
    const noise = sizes.map((size) => size * random.normal());
    return centres[label].map((value, d) => value + noise[d] + 0.3 * noise[(d + 1) % dim]);
  });
  return { labels, rows, features: Float32Array.from(rows.flat()) };
}

function apply({ weight, bias }: DenseValues, rows: readonly (readonly number[])[]): number[][] {
  const size = bias.length;
  return rows.map((row) =>
    Array.from(bias, (start, k) => row.reduce((sum, value, d) => sum + value * weight[d * size + k], start)),
  );
}

const spreadOf = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
};

const squared = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, d) => sum + (value - b[d]) ** 2, 0);

/** Oracle: the mean of the classes' covariances, written down as it is defined. */
function meanCovariance(rows: readonly number[][], labels: Int32Array): number[][] {
  const dim = rows[0].length;
  const groups = [...new Set(labels)].map((label) => rows.filter((_, n) => labels[n] === label));
  const some = groups.filter((group) => group.length > 1);
  return Array.from({ length: dim }, (_, d) =>
    Array.from({ length: dim }, (_, e) => {
      const each = some.map((group) => {
        const mean = (f: number) => group.reduce((sum, row) => sum + row[f], 0) / group.length;
        const [m, o] = [mean(d), mean(e)];
        return group.reduce((sum, row) => sum + (row[d] - m) * (row[e] - o), 0) / group.length;
      });
      return each.reduce((sum, value) => sum + value, 0) / some.length;
    }),
  );
}

/** Oracle: `xᵀ M⁻¹ x` by Gauss and Jordan. */
function quadraticInverse(matrix: readonly number[][], x: readonly number[]): number {
  const rows = matrix.map((row, d) => [...row, x[d]]);
  for (let p = 0; p < rows.length; p++) {
    const best = rows.reduce((at, row, r) => (r > p && Math.abs(row[p]) > Math.abs(rows[at][p]) ? r : at), p);
    [rows[p], rows[best]] = [rows[best], rows[p]];
    for (const [r, row] of rows.entries()) {
      if (r === p) continue;
      const factor = row[p] / rows[p][p];
      for (let c = p; c < row.length; c++) row[c] -= factor * rows[p][c];
    }
  }
  return x.reduce((sum, value, d) => sum + (value * rows[d][x.length]) / rows[d][d], 0);
}

function shrunk(matrix: readonly number[][], shrinkage: number): number[][] {
  const size = matrix.reduce((sum, row, d) => sum + row[d], 0) / matrix.length;
  return matrix.map((row, d) =>
    row.map((value, e) => ((1 - shrinkage) * value) / size + (d === e ? shrinkage : 0)),
  );
}

describe('fitWithinClass', () => {
  it.each([0.1, 0.97])('measures distances by the inverse of the shrunk covariance (%d)', (shrinkage) => {
    const { labels, rows, features } = draw(3, 15, [3, 1, 0.5, 0.2]);
    const fitted = fitWithinClass(features, labels, { embeddingSize: 4, shrinkage });
    const embedded = apply(fitted, rows);
    const matrix = shrunk(meanCovariance(rows, labels), shrinkage);
    for (const [a, b] of [
      [0, 1],
      [0, 3],
      [7, 40],
      [12, 29],
    ]) {
      const difference = rows[a].map((value, d) => value - rows[b][d]);
      const expected = quadraticInverse(matrix, difference);
      expect(Math.abs(squared(embedded[a], embedded[b]) / expected - 1)).toBeLessThan(1e-5);
    }
  });

  it('moves the origin part of the way to the mean', () => {
    const { labels, rows, features } = draw(2, 10, [1, 2, 1]);
    const mean = [0, 1, 2].map((d) => rows.reduce((sum, row) => sum + row[d], 0) / rows.length);
    for (const centre of [0, 0.4, 1]) {
      const fitted = fitWithinClass(features, labels, { embeddingSize: 3, centre });
      for (const value of apply(fitted, [mean.map((m) => centre * m)])[0]) expect(value).toBeCloseTo(0, 5);
      expect(Array.from(fitted.bias).every((value) => value === 0)).toBe(centre === 0);
    }
  });

  it('keeps the directions in which features spread most', () => {
    // Features 1 and 4 spread; of the others almost nothing must come through.
    const { labels, rows, features } = draw(4, 25, [0.01, 4, 0.01, 0.01, 3, 0.01]);
    const flat = rows.map((row) => row.map((value, d) => (d === 1 || d === 4 ? value : 0)));
    const fitted = fitWithinClass(Float32Array.from(flat.flat()), labels, {
      embeddingSize: 2,
      shrinkage: 1,
      centre: 0,
    });
    const embedded = apply(fitted, flat);
    expect(squared(embedded[3], embedded[50])).toBeCloseTo(squared(flat[3], flat[50]), 3);
    // No two features by themselves spread as much as the plane that it takes.
    const whole = apply(
      fitWithinClass(features, labels, { embeddingSize: 2, shrinkage: 1, centre: 1 }),
      rows,
    );
    const spreads = rows[0].map((_, d) => spreadOf(rows.map((row) => row[d])));
    const bestPair = spreads.sort((a, b) => b - a)[0] + spreads[1];
    const taken = spreadOf(whole.map(([x]) => x)) + spreadOf(whole.map(([, y]) => y));
    expect(taken).toBeGreaterThan(bestPair);
    expect(taken).toBeLessThan(rows[0].reduce((sum, _, d) => sum + spreadOf(rows.map((row) => row[d])), 0));
  });

  it('makes classes that it has not seen easier to tell apart, where all classes vary alike', () => {
    const sizes = [6, 5, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3];
    const seen = draw(4, 40, sizes);
    const others = draw(3, 30, sizes);
    const rightOf = (rows: readonly number[][]) => {
      const nearest = rows.map((row, n) =>
        rows.reduce(
          (best, other, m) =>
            m !== n && (best < 0 || squared(row, other) < squared(row, rows[best])) ? m : best,
          -1,
        ),
      );
      return nearest.filter((m, n) => others.labels[m] === others.labels[n]).length / rows.length;
    };
    const fitted = fitWithinClass(seen.features, seen.labels, { embeddingSize: 8, shrinkage: 0.02 });
    expect(rightOf(apply(fitted, others.rows))).toBeGreaterThan(rightOf(others.rows) + 0.1);
  });

  it('counts a class once, however many images it has, and one image not at all', () => {
    const { labels, rows } = draw(2, 12, [2, 1, 0.5]);
    const double = [...rows, ...rows.filter((_, n) => labels[n] === 1)];
    const moreLabels = Int32Array.from([...labels, ...labels.filter((label) => label === 1), 7]);
    const all = [...double, [9, 9, 9]];
    const matrix = shrunk(meanCovariance(rows, labels), 0.3);
    const fitted = fitWithinClass(Float32Array.from(all.flat()), moreLabels, {
      embeddingSize: 3,
      shrinkage: 0.3,
    });
    const [a, b] = apply(fitted, [rows[2], rows[5]]);
    const expected = quadraticInverse(
      matrix,
      rows[2].map((value, d) => value - rows[5][d]),
    );
    expect(squared(a, b) / expected).toBeCloseTo(1, 4);
  });

  it.each([
    ['fewer images than features', 2, 2, [1, 1, 1, 1, 1, 1, 1, 1], 6],
    ['one class', 1, 9, [1, 2, 3], 2],
    ['a feature that never varies', 3, 8, [1, 0, 2], 3],
    ['one image a class', 5, 1, [1, 1, 1], 2],
  ])('is defined with %s', (_, numClasses, numPerClass, sizes, embeddingSize) => {
    const { labels, rows, features } = draw(numClasses, numPerClass, sizes);
    const fitted = fitWithinClass(features, labels, { embeddingSize });
    expect(fitted.weight).toHaveLength(sizes.length * embeddingSize);
    const embedded = apply(fitted, rows);
    expect(embedded.flat().every(Number.isFinite)).toBe(true);
    const spread = embedded.reduce((sum, row) => sum + squared(row, embedded[0]), 0);
    expect(spread).toBeGreaterThan(0);
  });

  it('is the features themselves, turned, where nothing varies within classes', () => {
    const rows = [
      [1, 2, 0],
      [1, 2, 0],
      [4, 0, 1],
      [4, 0, 1],
    ];
    const fitted = fitWithinClass(Float32Array.from(rows.flat()), Int32Array.of(0, 0, 1, 1), {
      embeddingSize: 2,
    });
    const embedded = apply(fitted, rows);
    expect(squared(embedded[0], embedded[2])).toBeCloseTo(squared(rows[0], rows[2]), 4);
    expect(squared(embedded[0], embedded[1])).toBe(0);
  });

  it('gives the same map for the same seed', () => {
    const { labels, features } = draw(3, 9, [1, 1, 1, 1, 1]);
    const mapOf = (seed: number) => fitWithinClass(features, labels, { embeddingSize: 2, seed });
    expect(mapOf(1)).toEqual(mapOf(1));
    expect(mapOf(1)).not.toEqual(mapOf(2));
  });

  it.each([
    ['E_CONFIG', [1, 2, 3, 4], [0, 0], 3, /embeddingSize up to 2/],
    ['E_NAN', [1, Number.NaN, 3, 4], [0, 0], 2, /finite features/],
    ['E_DATA_EMPTY', [1, 2, 3, 4], [-1, -1], 2, /one folder per class/],
  ])('refuses with %s', (code, features, labels, embeddingSize, message) => {
    expect(() =>
      fitWithinClass(Float32Array.from(features), Int32Array.from(labels), { embeddingSize }),
    ).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
