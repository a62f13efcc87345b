import { createRandom } from '../../dist/base/random.js';
import { chooseCoreSet } from '../../dist/search/core-set.js';
import { printTable, span } from './figures.mjs';

const COUNTS = [30, 100, 300];

/**
 * @param {{ embeddings: Float32Array, numRows: number, dim: number, labels: Int32Array }} photos
 * @param {readonly number[]} seeds
 */
export function benchSample({ embeddings, numRows, dim }, seeds) {
  const rows = COUNTS.map((count) => {
    const core = seeds.map(
      (seed) => /** @type {number} */ (chooseCoreSet({ embeddings, numRows, count, seed }).radii.at(-1)),
    );
    const random = seeds.map((seed) => {
      const all = Int32Array.from({ length: numRows }, (_, row) => row);
      return radiusOf(
        embeddings,
        numRows,
        dim,
        createRandom(seed).fork('sample').shuffle(all).slice(0, count),
      );
    });
    return [String(count), span(core), span(random)];
  });
  printTable(
    'sample: distance of the farthest image to the nearest of the sample; mean (least–most) of the seeds',
    ['images', 'core set', 'random sample'],
    rows,
  );
}

/** @param {Float32Array} embeddings @param {number} numRows @param {number} dim @param {Int32Array} chosen */
function radiusOf(embeddings, numRows, dim, chosen) {
  let radius = 0;
  for (let row = 0; row < numRows; row++) {
    let nearest = Number.POSITIVE_INFINITY;
    for (const each of chosen) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += (embeddings[row * dim + d] - embeddings[each * dim + d]) ** 2;
      nearest = Math.min(nearest, sum);
    }
    radius = Math.max(radius, nearest);
  }
  return Math.sqrt(radius);
}
