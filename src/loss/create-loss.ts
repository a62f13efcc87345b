import { SamesameError } from '../base/errors.ts';
import { type CrossBatchMemoryOptions, crossBatchMemory } from './cross-batch-memory.ts';
import { type DistanceName, distanceOf } from './distances/by-name.ts';
import type { Distance } from './distances/distance.ts';
import { euclidean, squaredEuclidean } from './distances/euclidean.ts';
import type { LossForms } from './loss.ts';
import { type LossEntry, PLAIN_LOSSES, type PlainLossName, type PlainLossOptions } from './loss-table.ts';
import { checkOptionNames, pick } from './names.ts';
import {
  type ThresholdConsistentMarginOptions,
  thresholdConsistentMargin,
} from './threshold-consistent-margin.ts';

/** Options of a loss that another one is part of, by name. */
export interface BaseLossOptions<Name extends string = PlainLossName> {
  readonly base?: Name;
  /** As the base's own function takes them. */
  readonly baseOptions?: object;
}

/** The options of each loss. */
export interface LossOptions extends PlainLossOptions {
  /** Its base is multi-similarity unless it is told. */
  readonly 'threshold-consistent-margin': Omit<ThresholdConsistentMarginOptions, 'base'> & BaseLossOptions;
  /** Its base is contrastive unless it is told; it must be able to compare batches. */
  readonly 'cross-batch-memory': Omit<CrossBatchMemoryOptions, 'base'> & BaseLossOptions;
}

export type LossName = keyof LossOptions;

export interface Loss extends LossForms {
  readonly name: string;
  /**
   * By what embeddings get close: Euclidean distance; the angle, which ranks those of length 1 alike; another distance,
   * by which models do not compare; or a head of their own.
   */
  readonly by: 'distance' | 'angle' | 'other' | 'head';
}

const COMBINED: { readonly [Name in Exclude<LossName, PlainLossName>]: LossEntry<LossOptions[Name]> } = {
  'threshold-consistent-margin': {
    options: ['base', 'baseOptions', 'similarAbove', 'dissimilarBelow', 'similarWeight', 'dissimilarWeight'],
    by: 'angle',
    create({ base = 'multi-similarity', baseOptions, ...options }) {
      const { overBatch } = createBase(base, baseOptions);
      if (overBatch === undefined) throw noBase('threshold-consistent-margin', base, 'overBatch');
      return { overBatch: thresholdConsistentMargin({ base: overBatch, ...options }) };
    },
  },
  'cross-batch-memory': {
    options: ['base', 'baseOptions', 'size', 'weight'],
    by: 'option',
    create({ base = 'contrastive', baseOptions, ...options }) {
      const { overBatch, against } = createBase(base, baseOptions);
      if (overBatch === undefined || against === undefined)
        throw noBase('cross-batch-memory', base, 'against');
      return { overBatch: crossBatchMemory({ base: { overBatch, against }, ...options }) };
    },
  },
};

const LOSSES: { readonly [Name in LossName]: LossEntry<LossOptions[Name]> } = {
  ...PLAIN_LOSSES,
  ...COMBINED,
};

/** The distance of a loss that can be had on several, unless it is told. */
const OWN_DISTANCES: Partial<Record<LossName, DistanceName>> = {
  triplet: 'euclidean',
  'lifted-structure': 'euclidean',
  'nt-xent': 'cosine',
  'n-pairs': 'dot',
  'multi-similarity': 'cosine',
  'info-nce': 'cosine',
};

/** The names that `createLoss` knows. */
export const LOSS_NAMES = Object.keys(LOSSES) as readonly LossName[];

/** Those that are fed explicit pairs and nothing else. */
export const PAIR_LOSS_NAMES: readonly LossName[] = LOSS_NAMES.filter(
  (name) => createLoss(name).overBatch === undefined,
);

/**
 * A loss by its name, for command lines and configuration files; in code, call its function.
 * @param options as the loss's own function takes them
 * @throws E_CONFIG where the name or an option is unknown, with the nearest known one, or an option is out of range
 * @example
 * const { overBatch } = createLoss('triplet', { mining: 'batch-hard' });
 */
export function createLoss(name: string, options: object = {}): Loss {
  const { options: known, create } = pick<LossEntry<never>>(LOSSES, name, 'loss');
  checkOptionNames(options, known, name);
  const forms = create(options as never);
  return { name, by: kindOf(name as LossName, options), ...forms };
}

/** The options that a loss takes. @throws E_CONFIG where the name is unknown */
export function optionNamesOf(name: string): readonly string[] {
  return pick<LossEntry<never>>(LOSSES, name, 'loss').options;
}

/** A plain loss that is part of another. */
function createBase(name: string, options: object | undefined): LossForms {
  pick(PLAIN_LOSSES, name, 'base');
  return createLoss(name, options);
}

function kindOf(name: LossName, options: object): Loss['by'] {
  const { by } = LOSSES[name];
  if (by !== 'option') return by;
  if (name === 'cross-batch-memory') {
    const { base = 'contrastive', baseOptions = {} } = options as LossOptions[typeof name];
    return kindOf(base, baseOptions);
  }
  const { distance = OWN_DISTANCES[name] } = options as { distance?: DistanceName | Distance };
  const metric = distanceOf(distance!);
  if (!metric.ranksAsEuclidean) return 'other';
  return metric === euclidean || metric === squaredEuclidean ? 'distance' : 'angle';
}

function noBase(user: string, base: string, form: keyof LossForms): SamesameError {
  const names = (Object.keys(PLAIN_LOSSES) as PlainLossName[]).filter(
    (name) => createLoss(name)[form] !== undefined,
  );
  return new SamesameError('E_CONFIG', {
    what: `${user} cannot be built on ${base}`,
    expected: `a base among ${names.join(', ')}`,
    received: base,
    help: form === 'against' ? 'a memory is for losses that compare images with each other' : undefined,
    details: { base },
  });
}
