import { SamesameError } from '../base/errors.ts';
import { type Comparator, createComparator, createLoss, LOSS_NAMES, type Loss } from '../loss/index.ts';
import { COMPARATOR_SCOPE } from '../model/comparator-graph.ts';
import type { Encoder } from '../nn/networks/encoder.ts';
import type { TrainConfig } from './config.ts';
import { CUSTOM_LOSS, type CustomLoss } from './custom-loss.ts';
import type { Objective } from './step-graph.ts';

/** What a configuration minimises, and the head that it learns for that, where it does. */
export interface ConfiguredObjective {
  readonly objective: Objective;
  readonly comparator?: Comparator;
  /** Distance that dissimilar pairs should reach. */
  readonly margin: number;
  readonly loss: Pick<Loss, 'name' | 'by'>;
}

/** Losses whose margin is a Euclidean distance, and what it is unless they are told. */
const DISTANCE_MARGINS: Readonly<Record<string, number>> = {
  contrastive: 1,
  triplet: 0.5,
  auto: 0.5,
  'lifted-structure': 1,
};
/** Of all others: embeddings of length 1 lie 0…2 apart, and a comparator's distances reach from 0 to 1. */
const USUAL_REACH = 1;

/**
 * The loss of a configuration in the form in which it will be fed.
 * @param hasPairs whether the data names its own pairs, which are then what is fed
 * @param custom the loss that the configuration calls `custom`
 * @throws E_CONFIG where the loss has no such form
 */
export function createObjective(
  config: TrainConfig,
  hasPairs = false,
  custom?: CustomLoss,
): ConfiguredObjective {
  const { lossOptions, comparator: headName } = config;
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
      what: 'pairs cannot be drawn anew where they are given',
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
  const loss = readLoss(config, custom);
  const { name, overBatch, overPairs, overLogits } = loss;
  const hasDistanceMargin = Object.hasOwn(DISTANCE_MARGINS, name);
  const margin = hasDistanceMargin ? Number(lossOptions.margin ?? DISTANCE_MARGINS[name]) : USUAL_REACH;
  if (overLogits !== undefined && feed !== 'batch') {
    const comparator = createComparator(headName, config.comparatorOptions);
    return {
      loss,
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
    return { loss, margin, objective: { kind: 'batch', loss: overBatch } };
  if (overPairs !== undefined && (feed === 'pairs' || (feed === 'auto' && overBatch === undefined)))
    return { loss, margin, objective: { kind: 'pairs', loss: overPairs } };
  throw new SamesameError('E_CONFIG', {
    what: `the loss ${name} cannot be fed with ${feed === 'pairs' ? 'explicit pairs' : 'batches'}`,
    expected: `one of ${namesWith(feed === 'pairs' ? ['overPairs', 'overLogits'] : ['overBatch']).join(', ')}`,
    received: `${name}, feed ${feed}`,
    help: hasPairs ? 'choose another loss: the data set names its pairs' : 'leave feed at auto',
  });
}

/**
 * Refuses to train by one distance a model that will compare by another.
 * @throws E_CONFIG where the loss is about angles and embeddings have any length, or about a distance that ranks otherwise
 */
export function checkComparable(
  { loss }: ConfiguredObjective,
  { name, normalized }: Pick<Encoder, 'name' | 'normalized'>,
): void {
  if (loss.by === 'distance' || loss.by === 'head' || (loss.by === 'angle' && normalized)) return;
  const isAngle = loss.by === 'angle';
  throw new SamesameError('E_CONFIG', {
    what: `the loss ${loss.name} would train by another distance than the Euclidean one, by which the model compares`,
    expected: isAngle ? 'a network whose embeddings have length 1' : 'distance euclidean, cosine or dot',
    received: isAngle ? `${name}, embeddings of any length` : 'a distance that ranks embeddings otherwise',
    help: isAngle
      ? 'leave --no-normalize out, choose another --network, or a loss by distance (triplet, contrastive)'
      : 'leave the option distance out',
  });
}

/** @throws E_CONFIG where a custom loss is named and not given, or given and not named */
function readLoss({ loss: name, lossOptions }: TrainConfig, custom: CustomLoss | undefined): Loss {
  if ((name === CUSTOM_LOSS) !== (custom !== undefined)) {
    throw new SamesameError('E_CONFIG', {
      what: 'the loss custom is one that a program gives to train',
      expected: 'loss custom in the configuration, and a loss in the job',
      received: custom === undefined ? 'no loss in the job' : `loss ${name}, and a loss in the job`,
      help: custom === undefined ? `choose one of ${LOSS_NAMES.join(', ')}` : 'leave one of them out',
    });
  }
  if (custom === undefined) return createLoss(name, lossOptions);
  return { by: 'distance', ...custom };
}

/** The losses that have one of these forms. */
function namesWith(forms: readonly ('overBatch' | 'overPairs' | 'overLogits')[]): readonly string[] {
  return LOSS_NAMES.filter((name) => forms.some((form) => createLoss(name)[form] !== undefined));
}
