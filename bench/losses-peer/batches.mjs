// The batches on which losses are compared: seeded, small, and of every kind that a loss must cope with.
import { createRandom } from '../../dist/base/random.js';

const SIZE = 8;

/** Rows of seeded normal numbers, of length 1 unless `length` says otherwise. */
function rows(random, numRows, { size = SIZE, length = 1 } = {}) {
  return Array.from({ length: numRows }, () => {
    const row = Array.from({ length: size }, () => random.normal());
    const norm = Math.hypot(...row);
    return row.map((value) => Math.fround(length === null ? value : (length * value) / norm));
  });
}

const repeat = (numClasses, perClass) =>
  Array.from({ length: numClasses * perClass }, (_, i) => Math.floor(i / perClass));

/**
 * @typedef {{ embeddings: number[][], labels: number[], numClasses: number }} Batch
 * @typedef {{ left: number[][], right: number[][], similar: number[] }} Pairs
 */

/** @returns {Record<string, Batch>} */
export function createBatches(seed = 1) {
  const random = createRandom(`losses-peer/${seed}`);
  const uneven = [0, 2, 1, 2, 1, 2, 3, 2, 1, 2, 0];
  const same = [0.6, 0.8, 0, 0, 0, 0, 0, 0].map(Math.fround);
  return {
    // Four of each of four classes, length 1: what training sees.
    even: { embeddings: rows(random, 16), labels: repeat(4, 4), numClasses: 4 },
    // Classes of one to five images, in no order; one class has none.
    uneven: { embeddings: rows(random, uneven.length), labels: uneven, numClasses: 5 },
    // Embeddings of any length.
    long: { embeddings: rows(random, 16, { length: null }), labels: repeat(4, 4), numClasses: 4 },
    oneClass: { embeddings: rows(random, 4), labels: [1, 1, 1, 1], numClasses: 3 },
    noPositive: { embeddings: rows(random, 4), labels: [0, 1, 2, 3], numClasses: 4 },
    equalPoints: { embeddings: [same, same, same, same], labels: [0, 0, 1, 1], numClasses: 3 },
    oneSample: { embeddings: rows(random, 1), labels: [2], numClasses: 3 },
  };
}

/** @returns {Record<string, Pairs>} */
export function createPairs(seed = 1) {
  const random = createRandom(`losses-peer/pairs/${seed}`);
  const pairs = (similar) => ({
    left: rows(random, similar.length),
    right: rows(random, similar.length),
    similar: similar.map(Math.fround),
  });
  return {
    pairs: pairs([1, 0, 1, 1, 0, 0]),
    allSimilar: pairs([1, 1, 1, 1, 1]),
    graded: pairs([0.2, 0.9, 0.5, 0.5, 0, 1]),
  };
}

/** Proxies of a batch: `[numRows, SIZE]`, of any length. */
export function createProxies(numRows, name) {
  return rows(createRandom(`losses-peer/proxies/${name}`), numRows, { length: null });
}
