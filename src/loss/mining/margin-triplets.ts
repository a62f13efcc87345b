import { cast } from '../../graph/ops/cast.ts';
import { greater, lessOrEqual } from '../../graph/ops/comparisons.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { checkBetween } from '../checks.ts';
import { pick } from '../names.ts';
import { asNegatives, asPositives, meanOverTriplets } from './triplet-cube.ts';
import type { Mining } from './triplets.ts';

export interface MarginMiningOptions {
  /** How much farther than the positive a negative counts as done, above 0. Default .2, FaceNet's. */
  readonly margin?: number;
  /**
   * By the lead of the positive, `d(a,n) − d(a,p)`: `'all'` up to the margin (default), `'hard'` up to 0, `'semi-hard'`
   * above 0 and up to the margin, `'easy'` beyond it.
   */
  readonly kind?: keyof typeof KINDS;
}

const KINDS = {
  all: (lead: Tensor, margin: number) => mask(lessOrEqual(lead, margin)),
  hard: (lead: Tensor) => mask(lessOrEqual(lead, 0)),
  'semi-hard': (lead: Tensor, margin: number) =>
    multiply(mask(greater(lead, 0)), mask(lessOrEqual(lead, margin))),
  easy: (lead: Tensor, margin: number) => mask(greater(lead, margin)),
};

/**
 * Keeps the triplets whose lead lies in a range; its margin is its own, apart from that of the loss. Mean over those that
 * are active. `N³` work.
 * @throws E_CONFIG
 * @source Schroff, Kalenichenko & Philbin 2015, "FaceNet", section 3.2
 */
export function marginTriplets({ margin = 0.2, kind = 'all' }: MarginMiningOptions = {}): Mining {
  checkBetween(margin, 0, Number.POSITIVE_INFINITY, 'mining triplet-margin: margin');
  const keep = pick(KINDS, kind, 'kind of triplets');
  return (distances, masks, penalty) =>
    meanOverTriplets(distances, masks, penalty, {
      rows: [distances],
      over: 'active',
      weigh: (rows) => keep(subtract(asNegatives(rows), asPositives(rows)), margin),
    });
}

function mask(condition: Tensor): Tensor {
  return cast(condition, 'float32');
}
