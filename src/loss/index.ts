export { type AnchorLoss, type AnchorLossOptions, type Costs, createAnchorLoss } from './anchor-loss.ts';
export { type AngularOptions, angular } from './angular.ts';
export { type AutoTripletOptions, autoTriplet } from './auto-triplet.ts';
export { type BinaryCrossEntropyOptions, binaryCrossEntropy } from './binary-cross-entropy.ts';
export { type CircleOptions, circle } from './circle.ts';
export {
  type AbsoluteDifferenceHeadOptions,
  absoluteDifferenceHead,
} from './comparators/absolute-difference-head.ts';
export type { Comparator } from './comparators/comparator.ts';
export { concatHead } from './comparators/concat-head.ts';
export { COMPARATOR_NAMES, type ComparatorName, createComparator } from './comparators/create-comparator.ts';
export { type Contrastive, type ContrastiveOptions, contrastive } from './contrastive.ts';
export { type CosentOptions, cosent } from './cosent.ts';
export { cosineMeanSquaredError } from './cosine-mean-squared-error.ts';
export { createLoss, LOSS_NAMES, type Loss, type LossName, type LossOptions } from './create-loss.ts';
export { type CrossBatchMemoryOptions, crossBatchMemory } from './cross-batch-memory.ts';
export { diagnoseBatch } from './diagnose-batch.ts';
export { DISTANCE_NAMES, type DistanceName, distanceOf } from './distances/by-name.ts';
export { type Distance, toDistances, toSimilarities } from './distances/distance.ts';
export { type Distances, distancesInBatch, distancesOfPairs, EPSILON } from './euclidean.ts';
export { type FastApOptions, fastAp } from './fast-ap.ts';
export { type FocalOptions, focal } from './focal.ts';
export { type InfoNceOptions, infoNce } from './info-nce.ts';
export { type LiftedStructureOptions, liftedStructure } from './lifted-structure.ts';
export { meanSquaredError } from './mean-squared-error.ts';
export {
  PAIR_MINING_NAMES,
  type PairMining,
  type PairMiningChoice,
  pairMiningOf,
} from './mining/pair-mining.ts';
export {
  TRIPLET_MINING_NAMES,
  type TripletMiningChoice,
  tripletMiningOf,
} from './mining/triplet-mining.ts';
export type { Mined, Mining, Penalty } from './mining/triplets.ts';
export { type MultiSimilarityOptions, multiSimilarity } from './multi-similarity.ts';
export { type NPairsOptions, nPairs } from './n-pairs.ts';
export { type NormalizedCrossEntropyOptions, normalizedCrossEntropy } from './normalized-cross-entropy.ts';
export { type PairMasks, type PairMasksOptions, pairMasks } from './pair-masks.ts';
export { type PrototypicalOptions, prototypical } from './prototypical.ts';
export {
  type ArcFaceOptions,
  arcFace,
  type SubCenterArcFaceOptions,
  subCenterArcFace,
} from './proxies/arc-face.ts';
export type { ClassWeighting } from './proxies/class-cross-entropy.ts';
export { type CosFaceOptions, cosFace } from './proxies/cos-face.ts';
export { type ProxyAnchorOptions, proxyAnchor } from './proxies/proxy-anchor.ts';
export {
  type ProxyNcaOptions,
  type ProxyNcaPlusPlusOptions,
  proxyNca,
  proxyNcaPlusPlus,
} from './proxies/proxy-nca.ts';
export { type SoftTripleOptions, softTriple } from './proxies/soft-triple.ts';
export { largeMarginSoftmax, type SphereFaceOptions, sphereFace } from './proxies/sphere-face.ts';
export { REDUCER_NAMES, type Reducer, type ReducerName, reducerOf } from './reducers/reducer.ts';
export { type SmoothApOptions, smoothAp } from './smooth-ap.ts';
export { type SupervisedContrastiveOptions, supervisedContrastive } from './supervised-contrastive.ts';
export {
  type ThresholdConsistentMarginOptions,
  thresholdConsistentMargin,
} from './threshold-consistent-margin.ts';
export { type TripletOptions, triplet } from './triplet.ts';
export { type TupletMarginOptions, tupletMargin } from './tuplet-margin.ts';
export type { BatchLoss, LogitLoss, LossContext, LossOutput, PairLoss } from './types.ts';
export { type VicRegOptions, vicReg } from './vicreg.ts';
