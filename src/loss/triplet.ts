import { SamesameError } from '../base/errors.ts';
import { checkBatch, checkBetween, checkFlag } from './checks.ts';
import { diagnoseBatch } from './diagnose-batch.ts';
import { type DistanceName, distanceOf } from './distances/by-name.ts';
import { type Distance, toDistances } from './distances/distance.ts';
import { euclidean, squaredEuclidean } from './distances/euclidean.ts';
import { type TripletMiningChoice, tripletMiningOf } from './mining/triplet-mining.ts';
import type { Penalty } from './mining/triplets.ts';
import { pairMasks } from './pair-masks.ts';
import type { BatchLoss } from './types.ts';

export interface TripletOptions {
  /**
   * How much farther a negative must be than a positive, above 0. Default .5, for embeddings of length 1, where
   * distances go up to 2: at FaceNet's .2 our runs came to rest on a few hard triplets earlier (docs/compact.md).
   */
  readonly margin?: number;
  /**
   * Which triplets count. Default `'batch-all'`: `'batch-hard'` learns from the few hardest only, which on a young
   * network may end with all points in one (FaceNet, section 3.2). `'semi-hard'` lies between. Batch-hard costs least;
   * batch-all, semi-hard and soft batch-all cost more, in that order, the last about as much as a small network. All
   * others go over every triplet. A rule with options is `{ name: 'triplet-margin', kind: 'hard' }`.
   */
  readonly mining?: TripletMiningChoice;
  /** `ln(1 + exp(gap))` in place of the hinge: no margin to choose, and no triplet is ever done. Default false. */
  readonly soft?: boolean;
  /** Squared distances, as FaceNet has them. Default false: Hermans et al. find the roots steadier. */
  readonly squared?: boolean;
  /**
   * By what embeddings are close. Default `'euclidean'`, by which models compare; `'cosine'` and `'dot'` rank embeddings of
   * length 1 alike, `'l1'` and `'snr'` do not.
   */
  readonly distance?: DistanceName | Distance;
}

/**
 * Asks of each anchor that its positives be nearer than its negatives: the mean of `max(d(a,p) − d(a,n) + margin, 0)`
 * over the triplets of a batch that `mining` picks. Anchors without a positive or without a negative are left out;
 * where none is left the loss is 0 with zero gradient. Equal points get gradient 0.
 *
 * Diagnostics: `meanPositiveDistance`, `meanNegativeDistance` (Euclidean, over all pairs), `activeShare` (of the
 * triplets looked at, those that cost something; soft, those whose negative is nearer), `embeddingSpread`.
 * @throws E_CONFIG where the margin is not above 0, is given to a soft loss, or `mining` is unknown; the loss E_SHAPE,
 *   E_DTYPE
 * @source Schroff, Kalenichenko & Philbin 2015, "FaceNet", section 3.1; soft: Hermans, Beyer & Leibe 2017, section 2
 * @example
 * const { loss, diagnostics } = triplet({ mining: 'batch-hard', soft: true })(embeddings, labels);
 */
export function triplet(options: TripletOptions = {}): BatchLoss {
  const penalty = penaltyOf(options);
  const mine = tripletMiningOf(options.mining ?? 'batch-all');
  const metric = metricOf(options);
  return (embeddings, labels) => {
    checkBatch(embeddings, labels, 'triplet');
    const masks = pairMasks(labels);
    const distances = toDistances(metric, metric.between(embeddings));
    const { loss, activeShare } = mine(distances, masks, penalty, embeddings);
    return { loss, diagnostics: diagnoseBatch(embeddings, masks, activeShare) };
  };
}

function metricOf({ distance, squared }: TripletOptions): Distance {
  checkFlag(squared ?? false, 'triplet: squared');
  if (distance === undefined) return squared === true ? squaredEuclidean : euclidean;
  if (squared === undefined) return distanceOf(distance);
  throw new SamesameError('E_CONFIG', {
    what: 'triplet: squared is about the Euclidean distance',
    expected: 'squared, or a distance',
    received: `squared: ${squared}, distance: ${typeof distance === 'string' ? distance : distance.name}`,
    help: "distance: 'squared-euclidean' says both",
  });
}

function penaltyOf({ margin, soft = false }: TripletOptions): Penalty {
  checkFlag(soft, 'triplet: soft');
  if (!soft) {
    checkBetween(margin ?? 0.5, 0, Number.POSITIVE_INFINITY, 'triplet: margin');
    return { margin: margin ?? 0.5 };
  }
  if (margin === undefined) return 'soft';
  throw new SamesameError('E_CONFIG', {
    what: 'a soft triplet loss has no margin',
    expected: 'soft: true, or a margin',
    received: `soft: true, margin: ${margin}`,
    help: 'leave one of them out',
  });
}
