import { createRuntime } from '#runtime';
import { createRandom } from '../../dist/base/random.js';
import { findNearestOthers } from '../../dist/evaluate/index.js';
import { createGalleryProducts } from '../../dist/model/products.js';
import { findMislabels } from '../../dist/search/mislabels.js';
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
  ) => {
    const row = { ...rates(found, planted), ap: averagePrecision(found, planted) };
    results.set(name, [...(results.get(name) ?? []), row]);
  };
  for (const seed of seeds) {
    const { given, planted } = plant(labels, numClasses, seed);
    const { mislabels } = await findMislabels({ embeddings, labels: given, numClasses, products });
    add(
      'ours',
      mislabels.map(({ row }) => row),
      planted,
    );
    const votes = near.map((each, row) => {
      const counts = new Int32Array(numClasses);
      for (const { index } of each) counts[given[index]]++;
      return Math.max(...counts) - counts[given[row]];
    });
    add(
      `majority of the ${NEIGHBOURS} nearest`,
      rank(
        votes.flatMap((margin, row) => (margin > 0 ? [row] : [])),
        votes,
      ),
      planted,
    );
    if (peer === undefined) continue;
    const { suspects, margin } = peer.ask('mislabels', embeddings, dim, { labels: [...given] });
    add('confident learning, logistic regression (scikit-learn)', rank(suspects, margin), planted);
  }
  await close();
  printFindings(`mislabels: ${Math.round(SHARE * numRows)} of ${numRows} labels planted wrong`, results);
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
