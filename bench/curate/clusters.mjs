import { findClusters } from '../../dist/search/clusters.js';
import { adjustedRand, printTable, span } from './figures.mjs';

/**
 * @param {{ embeddings: Float32Array, numRows: number, dim: number, labels: Int32Array, classNames: readonly string[] }} photos
 * @param {readonly number[]} seeds @param {import('./peer.mjs').Peer | undefined} peer
 */
export async function benchClusters({ embeddings, numRows, dim, labels, classNames }, seeds, peer) {
  const numClusters = classNames.length;
  /** @type {Map<string, number[]>} */
  const results = new Map();
  const add = (/** @type {string} */ name, /** @type {ArrayLike<number>} */ assignments) =>
    results.set(name, [...(results.get(name) ?? []), adjustedRand(labels, assignments)]);
  for (const seed of seeds) {
    add(
      `ours, ${numClusters} clusters`,
      (await findClusters({ embeddings, numRows, numClusters, seed })).assignments,
    );
    const chosen = await findClusters({ embeddings, numRows, seed });
    add('ours, the number by silhouette', chosen.assignments);
    console.log(`seed ${seed}: the silhouette is best with ${chosen.clusters.length} clusters`);
    for (const [name, assignments] of Object.entries(
      peer?.ask('clusters', embeddings, dim, { k: numClusters, seed }) ?? {},
    ))
      add(`${name}, ${numClusters} clusters (scikit-learn)`, assignments);
  }
  printTable(
    'cluster: adjusted Rand index with the labels; mean (least–most) of the seeds',
    ['', 'adjusted Rand index'],
    [...results].map(([name, values]) => [name, span(values)]),
  );
}
