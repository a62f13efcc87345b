import { type BinaryCrossEntropyOptions, binaryCrossEntropy } from './binary-cross-entropy.ts';
import { type ContrastiveOptions, contrastive } from './contrastive.ts';
import { type FocalOptions, focal } from './focal.ts';
import { meanSquaredError } from './mean-squared-error.ts';
import { checkOptionNames, pick } from './names.ts';
import { type PrototypicalOptions, prototypical } from './prototypical.ts';
import { type SupervisedContrastiveOptions, supervisedContrastive } from './supervised-contrastive.ts';
import { type TripletOptions, triplet } from './triplet.ts';
import type { BatchLoss, LogitLoss, PairLoss } from './types.ts';

/** The options of each loss. */
export interface LossOptions {
  readonly contrastive: ContrastiveOptions;
  readonly triplet: TripletOptions;
  readonly prototypical: PrototypicalOptions;
  readonly 'supervised-contrastive': SupervisedContrastiveOptions;
  readonly 'binary-cross-entropy': BinaryCrossEntropyOptions;
  readonly focal: FocalOptions;
  readonly 'mean-squared-error': Readonly<Record<string, never>>;
}

export type LossName = keyof LossOptions;

/** A loss in every form that it can be fed in. A form that is absent is one that the loss does not have. */
export interface Loss {
  readonly name: LossName;
  /** Embeddings and labels of a batch. */
  readonly overBatch?: BatchLoss;
  /** Embeddings of explicit pairs. */
  readonly overPairs?: PairLoss;
  /** Logits of a comparator head. */
  readonly overLogits?: LogitLoss;
}

interface Entry<Options> {
  readonly options: readonly (keyof Options & string)[];
  readonly create: (options: Options) => Omit<Loss, 'name'>;
}

const LOSSES: { readonly [Name in LossName]: Entry<LossOptions[Name]> } = {
  contrastive: { options: ['margin', 'balanced', 'half'], create: contrastive },
  triplet: {
    options: ['margin', 'mining', 'soft', 'squared'],
    create: (options) => ({ overBatch: triplet(options) }),
  },
  prototypical: {
    options: ['shots', 'temperature'],
    create: (options) => ({ overBatch: prototypical(options) }),
  },
  'supervised-contrastive': {
    options: ['temperature'],
    create: (options) => ({ overBatch: supervisedContrastive(options) }),
  },
  'binary-cross-entropy': {
    options: ['positiveWeight'],
    create: (options) => ({ overLogits: binaryCrossEntropy(options) }),
  },
  focal: { options: ['gamma', 'alpha'], create: (options) => ({ overLogits: focal(options) }) },
  'mean-squared-error': { options: [], create: () => ({ overLogits: meanSquaredError() }) },
};

/** The names that `createLoss` knows. */
export const LOSS_NAMES = Object.keys(LOSSES) as readonly LossName[];

/**
 * A loss by its name, for command lines and configuration files; in code, call its function.
 * @param options as the loss's own function takes them
 * @throws E_CONFIG where the name or an option is unknown, with the nearest known one, or an option is out of range
 * @example
 * const { overBatch } = createLoss('triplet', { mining: 'batch-hard' });
 */
export function createLoss(name: string, options: LossOptions[LossName] = {}): Loss {
  const { options: known, create } = pick<Entry<never>>(LOSSES, name, 'loss');
  checkOptionNames(options, known, name);
  return { name: name as LossName, ...create(options as never) };
}
