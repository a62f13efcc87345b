import { findNearestOthers } from '../../evaluate/index.ts';
import { checkNeighbours } from '../check-neighbours.ts';
import type { Mislabel, MislabelOptions, Mislabels, OpenProducts } from './types.ts';

const MOST_VOTERS = 20;

/**
 * 20 neighbours vote, which names wrong labels of clothes better than 10 do (`bench/curate`); where classes are small, half
 * as many as a class has images, so that its own can outvote the others.
 */
export function defaultVoters(numRows: number, numClasses: number): number {
  return Math.max(1, Math.min(MOST_VOTERS, Math.round(numRows / numClasses / 2), numRows - 1));
}

/**
 * Labels that the neighbours in embedding space speak against, by confident learning. The probability of a class for a row
 * is its share of the votes of the k nearest other rows, each weighted by `exp(−d² / 2r²)` with r the distance of the
 * k-th. A row counts for class j where its probability reaches the mean that rows labelled j get for j; labelled i and
 * counted for j ≠ i it is a suspect. A class that the network cannot tell from others has a low mean, and so is asked for less.
 * @source Northcutt, Jiang & Chuang, Confident Learning: Estimating Uncertainty in Dataset Labels, JAIR 2021, equations 1 and 2
 */
export async function byNeighbours(
  options: MislabelOptions & { readonly openProducts: OpenProducts },
): Promise<Mislabels> {
  const { embeddings, labels, numClasses, distance, openProducts } = options;
  const numRows = labels.length;
  const k = options.k ?? defaultVoters(numRows, numClasses);
  checkNeighbours(k, numRows);
  const { products, close } = await openProducts(embeddings, numRows);
  const found = await findNearestOthers({ embeddings, numRows, k, distance, products }).finally(close);
  const probabilities = new Float64Array(numRows * numClasses);
  for (const [row, near] of found.entries()) {
    const reach = near.at(-1)!.distance;
    const weights = near.map(({ distance: d }) => (reach > 0 ? Math.exp(-((d / reach) ** 2) / 2) : 1));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [i, { index }] of near.entries())
      probabilities[row * numClasses + labels[index]] += weights[i] / total;
  }
  const thresholds = meansByLabel(probabilities, labels, numClasses);
  const confidentJoint = new Int32Array(numClasses * numClasses);
  const mislabels: Mislabel[] = [];
  for (let row = 0; row < numRows; row++) {
    const own = probabilities.subarray(row * numClasses, (row + 1) * numClasses);
    const counted = confidentClass(own, thresholds);
    if (counted === undefined) continue;
    const given = labels[row];
    confidentJoint[given * numClasses + counted]++;
    if (counted === given || own[counted] <= own[given]) continue;
    mislabels.push({
      row,
      given,
      suggested: counted,
      // A sum of shares may be past 1 by its rounding.
      confidence: Math.min(1, own[counted] - own[given]),
      witnesses: found[row].map(({ index }) => index).filter((index) => labels[index] === counted),
    });
  }
  mislabels.sort((a, b) => b.confidence - a.confidence || a.row - b.row);
  return { mislabels, confidentJoint };
}

function meansByLabel(probabilities: Float64Array, labels: Int32Array, numClasses: number): Float64Array {
  const sums = new Float64Array(numClasses);
  const counts = new Float64Array(numClasses);
  for (const [row, label] of labels.entries()) {
    sums[label] += probabilities[row * numClasses + label];
    counts[label]++;
  }
  return sums.map((sum, label) => sum / counts[label]);
}

/** The likeliest of the classes whose threshold is reached; undefined where there is none. */
function confidentClass(probabilities: Float64Array, thresholds: Float64Array): number | undefined {
  let best: number | undefined;
  for (let label = 0; label < probabilities.length; label++) {
    if (!(probabilities[label] > 0 && probabilities[label] >= thresholds[label])) continue;
    if (best === undefined || probabilities[label] > probabilities[best]) best = label;
  }
  return best;
}
