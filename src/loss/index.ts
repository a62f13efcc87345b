export { type BinaryCrossEntropyOptions, binaryCrossEntropy } from './binary-cross-entropy.ts';
export {
  type AbsoluteDifferenceHeadOptions,
  absoluteDifferenceHead,
} from './comparators/absolute-difference-head.ts';
export type { Comparator } from './comparators/comparator.ts';
export { concatHead } from './comparators/concat-head.ts';
export { COMPARATOR_NAMES, type ComparatorName, createComparator } from './comparators/create-comparator.ts';
export { type Contrastive, type ContrastiveOptions, contrastive } from './contrastive.ts';
export { createLoss, LOSS_NAMES, type Loss, type LossName, type LossOptions } from './create-loss.ts';
export { type Distances, distancesInBatch, distancesOfPairs, EPSILON } from './euclidean.ts';
export { type FocalOptions, focal } from './focal.ts';
export { meanSquaredError } from './mean-squared-error.ts';
export { type PairMasks, type PairMasksOptions, pairMasks } from './pair-masks.ts';
export { type PrototypicalOptions, prototypical } from './prototypical.ts';
export { type SupervisedContrastiveOptions, supervisedContrastive } from './supervised-contrastive.ts';
export { type TripletOptions, triplet } from './triplet.ts';
export type { BatchLoss, LogitLoss, LossOutput, PairLoss } from './types.ts';
