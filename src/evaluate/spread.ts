import { createRandom } from '../base/random.ts';
import { checkFinite, checkRows } from './checks.ts';

/** How far embeddings lie apart: what tells a model that has collapsed from one that has learned. */
export interface Spread {
  readonly numEmbeddings: number;
  readonly dim: number;
  /** Root mean square length, `sqrt(mean |a|²)`. */
  readonly rmsNorm: number;
  /** Standard deviation of each dimension, mean over dimensions. */
  readonly meanStd: number;
  /** Dimensions that vary less than a thousandth of the widest one, all of them where none varies. */
  readonly numDeadDimensions: number;
  /** Mean Euclidean distance of random pairs; 0 with fewer than two embeddings. */
  readonly meanDistance: number;
  /** Whether all embeddings are one point: `meanDistance` is at most a thousandth of `rmsNorm`. */
  readonly isCollapsed: boolean;
}

/**
 * The spread of embeddings.
 * @param embeddings float32 `[numEmbeddings, dim]`
 * @param seed of the pairs whose distances are averaged. Default 0.
 * @param numPairs Default 4,096: the mean is then good to about a hundredth.
 * @throws E_SHAPE, E_NAN
 */
export function embeddingSpread(
  embeddings: Float32Array,
  numEmbeddings: number,
  { seed = 0, numPairs = 4096 }: { readonly seed?: string | number; readonly numPairs?: number } = {},
): Spread {
  const dim = checkRows(embeddings, numEmbeddings, 'embeddings');
  checkFinite(embeddings, 'embeddings');
  const means = new Float64Array(dim);
  const deviations = new Float64Array(dim);
  let squares = 0;
  for (let row = 0; row < numEmbeddings; row++) {
    for (let d = 0; d < dim; d++) means[d] += embeddings[row * dim + d] / numEmbeddings;
  }
  for (let row = 0; row < numEmbeddings; row++) {
    for (let d = 0; d < dim; d++) {
      const value = embeddings[row * dim + d];
      squares += value * value;
      deviations[d] += (value - means[d]) ** 2 / numEmbeddings;
    }
  }
  for (let d = 0; d < dim; d++) deviations[d] = Math.sqrt(deviations[d]);
  const widest = deviations.reduce((most, deviation) => Math.max(most, deviation), 0);
  const rmsNorm = numEmbeddings === 0 ? 0 : Math.sqrt(squares / numEmbeddings);
  const meanDistance = meanPairDistance(embeddings, numEmbeddings, dim, numPairs, seed);
  return {
    numEmbeddings,
    dim,
    rmsNorm,
    meanStd: dim === 0 ? 0 : deviations.reduce((sum, deviation) => sum + deviation, 0) / dim,
    numDeadDimensions: deviations.reduce(
      (count, deviation) => count + (deviation <= widest / 1000 ? 1 : 0),
      0,
    ),
    meanDistance,
    isCollapsed: numEmbeddings > 1 && meanDistance <= rmsNorm / 1000,
  };
}

/** Mean over `numPairs` draws of two different rows. */
function meanPairDistance(
  embeddings: Float32Array,
  numEmbeddings: number,
  dim: number,
  numPairs: number,
  seed: string | number,
): number {
  if (numEmbeddings < 2 || numPairs === 0) return 0;
  const random = createRandom(seed).fork('spread');
  let sum = 0;
  for (let pair = 0; pair < numPairs; pair++) {
    const a = random.integer(numEmbeddings);
    const b = (a + 1 + random.integer(numEmbeddings - 1)) % numEmbeddings;
    let squared = 0;
    for (let d = 0; d < dim; d++) squared += (embeddings[a * dim + d] - embeddings[b * dim + d]) ** 2;
    sum += Math.sqrt(squared);
  }
  return sum / numPairs;
}
