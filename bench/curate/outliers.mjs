import { createRuntime } from '#runtime';
import { createRandom } from '../../dist/base/random.js';
import { createGalleryProducts } from '../../dist/model/products.js';
import { findOutliers } from '../../dist/search/outliers.js';
import { averagePrecision, printFindings, rank, rates } from './figures.mjs';

const SHARE = 0.01;
/** Photos of the second class among those of the first. */
const PAIRS = [
  ['shoes', 'pants'],
  ['hat', 'dress'],
  ['t-shirt', 'shoes'],
];

/**
 * Odd photos that are in the folder anyway count as false finds, so every precision is a lower bound.
 * @param {{ embeddings: Float32Array, numRows: number, dim: number, labels: Int32Array, classNames: readonly string[] }} photos
 * @param {Readonly<Record<string, Float32Array>>} foreign @param {readonly number[]} seeds @param {import('./peer.mjs').Peer | undefined} peer
 */
export async function benchOutliers(photos, foreign, seeds, peer) {
  const { embeddings, numRows, dim, labels, classNames } = photos;
  const all = Array.from({ length: numRows }, (_, row) => row);
  const rowsOf = (/** @type {Float32Array} */ from, /** @type {readonly number[]} */ rows) =>
    rows.map((row) => from.subarray(row * dim, (row + 1) * dim));
  for (const [name, others] of Object.entries(foreign)) {
    await compare(`${name} among all photos`, seeds, dim, peer, (random) => ({
      usual: rowsOf(embeddings, all),
      odd: rowsOf(others, draw(random, others.length / dim, Math.round(SHARE * numRows))),
    }));
  }
  for (const [usual, odd] of PAIRS) {
    const rowsIn = (/** @type {string} */ name) => all.filter((row) => classNames[labels[row]] === name);
    const [many, few] = [rowsIn(usual), rowsIn(odd)];
    if (many.length === 0 || few.length === 0) continue;
    await compare(`${odd} among ${usual}`, seeds, dim, peer, (random) => ({
      usual: rowsOf(embeddings, many),
      odd: rowsOf(
        embeddings,
        draw(random, few.length, Math.max(5, Math.round(SHARE * many.length))).map((i) => few[i]),
      ),
    }));
  }
}

/** @param {import('../../dist/base/random.js').Random} random @param {number} of @param {number} count */
function draw(random, of, count) {
  return [...random.shuffle(Int32Array.from({ length: of }, (_, i) => i)).slice(0, count)];
}

/**
 * @param {string} title @param {readonly number[]} seeds @param {number} dim @param {import('./peer.mjs').Peer | undefined} peer
 * @param {(random: import('../../dist/base/random.js').Random) => { usual: Float32Array[], odd: Float32Array[] }} mix
 */
async function compare(title, seeds, dim, peer, mix) {
  /** @type {Map<string, { found: number, precision: number, recall: number, ap: number }[]>} */
  const results = new Map();
  let size = '';
  for (const seed of seeds) {
    const { usual, odd } = mix(createRandom(seed).fork('outliers', title));
    const numRows = usual.length + odd.length;
    size = `${odd.length} of ${numRows}`;
    const rows = new Float32Array(numRows * dim);
    for (const [row, each] of [...usual, ...odd].entries()) rows.set(each, row * dim);
    const planted = new Set(odd.map((_, i) => usual.length + i));
    const add = (
      /** @type {string} */ name,
      /** @type {readonly number[]} */ found,
      /** @type {Float64Array | number[]} */ strangeness,
    ) => {
      const row = {
        ...rates(found, planted),
        ap: averagePrecision(rank([...strangeness.keys()], strangeness), planted),
      };
      results.set(name, [...(results.get(name) ?? []), row]);
    };
    const { products, close } = await createGalleryProducts(rows, numRows, createRuntime());
    for (const method of /** @type {const} */ (['distance', 'lof'])) {
      const { order, numOutliers, strangeness } = await findOutliers({
        embeddings: rows,
        numRows,
        method,
        products,
      });
      add(`ours, ${method}`, order.slice(0, numOutliers), strangeness);
    }
    await close();
    for (const [name, { found, strangeness }] of Object.entries(
      peer?.ask('outliers', rows, dim, { seed }) ?? {},
    ))
      add(`${name} (scikit-learn)`, found, strangeness);
  }
  printFindings(`outliers: ${title}, ${size}`, results);
}
