import { SamesameError } from '../base/errors.ts';
import { PAIR_LOSS_NAMES } from '../loss/create-loss.ts';
import type { TrainConfig } from './config.ts';

/** Losses that are fed explicit pairs whatever the feed. */
const PAIR_LOSSES: readonly string[] = PAIR_LOSS_NAMES;
const LOGIT_LOSSES: readonly string[] = ['binary-cross-entropy', 'focal', 'mean-squared-error'];

/** Whether training goes through a list of explicit pairs. */
function drawsList({ pairDraw, feed, splitBy, loss }: TrainConfig): boolean {
  return pairDraw === 'list' && (feed === 'pairs' || splitBy === 'pair' || PAIR_LOSSES.includes(loss));
}

/** Whether pairs are drawn before each epoch. */
const isRedrawn = ({ pairDraw }: TrainConfig) => pairDraw === 'hard' || pairDraw === 'curriculum';

/** Whether the network leaves the embedding open. */
const isOpen = ({ network }: TrainConfig) => ['compact', 'wide', 'residual'].includes(network);

const isFedInBatches = ({ loss, feed, splitBy }: TrainConfig) =>
  feed !== 'pairs' && splitBy !== 'pair' && !PAIR_LOSSES.includes(loss);

/** When a setting is read at all. Settings that are not named here always are. */
const READ_WHEN: Readonly<
  Partial<
    Record<keyof TrainConfig, { when: string; isRead(config: TrainConfig, hasPairs: boolean): boolean }>
  >
> = {
  normalize: { when: 'network is compact, wide or residual', isRead: isOpen },
  embeddingSize: { when: 'network is compact, wide or residual', isRead: isOpen },
  dropout: {
    when: 'network is compact or wide',
    isRead: ({ network }) => ['compact', 'wide'].includes(network),
  },
  negativeRatio: {
    when: 'a list of explicit pairs is fed (feed is pairs)',
    isRead: (config, hasPairs) =>
      hasPairs || (drawsList(config) && config.feed !== 'batch' && config.splitBy !== 'pair'),
  },
  comparator: {
    when: 'loss is binary-cross-entropy, focal or mean-squared-error',
    isRead: ({ loss }) => LOGIT_LOSSES.includes(loss),
  },
  comparatorOptions: {
    when: 'loss is binary-cross-entropy, focal or mean-squared-error',
    isRead: ({ loss }) => LOGIT_LOSSES.includes(loss),
  },
  bothWays: {
    when: 'comparator is concat, and the loss needs a comparator',
    isRead: ({ loss, comparator }) => LOGIT_LOSSES.includes(loss) && comparator === 'concat',
  },
  numPairs: {
    when: 'pairDraw is list, hard or curriculum',
    isRead: ({ pairDraw }) => pairDraw !== 'class-pairs',
  },
  stepsPerEpoch: {
    when: 'no list of pairs is gone through',
    isRead: (config) => !drawsList(config) && !isRedrawn(config),
  },
  batchSize: {
    when: 'pairDraw is list, hard or curriculum',
    isRead: ({ pairDraw }) => pairDraw !== 'class-pairs',
  },
  momentum: { when: 'optimizer is sgd', isRead: ({ optimizer }) => optimizer === 'sgd' },
  nesterov: { when: 'optimizer is sgd', isRead: ({ optimizer }) => optimizer === 'sgd' },
  weightDecay: { when: 'optimizer is adamw', isRead: ({ optimizer }) => optimizer === 'adamw' },
  batchGroups: { when: 'images are fed in batches of classes', isRead: isFedInBatches },
  rotateClasses: { when: 'images are fed in batches of classes', isRead: isFedInBatches },
  validationEpisodes: {
    when: 'embeddings are compared by their distance, and validation has images of its own',
    isRead: ({ loss, splitBy }) => splitBy !== 'pair' && !LOGIT_LOSSES.includes(loss),
  },
  stepEpochs: { when: 'schedule is step', isRead: ({ schedule }) => schedule === 'step' },
};

/**
 * Refuses a setting that was changed from its default though nothing reads it: a person who sets it expects an effect.
 * @param hasPairs whether the data names its own pairs
 * @throws E_CONFIG
 */
export function checkUnusedSettings(config: TrainConfig, defaults: TrainConfig, hasPairs: boolean): void {
  for (const [name, { when, isRead }] of Object.entries(READ_WHEN)) {
    const key = name as keyof TrainConfig;
    if (isRead(config, hasPairs) || JSON.stringify(config[key]) === JSON.stringify(defaults[key])) continue;
    throw new SamesameError('E_CONFIG', {
      what: `the setting ${name} has no effect here`,
      expected: `${name} only where ${when}`,
      received: `${name} ${JSON.stringify(config[key])}`,
      help: `leave ${name} out, or choose what reads it`,
      details: { setting: name },
    });
  }
}
