import { type AngularMiningOptions, angularTriplets } from './angular-triplets.ts';
import { batchAll } from './batch-all.ts';
import { batchHard } from './batch-hard.ts';
import { type DistanceWeightedOptions, distanceWeighted } from './distance-weighted.ts';
import { easyPairs, semiHardPairs } from './extreme-pairs.ts';
import { type MarginMiningOptions, marginTriplets } from './margin-triplets.ts';
import { type MultiSimilarityMiningOptions, multiSimilarityPairs } from './multi-similarity-pairs.ts';
import { type PairMarginMiningOptions, pairMarginPairs } from './pair-margin-pairs.ts';
import { createMiner, type Miner, type PairMining } from './pair-mining.ts';
import { semiHard } from './semi-hard.ts';
import type { Mining } from './triplets.ts';

const MINERS = {
  'batch-all': { options: [], create: () => batchAll },
  'batch-hard': { options: [], create: () => batchHard },
  'semi-hard': { options: [], create: () => semiHard },
  'batch-easy': { options: [], create: () => ofPairs(easyPairs) },
  'easy-semi-hard': { options: [], create: () => ofPairs(semiHardPairs) },
  'distance-weighted': { options: ['cutoff', 'farthest'], create: distanceWeighted },
  angular: { options: ['angleDegrees'], create: angularTriplets },
  'triplet-margin': { options: ['margin', 'kind'], create: marginTriplets },
  'multi-similarity': {
    options: ['epsilon'],
    create: (options: MultiSimilarityMiningOptions) => ofPairs(multiSimilarityPairs(options)),
  },
  'pair-margin': {
    options: ['positive', 'negative'],
    create: (options: PairMarginMiningOptions) => ofPairs(pairMarginPairs(options)),
  },
} as const satisfies Readonly<Record<string, Miner<Mining>>>;

export type TripletMiningName = keyof typeof MINERS;

/** The names that `tripletMiningOf` knows. */
export const TRIPLET_MINING_NAMES = Object.keys(MINERS) as readonly TripletMiningName[];

/** A way of mining by name; with options of its own as `{ name, … }`; or a function. */
export type TripletMiningChoice =
  | TripletMiningName
  | ({ readonly name: 'distance-weighted' } & DistanceWeightedOptions)
  | ({ readonly name: 'angular' } & AngularMiningOptions)
  | ({ readonly name: 'triplet-margin' } & MarginMiningOptions)
  | ({ readonly name: 'multi-similarity' } & MultiSimilarityMiningOptions)
  | ({ readonly name: 'pair-margin' } & PairMarginMiningOptions)
  | Mining;

/** The function that a choice means. @throws E_CONFIG where a name or an option is unknown, or an option out of range */
export function tripletMiningOf(choice: TripletMiningChoice): Mining {
  return typeof choice === 'function' ? choice : createMiner(MINERS, choice);
}

/** Every triplet that the chosen pairs make, the mean over those that are active. */
function ofPairs(mine: PairMining): Mining {
  return (distances, masks, penalty, embeddings) =>
    batchAll(distances, mine(distances, masks), penalty, embeddings);
}
