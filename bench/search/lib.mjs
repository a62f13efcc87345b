// What the scripts of this folder share.

import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createRandom } from '../../dist/base/random.js';

/** Milliseconds of each call, one after the other. */
export async function timeEach(count, work) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await work(i);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

export const p50 = (times) => times[Math.floor(times.length / 2)];
export const p95 = (times) => times[Math.floor(times.length * 0.95)];
export const inMs = (times) => `p50 ${p50(times).toFixed(2)} ms  p95 ${p95(times).toFixed(2)} ms`;

/** Share of the true neighbours among those found. */
export function recallOf(found, truth) {
  let numFound = 0;
  for (const [i, row] of truth.entries()) numFound += row.filter((id) => found[i].includes(id)).length;
  return numFound / truth.flat().length;
}

/** Bytes of a folder. */
export function diskOf(path) {
  const found = statSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + diskOf(join(path, name)), 0);
}

/** Points around centres, a block at a time, so that a million of them need not be in memory. */
export function createClusters({ numClusters, dim, spread, seed }) {
  const random = createRandom(seed);
  const centres = Float32Array.from({ length: numClusters * dim }, () => random.normal());
  return (count) => {
    const points = new Float32Array(count * dim);
    for (let i = 0; i < count; i++) {
      const centre = random.integer(numClusters) * dim;
      for (let d = 0; d < dim; d++) points[i * dim + d] = centres[centre + d] + spread * random.normal();
    }
    return points;
  };
}

/** usearch, where `npm ci --prefix bench/peers` was run. */
export function loadPeer() {
  try {
    return createRequire(new URL('../peers/package.json', import.meta.url))('usearch');
  } catch {
    return undefined;
  }
}

/** A peer's HNSW index at its own defaults, and how long it took to build. */
export function buildPeer(usearch, vectors, dim) {
  const index = new usearch.Index({ dimensions: dim, metric: 'l2sq' });
  const start = performance.now();
  const numRows = vectors.length / dim;
  const block = 10_000;
  for (let from = 0; from < numRows; from += block) {
    const to = Math.min(from + block, numRows);
    const keys = BigUint64Array.from({ length: to - from }, (_, i) => BigInt(from + i));
    index.add(keys, vectors.subarray(from * dim, to * dim));
  }
  return { index, seconds: (performance.now() - start) / 1000 };
}

export const peerSearch = (index, query, k) => Array.from(index.search(query, k, 1).keys, Number);

/** Rows of a store, of images that are nowhere: `count` of them from number `from`, of a hundred classes in turn. */
export const syntheticRecords = (from, count, model) =>
  Array.from({ length: count }, (_, i) => ({
    id: String(from + i).padStart(9, '0'),
    path: `/photos/${(from + i) % 1000}/${from + i}.jpg`,
    contentHash: '0'.repeat(64),
    model,
    sizeBytes: 100_000,
    modifiedMs: 1_700_000_000_000 + from + i,
    label: `class ${(from + i) % 100}`,
    metadata: { n: from + i },
  }));
