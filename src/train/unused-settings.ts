import { SamesameError } from '../base/errors.ts';
import { PAIR_LOSS_NAMES } from '../loss/create-loss.ts';
import type { TrainConfig } from './config.ts';

/** Losses that are fed explicit pairs whatever the feed. */
const PAIR_LOSSES: readonly string[] = PAIR_LOSS_NAMES;
const LOGIT_LOSSES: readonly string[] = ['binary-cross-entropy', 'focal', 'mean-squared-error'];

/** Whether explicit pairs are fed, of data that does not name its own. */
function drawsPairs({ pairDraw, feed, splitBy, loss }: TrainConfig): boolean {
  return pairDraw !== 'list' || feed === 'pairs' || splitBy === 'pair' || PAIR_LOSSES.includes(loss);
}

/** Whether training goes through a list of explicit pairs. */
function drawsList(config: TrainConfig): boolean {
  return (config.pairDraw === 'list' || config.pairDraw === 'neighbours') && drawsPairs(config);
}

/** Whether pairs are drawn before each epoch. */
const isRedrawn = ({ pairDraw }: TrainConfig) => pairDraw === 'hard' || pairDraw === 'curriculum';

const hasBackbone = ({ backbone }: TrainConfig) => backbone !== 'none';

/** Whether the network leaves the embedding's length open. */
const isOpen = (config: TrainConfig) =>
  hasBackbone(config) || ['compact', 'slim', 'wide', 'residual'].includes(config.network);

/** Whether the backbone has a part that is run once an image, and not once a step. */
export const hasFrozenPart = (config: Pick<TrainConfig, 'backbone' | 'freeze'>) =>
  config.backbone !== 'none' && config.freeze !== 'none' && config.freeze !== 0;

const isFitted = ({ headInit }: TrainConfig) => headInit === 'within-class';

const isFedInBatches = ({ loss, feed, splitBy }: TrainConfig) =>
  feed !== 'pairs' && splitBy !== 'pair' && !PAIR_LOSSES.includes(loss);

/** When a setting is read at all. Settings that are not named here always are. */
const READ_WHEN: Readonly<
  Partial<
    Record<keyof TrainConfig, { when: string; isRead(config: TrainConfig, hasPairs: boolean): boolean }>
  >
> = {
  network: { when: 'there is no backbone', isRead: (config) => !hasBackbone(config) },
  scalePixels: { when: 'there is no backbone', isRead: (config) => !hasBackbone(config) },
  pixels: { when: 'there is a backbone', isRead: hasBackbone },
  cut: { when: 'there is a backbone', isRead: hasBackbone },
  freeze: { when: 'there is a backbone', isRead: hasBackbone },
  pool: { when: 'there is a backbone', isRead: hasBackbone },
  head: { when: 'there is a backbone', isRead: hasBackbone },
  headInit: {
    when: 'there is a backbone, head is linear, and the data has classes (one folder each) and not pairs alone',
    isRead: (config, hasPairs) => hasBackbone(config) && config.head === 'linear' && !hasPairs,
  },
  headShrinkage: { when: 'headInit is within-class', isRead: isFitted },
  headCentre: { when: 'headInit is within-class', isRead: isFitted },
  headRate: {
    when: 'there is a backbone and it has a head',
    isRead: (config) => hasBackbone(config) && config.head !== 'none',
  },
  hidden: {
    when: 'there is a backbone and head is mlp',
    isRead: (config) => hasBackbone(config) && config.head === 'mlp',
  },
  views: {
    when: 'a part of a backbone is frozen, and images are augmented',
    isRead: (config) => hasFrozenPart(config) && config.augment !== 'none',
  },
  backboneRate: {
    when: 'a part of a backbone is trained',
    isRead: (config) => hasBackbone(config) && config.freeze !== 'all' && config.freeze !== 1,
  },
  mirror: { when: 'no part of a backbone is frozen', isRead: (config) => !hasFrozenPart(config) },
  normalize: { when: 'network is compact, wide or residual, or there is a backbone', isRead: isOpen },
  embeddingSize: {
    when: 'network is compact, wide or residual, or a backbone has a head',
    isRead: (config) => (hasBackbone(config) ? config.head !== 'none' : isOpen(config)),
  },
  dropout: {
    when: 'network is compact or wide, or there is a backbone',
    isRead: (config) => hasBackbone(config) || ['compact', 'slim', 'wide'].includes(config.network),
  },
  negativeRatio: {
    when: 'a list of explicit pairs is fed (feed is pairs)',
    isRead: (config, hasPairs) =>
      hasPairs ||
      (drawsPairs(config) &&
        config.pairDraw === 'list' &&
        config.feed !== 'batch' &&
        config.splitBy !== 'pair'),
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
    isRead: ({ pairDraw }) => pairDraw !== 'class-pairs' && pairDraw !== 'neighbours',
  },
  stepsPerEpoch: {
    when: 'no list of pairs is gone through',
    isRead: (config) => !drawsList(config) && !isRedrawn(config),
  },
  batchSize: {
    when: 'pairDraw is list, neighbours, hard or curriculum',
    isRead: ({ pairDraw }) => pairDraw !== 'class-pairs',
  },
  validationPairs: {
    when: 'pairDraw is not neighbours',
    isRead: ({ pairDraw }) => pairDraw !== 'neighbours',
  },
  chooseBy: {
    when: 'explicit pairs are fed, and no episodes choose the epoch',
    isRead: (config, hasPairs) => (hasPairs || drawsPairs(config)) && config.validationEpisodes === 0,
  },
  momentum: { when: 'optimizer is sgd', isRead: ({ optimizer }) => optimizer === 'sgd' },
  nesterov: { when: 'optimizer is sgd', isRead: ({ optimizer }) => optimizer === 'sgd' },
  weightDecay: { when: 'optimizer is adamw', isRead: ({ optimizer }) => optimizer === 'adamw' },
  batchGroups: { when: 'images are fed in batches of classes', isRead: isFedInBatches },
  rotateClasses: {
    when: 'images are fed in batches of classes, and no part of a backbone is frozen',
    isRead: (config) => isFedInBatches(config) && !hasFrozenPart(config),
  },
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
