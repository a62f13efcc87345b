import { SamesameError } from '../base/errors.ts';
import {
  type Comparator,
  createComparator,
  createLoss,
  type LossName,
  type LossOptions,
} from '../loss/index.ts';
import { COMPARATOR_SCOPE } from '../model/comparator-graph.ts';
import type { TrainConfig } from './config.ts';
import type { Objective } from './step-graph.ts';

/** What a configuration minimises, and the head that it learns for that, where it does. */
export interface ConfiguredObjective {
  readonly objective: Objective;
  readonly comparator?: Comparator;
  /** Distance that dissimilar pairs should reach. */
  readonly margin: number;
}

/** Those of the losses; a comparator's distances reach from 0 to 1. */
const DEFAULT_MARGINS: Readonly<Record<string, number>> = {
  contrastive: 1,
  triplet: 0.5,
  prototypical: 1,
  'supervised-contrastive': 1,
  'binary-cross-entropy': 1,
  focal: 1,
  'mean-squared-error': 1,
};

/**
 * The loss of a configuration in the form in which it will be fed.
 * @param hasPairs whether the data names its own pairs, which are then what is fed
 * @throws E_CONFIG where the loss has no such form
 */
export function createObjective(config: TrainConfig, hasPairs = false): ConfiguredObjective {
  const { loss: name, lossOptions, comparator: headName } = config;
  if (hasPairs && config.feed === 'batch') {
    throw new SamesameError('E_CONFIG', {
      what: 'a data set that names its pairs cannot be fed as batches',
      expected: 'feed auto or pairs',
      received: 'feed batch',
      help: 'leave feed at auto, or point to the images in one folder per class',
    });
  }
  const { pairDraw, splitBy } = config;
  if (pairDraw !== 'list' && (hasPairs || splitBy === 'pair')) {
    throw new SamesameError('E_CONFIG', {
      what: 'pairs cannot be drawn by class where they are given',
      expected: `pairDraw list${hasPairs ? '' : ', or splitBy image'}`,
      received: `pairDraw ${pairDraw}, ${hasPairs ? 'and a data set that names its pairs' : 'splitBy pair'}`,
      help: 'leave pairDraw out',
    });
  }
  if (hasPairs && config.stepsPerEpoch > 0) {
    throw new SamesameError('E_CONFIG', {
      what: 'the length of an epoch cannot be chosen for a data set that names its pairs',
      expected: 'stepsPerEpoch 0: each pair once an epoch',
      received: `stepsPerEpoch ${config.stepsPerEpoch}`,
      help: 'leave stepsPerEpoch out',
    });
  }
  const isPairs = hasPairs || pairDraw !== 'list' || splitBy === 'pair';
  if (isPairs && config.feed === 'batch') {
    throw new SamesameError('E_CONFIG', {
      what: 'explicit pairs were asked for, and batches too',
      expected: 'feed auto or pairs',
      received: `feed batch, pairDraw ${pairDraw}, splitBy ${splitBy}`,
      help: 'leave feed at auto',
    });
  }
  const feed = isPairs ? 'pairs' : config.feed;
  const loss = createLoss(name, lossOptions as LossOptions[LossName]);
  const margin = typeof lossOptions.margin === 'number' ? lossOptions.margin : DEFAULT_MARGINS[name];
  const { overBatch, overPairs, overLogits } = loss;
  if (overLogits !== undefined && feed !== 'batch') {
    const comparator = createComparator(headName, config.comparatorOptions);
    return {
      margin,
      comparator,
      objective: {
        kind: 'pairs',
        loss: (left, right, similar, scope) =>
          overLogits(comparator.logits(left, right, scope.within(COMPARATOR_SCOPE)), similar),
      },
    };
  }
  if (overBatch !== undefined && feed !== 'pairs')
    return { margin, objective: { kind: 'batch', loss: overBatch } };
  if (overPairs !== undefined && feed === 'pairs')
    return { margin, objective: { kind: 'pairs', loss: overPairs } };
  throw new SamesameError('E_CONFIG', {
    what: `the loss ${name} cannot be fed with ${feed === 'pairs' ? 'explicit pairs' : 'batches'}`,
    expected:
      feed === 'pairs'
        ? 'contrastive, or a loss on a comparator head'
        : 'contrastive, triplet, prototypical or supervised-contrastive',
    received: `${name}, feed ${feed}`,
    help: hasPairs ? 'choose another loss: the data set names its pairs' : 'leave feed at auto',
  });
}
