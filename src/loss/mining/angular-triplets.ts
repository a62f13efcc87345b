import { add } from '../../graph/ops/add.ts';
import { cast } from '../../graph/ops/cast.ts';
import { greater } from '../../graph/ops/comparisons.ts';
import { l2Normalize } from '../../graph/ops/l2-normalize.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { pairwiseSquaredDistances } from '../../graph/ops/pairwise-squared-distances.ts';
import { checkBetween } from '../checks.ts';
import { asNegatives, asPositives, meanOverTriplets } from './triplet-cube.ts';
import type { Mining } from './triplets.ts';

export interface AngularMiningOptions {
  /** Degrees from which a triplet counts, between 0 and 90. Default 20. */
  readonly angleDegrees?: number;
}

/**
 * Keeps the triplets whose negative sees its anchor and its positive under a wide angle: `|a − p| / (2 |n − c|) > tan α`,
 * c half-way between a and p, embeddings scaled to length 1. Mean over those that are active. `N³` work.
 * @throws E_CONFIG
 * @source Wang et al. 2017, "Deep metric learning with angular loss", eq. 4 to 6, used as a rule for choosing
 */
export function angularTriplets({ angleDegrees = 20 }: AngularMiningOptions = {}): Mining {
  checkBetween(angleDegrees, 0, 90, 'mining angular: angleDegrees');
  const tanSquared = Math.tan((angleDegrees * Math.PI) / 180) ** 2;
  return (distances, masks, penalty, embeddings) => {
    const squared = pairwiseSquaredDistances(l2Normalize(embeddings));
    return meanOverTriplets(distances, masks, penalty, {
      rows: [squared],
      over: 'active',
      // 4 |n − c|² = 2 |n − a|² + 2 |n − p|² − |a − p|², so no centre is worked out.
      weigh: (rows) => {
        const toNegative = add(asNegatives(rows), squared);
        const side = multiply(asPositives(rows), 1 + tanSquared);
        return cast(greater(side, multiply(toNegative, 2 * tanSquared)), 'float32');
      },
    });
  };
}
