import { SamesameError } from '../../base/errors.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { checkOptionNames, pick } from '../names.ts';
import type { PairMasks } from '../pair-masks.ts';
import { easyPairs, hardestPairs, semiHardPairs } from './extreme-pairs.ts';
import { type MultiSimilarityMiningOptions, multiSimilarityPairs } from './multi-similarity-pairs.ts';
import { type PairMarginMiningOptions, pairMarginPairs } from './pair-margin-pairs.ts';

/**
 * Chooses pairs for a loss: fewer of those that the masks `[N, M]` mark.
 * @param distances float32 `[N, M]`, lower is closer, each row an anchor's
 */
export type PairMining = (distances: Tensor, masks: PairMasks) => PairMasks;

/** A way of mining and the names of its options. */
export interface Miner<Mining> {
  readonly options: readonly string[];
  readonly create: (options: never) => Mining;
}

const MINERS = {
  all: { options: [], create: () => (_, masks) => masks },
  'batch-hard': { options: [], create: () => hardestPairs },
  'batch-easy': { options: [], create: () => easyPairs },
  'easy-semi-hard': { options: [], create: () => semiHardPairs },
  'multi-similarity': { options: ['epsilon'], create: multiSimilarityPairs },
  'pair-margin': { options: ['positive', 'negative'], create: pairMarginPairs },
} as const satisfies Readonly<Record<string, Miner<PairMining>>>;

export type PairMiningName = keyof typeof MINERS;

/** The names that `pairMiningOf` knows. */
export const PAIR_MINING_NAMES = Object.keys(MINERS) as readonly PairMiningName[];

/** A way of mining by name; with options of its own as `{ name, … }`; or a function. */
export type PairMiningChoice =
  | PairMiningName
  | ({ readonly name: 'multi-similarity' } & MultiSimilarityMiningOptions)
  | ({ readonly name: 'pair-margin' } & PairMarginMiningOptions)
  | PairMining;

/** The function that a choice means. @throws E_CONFIG where a name or an option is unknown, or an option out of range */
export function pairMiningOf(choice: PairMiningChoice): PairMining {
  return typeof choice === 'function' ? choice : createMiner(MINERS, choice);
}

/** A miner of a table: `'name'`, or `{ name, … }` with its options. @throws E_CONFIG */
export function createMiner<Mining>(
  miners: Readonly<Record<string, Miner<Mining>>>,
  choice: string | { readonly name: string },
): Mining {
  const { name, ...options } = namedChoice(choice);
  const { options: known, create } = pick(miners, name, 'mining');
  checkOptionNames(options, known, `mining ${name}`);
  return create(options as never);
}

/** `'name'` or `{ name, … }`, as an object. @throws E_CONFIG */
function namedChoice(choice: string | { readonly name: string }): { readonly name: string } {
  if (typeof choice === 'string') return { name: choice };
  if (typeof choice === 'object' && typeof choice?.name === 'string') return choice;
  throw new SamesameError('E_CONFIG', {
    what: 'mining is neither a name nor an object with a name',
    expected: '"batch-hard", or {"name": "pair-margin", "positive": 0.2}',
    received: JSON.stringify(choice),
  });
}
