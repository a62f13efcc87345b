import { createRuntime } from '#runtime';
import { createRandom } from '../../dist/base/random.js';
import { findNearestOthers } from '../../dist/evaluate/index.js';
import { createGalleryProducts } from '../../dist/model/products.js';
import { findMislabels } from '../../dist/search/mislabels/find.js';
import { heldOutScores } from '../../dist/search/mislabels/held-out-scores.js';
import { averagePrecision, printFindings, rank, rates } from './figures.mjs';

const SHARE = 0.05;
const NEIGHBOURS = 10;

/**
 * Labels that were wrong before any was planted count as false finds, so every precision is a lower bound.
 * @param {{ embeddings: Float32Array, numRows: number, dim: number, labels: Int32Array, classNames: readonly string[] }} photos
 * @param {readonly number[]} seeds @param {import('./peer.mjs').Peer | undefined} peer
 */
export async function benchMislabels({ embeddings, numRows, dim, labels, classNames }, seeds, peer) {
  const numClasses = classNames.length;
  const runtime = createRuntime();
  const { products, close } = await createGalleryProducts(embeddings, numRows, runtime);
  const near = await findNearestOthers({ embeddings, numRows, k: NEIGHBOURS, products });
  /** @type {Map<string, { found: number, precision: number, recall: number, ap: number }[]>} */
  const results = new Map();
  const add = (
    /** @type {string} */ name,
    /** @type {readonly number[]} */ found,
    /** @type {ReadonlySet<number>} */ planted,
    /** @type {ArrayLike<number> | undefined} By which all rows can be ranked, the named and the others. */ doubt,
  ) => {
    const ap = doubt === undefined ? Number.NaN : averagePrecision(rank([...labels.keys()], doubt), planted);
    const row = { ...rates(found, planted), ap };
    results.set(name, [...(results.get(name) ?? []), row]);
  };
  for (const seed of seeds) {
    const { given, planted } = plant(labels, numClasses, seed);
    const openProducts = (/** @type {Float32Array} */ gallery, /** @type {number} */ numGallery) =>
      createGalleryProducts(gallery, numGallery, runtime);
    for (const method of /** @type {const} */ (['linear', 'neighbours'])) {
      const { mislabels } = await findMislabels({
        embeddings,
        labels: given,
        numClasses,
        method,
        openProducts,
      });
      const found = mislabels.map(({ row }) => row);
      if (method === 'neighbours') add('ours, neighbours', found, planted);
      else {
        const scores = await heldOutScores({ embeddings, labels: given, numClasses }, openProducts);
        add('ours, linear', found, planted, leads(scores, given, numClasses));
      }
    }
    const votes = near.map((each, row) => {
      const counts = new Int32Array(numClasses);
      for (const { index } of each) counts[given[index]]++;
      const own = counts[given[row]];
      counts[given[row]] = 0;
      return Math.max(...counts) - own;
    });
    add(
      `majority of the ${NEIGHBOURS} nearest`,
      rank(
        votes.flatMap((margin, row) => (margin > 0 ? [row] : [])),
        votes,
      ),
      planted,
      votes,
    );
    if (peer === undefined) continue;
    const { suspects, margin } = peer.ask('mislabels', embeddings, dim, { labels: [...given] });
    add('confident learning, logistic regression (scikit-learn)', rank(suspects, margin), planted, margin);
  }
  await close();
  printFindings(`mislabels: ${Math.round(SHARE * numRows)} of ${numRows} labels planted wrong`, results);
}

/** By how much the best other class is ahead of the given one. @param {Float32Array} scores @param {Int32Array} given @param {number} numClasses */
function leads(scores, given, numClasses) {
  return Array.from(given, (label, row) => {
    const own = scores.subarray(row * numClasses, (row + 1) * numClasses);
    return Math.max(...own.filter((_, c) => c !== label)) - own[label];
  });
}

/** @param {Int32Array} labels @param {number} numClasses @param {number} seed */
function plant(labels, numClasses, seed) {
  const random = createRandom(seed).fork('mislabels');
  const order = random.shuffle(Int32Array.from(labels, (_, row) => row));
  const planted = new Set(order.slice(0, Math.round(SHARE * labels.length)));
  const given = labels.slice();
  for (const row of planted) given[row] = (given[row] + 1 + random.integer(numClasses - 1)) % numClasses;
  return { given, planted };
}
