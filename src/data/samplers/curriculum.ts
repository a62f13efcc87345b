import { SamesameError } from '../../base/errors.ts';
import { drawBalancedPairs } from '../pairs/balanced.ts';
import { takePairs } from '../pairs/list.ts';
import type { PairList } from '../types.ts';
import { createRedrawnSampler, type RedrawOptions } from './redrawing.ts';
import type { RedrawnPairSampler } from './redrawn.ts';

export interface CurriculumSamplerOptions extends RedrawOptions {
  /** Epochs until the hardest pairs are in; from 1. */
  readonly numEpochs: number;
}

/** Pairs that are looked at for each one that is drawn: the easiest quarter is what an epoch can begin with. */
const LOOKED_AT = 4;

/**
 * Pairs from easy to hard: before each epoch four times as many balanced pairs are drawn among the candidates and ranked,
 * those of each kind apart, by how well the network has them: similar ones by small distances, dissimilar ones by large
 * ones. The first epoch takes the easiest quarter; by the last the window has moved to the hardest quarter.
 * @throws E_CONFIG, E_DATA_ONE_CLASS, E_DATA_FEW_IMAGES, E_DATA_EMPTY
 * @source Bengio, Louradour, Collobert & Weston 2009, "Curriculum learning"; ranked by the network itself as in Kumar, Packer
 *   & Koller 2010, "Self-paced learning"
 */
export function createCurriculumSampler({
  numEpochs,
  ...options
}: CurriculumSamplerOptions): RedrawnPairSampler {
  if (!Number.isInteger(numEpochs) || numEpochs < 1) {
    throw new SamesameError('E_CONFIG', {
      what: 'the length of the curriculum is out of range',
      expected: 'a whole number of epochs from 1',
      received: String(numEpochs),
    });
  }
  const { labels, numPairs } = options;
  return createRedrawnSampler(options, ({ epoch, candidates, embeddings, random }) => {
    const pairs = drawBalancedPairs(labels, candidates, { numPairs: LOOKED_AT * numPairs, random });
    const distances = distancesSquared(pairs, candidates, embeddings);
    const progress = numEpochs === 1 ? 1 : Math.min(1, epoch / (numEpochs - 1));
    const taken = [1, 0].flatMap((kind) => {
      const hardness = (i: number) => (kind === 1 ? distances[i] : -distances[i]);
      const ranked = Array.from(pairs.similar.keys())
        .filter((i) => pairs.similar[i] === kind)
        .sort((a, b) => hardness(a) - hardness(b));
      const count = kind === 1 ? Math.ceil(numPairs / 2) : Math.floor(numPairs / 2);
      const first = Math.round((ranked.length - count) * progress);
      return ranked.slice(first, first + count);
    });
    return takePairs(pairs, taken);
  });
}

function distancesSquared(
  { left, right, numPairs }: PairList,
  candidates: Int32Array,
  embeddings: Float32Array,
): Float64Array {
  const size = embeddings.length / candidates.length;
  if (!Number.isInteger(size) || size === 0) {
    throw new SamesameError('E_SHAPE', {
      what: 'drawing a curriculum failed',
      expected: 'embeddings [N, D], one for each of N candidates',
      received: `${embeddings.length} numbers for ${candidates.length} candidates`,
    });
  }
  const rowOf = new Map(Array.from(candidates, (image, row) => [image, row]));
  const distances = new Float64Array(numPairs);
  for (let i = 0; i < numPairs; i++) {
    const [a, b] = [rowOf.get(left[i])! * size, rowOf.get(right[i])! * size];
    for (let d = 0; d < size; d++) distances[i] += (embeddings[a + d] - embeddings[b + d]) ** 2;
    if (Number.isFinite(distances[i])) continue;
    throw new SamesameError('E_NAN', {
      what: `the embedding of image ${left[i]} or ${right[i]} is not finite`,
      received: String(distances[i]),
    });
  }
  return distances;
}
