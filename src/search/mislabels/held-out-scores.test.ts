import { expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { createProducts } from '../../evaluate/index.ts';
import { heldOutScores } from './held-out-scores.ts';
import type { OpenProducts } from './types.ts';

const openProducts: OpenProducts = async (gallery, numGallery) => ({
  products: createProducts(gallery, numGallery, gallery.length / numGallery),
  async close() {},
});

/** Ridge regression with a free intercept by Gauss–Jordan on the normal equations of `[x, 1]`. */
function solveRidge(rows: number[][], targets: number[], ridge: number): (row: number[]) => number {
  const size = rows[0].length + 1;
  const wide = rows.map((row) => [...row, 1]);
  const system = Array.from({ length: size }, (_, i) => [
    ...Array.from(
      { length: size },
      (_, j) => wide.reduce((sum, row) => sum + row[i] * row[j], 0) + (i === j && i < size - 1 ? ridge : 0),
    ),
    wide.reduce((sum, row, n) => sum + row[i] * targets[n], 0),
  ]);
  for (let i = 0; i < size; i++) {
    const pivot = system[i][i];
    system[i] = system[i].map((value) => value / pivot);
    for (let j = 0; j < size; j++)
      if (j !== i) system[j] = system[j].map((value, c) => value - system[j][i] * system[i][c]);
  }
  return (row) => [...row, 1].reduce((sum, value, i) => sum + value * system[i][size], 0);
}

it.each([
  ['more rows than numbers', 30, 4],
  ['more numbers than rows', 6, 9],
])('is what a fit without the row says of it: %s', async (_name, numRows, dim) => {
  const random = createRandom(`held out ${numRows}`);
  const labels = Int32Array.from({ length: numRows }, (_, i) => i % 3);
  const embeddings = Float32Array.from(
    { length: numRows * dim },
    (_, i) => 2 + labels[Math.floor(i / dim)] * Math.sin(i % dim) + random.normal(),
  );
  const scores = await heldOutScores({ embeddings, labels, numClasses: 3 }, openProducts);

  const rows = Array.from(labels, (_, n) => [...embeddings.subarray(n * dim, (n + 1) * dim)]);
  const mean = rows[0].map((_, d) => rows.reduce((sum, row) => sum + row[d], 0) / numRows);
  const ridge =
    rows.reduce((sum, row) => sum + row.reduce((own, value, d) => own + (value - mean[d]) ** 2, 0), 0) / dim;
  for (const [n, row] of rows.entries()) {
    const others = rows.filter((_, m) => m !== n);
    for (let c = 0; c < 3; c++) {
      const targets = Array.from(labels, (label) => (label === c ? 1 : 0)).filter((_, m) => m !== n);
      expect(scores[n * 3 + c]).toBeCloseTo(solveRidge(others, targets, ridge)(row), 4);
    }
  }
});

it('knows nothing where all rows are equal', async () => {
  const labels = Int32Array.of(0, 0, 1, 1);
  const scores = await heldOutScores(
    { embeddings: new Float32Array(8).fill(3), labels, numClasses: 2 },
    openProducts,
  );
  expect(scores).toBeAllClose([1 / 3, 2 / 3, 1 / 3, 2 / 3, 2 / 3, 1 / 3, 2 / 3, 1 / 3], { atol: 1e-5 });
});
