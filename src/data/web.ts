/** The part of this room that runs in a browser too: nothing here reaches a file, and `web.test.ts` sees to it. */

export { checkOptionNames, suggest } from '../base/suggest.ts';
export { type Augment, createAugmenter } from './augment/augmenter.ts';
export { type AugmentOptions, readAugmentOptions } from './augment/options.ts';
export { type ClassLabels, labelByName } from './class-names.ts';
export { type ClassGroups, checkTrainable, groupByClass } from './classes.ts';
export { joinParts, type SetPart } from './join.ts';
export { compareNames } from './order.ts';
export { allPairBlocks, allPairs } from './pairs/all.ts';
export { drawBalancedPairs } from './pairs/balanced.ts';
export { type CouplePairsOptions, drawCouplePairs, splitCouples } from './pairs/couples.ts';
export { drawHardPairs } from './pairs/hard.ts';
export { joinPairs, takePairs } from './pairs/list.ts';
export { drawRatioPairs, type RatioPairsOptions } from './pairs/ratio.ts';
export { type PairSplits, splitPairs } from './pairs/split.ts';
export { createStore, type PixelStore, type StoredRows } from './pixels/store.ts';
export { type ClassSamplerOptions, chooseClassBatch, createClassSampler } from './samplers/class.ts';
export { createPairSampler, type PairSampler } from './samplers/pairs.ts';
export type { BatchSampler } from './samplers/sampler.ts';
export { createShuffledSampler, type ShuffledSamplerOptions } from './samplers/shuffled.ts';
export {
  type SplitByImageOptions,
  type SplitOptions,
  type Splits,
  splitByClass,
  splitByImage,
} from './splits.ts';
export { selectClasses, subset } from './subset.ts';
export type {
  BadImage,
  DecodedPixels,
  EncodedPixels,
  ImageSet,
  PairList,
  PixelShape,
  ProgressEvent,
  ResizeRule,
  SkippedFiles,
  SplitName,
} from './types.ts';
