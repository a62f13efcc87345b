import { SamesameError } from '../base/errors.ts';
import type { TrainConfig } from './config.ts';

const LOGIT_LOSSES = ['binary-cross-entropy', 'focal', 'mean-squared-error'];

const isFedInBatches = ({ loss, feed }: TrainConfig) => feed !== 'pairs' && !LOGIT_LOSSES.includes(loss);

/** When a setting is read at all. Settings that are not named here always are. */
const READ_WHEN: Readonly<
  Partial<Record<keyof TrainConfig, { when: string; isRead(config: TrainConfig): boolean }>>
> = {
  embeddingSize: {
    when: 'network is compact or residual',
    isRead: ({ network }) => network === 'compact' || network === 'residual',
  },
  comparator: {
    when: 'loss is binary-cross-entropy, focal or mean-squared-error',
    isRead: ({ loss }) => LOGIT_LOSSES.includes(loss),
  },
  momentum: { when: 'optimizer is sgd', isRead: ({ optimizer }) => optimizer === 'sgd' },
  nesterov: { when: 'optimizer is sgd', isRead: ({ optimizer }) => optimizer === 'sgd' },
  weightDecay: { when: 'optimizer is adamw', isRead: ({ optimizer }) => optimizer === 'adamw' },
  batchGroups: { when: 'images are fed in batches of classes', isRead: isFedInBatches },
  rotateClasses: { when: 'images are fed in batches of classes', isRead: isFedInBatches },
  stepEpochs: { when: 'schedule is step', isRead: ({ schedule }) => schedule === 'step' },
};

/**
 * Refuses a setting that was changed from its default though nothing reads it: a person who sets it expects an effect.
 * @throws E_CONFIG
 */
export function checkUnusedSettings(config: TrainConfig, defaults: TrainConfig): void {
  for (const [name, { when, isRead }] of Object.entries(READ_WHEN)) {
    const key = name as keyof TrainConfig;
    if (isRead(config) || config[key] === defaults[key]) continue;
    throw new SamesameError('E_CONFIG', {
      what: `the setting ${name} has no effect here`,
      expected: `${name} only where ${when}`,
      received: `${name} ${JSON.stringify(config[key])}`,
      help: `leave ${name} out, or choose what reads it`,
      details: { setting: name },
    });
  }
}
