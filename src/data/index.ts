/** Everything in this room; `web.ts` is the part of it that runs in a browser. */

export { checkOptionNames, suggest } from '../base/suggest.ts';
export { type Augment, createAugmenter } from './augment/augmenter.ts';
export { type AugmentOptions, readAugmentOptions } from './augment/options.ts';
export { CATALOG } from './catalog/entries.ts';
export { findCatalogEntry } from './catalog/find.ts';
export type { CatalogEntry, CatalogEvent, CatalogFile } from './catalog/types.ts';
export { groupOfClass } from './class-groups.ts';
export { selectMultiples } from './class-multiple.ts';
export { type ClassLabels, labelByName } from './class-names.ts';
export { type ClassGroups, checkTrainable, groupByClass } from './classes.ts';
export { openFeatures } from './features/open.ts';
export {
  type ClearOptions,
  clearFeatures,
  defaultFeaturesFolder,
  type KeptTrunk,
  listFeatures,
} from './features/trunks.ts';
export type { FeatureStore, FillEstimate, FillOptions, Trunk, ViewOptions } from './features/types.ts';
export { fingerprintOf } from './fingerprint.ts';
export { findNearHashes } from './hash/near.ts';
export { differenceHash, hammingDistance, type ImageHash, perceptualHash } from './hash/perceptual.ts';
export { type GreyImage, shrinkGrey } from './hash/shrink.ts';
export {
  type CheckName,
  type Copies,
  type DatasetSummary,
  diagnose,
  type Examined,
  examineSet,
  type Finding,
  type FindingGroup,
  findCopies,
  type ImageFacts,
  type Severity,
  summarize,
  type Verdict,
  verdictOf,
} from './inspect/index.ts';
export { joinParts, type SetPart } from './join.ts';
export { compareNames } from './order.ts';
export { allPairBlocks, allPairs } from './pairs/all.ts';
export { drawBalancedPairs } from './pairs/balanced.ts';
export { type CouplePairsOptions, drawCouplePairs, splitCouples } from './pairs/couples.ts';
export {
  type DisjointPairOptions,
  drawDisjointPairs,
  type PairUnit,
  takeDisjoint,
} from './pairs/disjoint.ts';
export { drawHardPairs } from './pairs/hard.ts';
export { drawIndexedPairs, type IndexedPairsOptions } from './pairs/indexed.ts';
export { joinPairs, takePairs } from './pairs/list.ts';
export { drawNeighbourPairs } from './pairs/neighbours.ts';
export { drawRatioPairs, type RatioPairsOptions } from './pairs/ratio.ts';
export { type PairSplits, splitPairs } from './pairs/split.ts';
export {
  type DecodeOptions,
  decodeImage,
  type ImageHeader,
  type PixelTarget,
  readImageHeader,
  readImageShape,
  resizeImage,
} from './pixels/decode.ts';
export { type GuessedShape, type GuessOptions, guessPixelShape } from './pixels/guess.ts';
export { createLazyStore, type LazyPixelOptions } from './pixels/lazy.ts';
export type { RawImage } from './pixels/netpbm.ts';
export { type PrepareOptions, preparePixels } from './pixels/prepare.ts';
export { createStore, type PixelStore, type StoredRows } from './pixels/store.ts';
export { type ClassSamplerOptions, chooseClassBatch, createClassSampler } from './samplers/class.ts';
export { type ClassPairSamplerOptions, createClassPairSampler } from './samplers/class-pairs.ts';
export { type CurriculumSamplerOptions, createCurriculumSampler } from './samplers/curriculum.ts';
export { createGroupSampler, type GroupSamplerOptions } from './samplers/groups.ts';
export { createHardPairSampler, type HardPairSamplerOptions } from './samplers/hard-pairs.ts';
export { createPairSampler, type PairSampler } from './samplers/pairs.ts';
export type { RedrawnPairSampler } from './samplers/redrawn.ts';
export type { BatchSampler } from './samplers/sampler.ts';
export { createShuffledSampler, type ShuffledSamplerOptions } from './samplers/shuffled.ts';
export { type Couples, readCouples } from './sources/couples.ts';
export { type FolderOptions, readFolder } from './sources/folder.ts';
export { type IdxSource, readIdx } from './sources/idx.ts';
export { type IdxFolderOptions, readIdxFolder } from './sources/idx-folder.ts';
export { type ManifestOptions, readManifest } from './sources/manifest.ts';
export { readMnist } from './sources/mnist.ts';
export { readNpz } from './sources/npz.ts';
export { readOmniglot } from './sources/omniglot.ts';
export { type OneShotRun, readOmniglotRuns } from './sources/omniglot-runs.ts';
export { type Dataset, type OpenOptions, openDataset } from './sources/open.ts';
export { type PairFolders, type PairKind, readPairFolders } from './sources/pair-folders.ts';
export { type PairedSet, readPairList } from './sources/pair-list.ts';
export { isImageName, listImages } from './sources/walk.ts';
export { splitByGroup } from './split-groups.ts';
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
