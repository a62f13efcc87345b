/**
 * Everything that a program needs, by name. The rooms have doors of their own: `samesame/graph`, `/nn`, `/loss`,
 * `/data`, `/model`, `/evaluate`, `/train`.
 * @example
 * import { loadModel, openDataset, train } from 'samesame';
 *
 * const run = await train({ dataset: await openDataset('photos'), out: 'runs/photos' });
 * const model = await loadModel(run.model);
 * await model.compareFiles('a.jpg', 'b.jpg'); // { verdict: 'same', probability: 0.97, distance: 0.21, threshold: 0.48 }
 */
export { createRuntime } from '#runtime';
export {
  BACKBONES,
  type Backbone,
  type BackboneSource,
  type ChannelScale,
  findBackbone,
  type ListedBackbone,
  listBackbones,
  type ObtainBackboneOptions,
  type OpenBackboneOptions,
  type OpenedBackbone,
  obtainBackbone,
  openBackbone,
  type Preprocessing,
  type PreprocessingOptions,
} from './backbones/index.ts';
export { type ErrorCode, type ErrorParts, exitCodeOf, SamesameError } from './base/errors.ts';
export { createRandom, type Random } from './base/random.ts';
export { VERSION } from './base/version.ts';
export {
  type AugmentOptions,
  type BadImage,
  type CatalogEntry,
  type CatalogEvent,
  type CatalogFile,
  type ClearOptions,
  type Couples,
  clearFeatures,
  createLazyStore,
  type Dataset,
  type DecodeOptions,
  decodeImage,
  defaultFeaturesFolder,
  drawBalancedPairs,
  type FeatureStore,
  type FillEstimate,
  type FillOptions,
  type Finding,
  type FolderOptions,
  fingerprintOf,
  type GuessedShape,
  guessPixelShape,
  type IdxFolderOptions,
  type IdxSource,
  type ImageSet,
  joinParts,
  type KeptTrunk,
  type LazyPixelOptions,
  listFeatures,
  type ManifestOptions,
  type OpenOptions,
  openDataset,
  openFeatures,
  type PairedSet,
  type PairList,
  type PixelShape,
  type PixelStore,
  type PixelTarget,
  type PrepareOptions,
  type ProgressEvent,
  preparePixels,
  type ResizeRule,
  readCouples,
  readFolder,
  readIdx,
  readIdxFolder,
  readManifest,
  readMnist,
  readNpz,
  readOmniglot,
  readPairList,
  type SplitName,
  type Splits,
  selectClasses,
  splitByClass,
  splitByGroup,
  splitByImage,
  subset,
  type Trunk,
  type ViewOptions,
} from './data/index.ts';
export {
  agreement,
  type Calibration,
  type Cuts,
  calibrateIsotonic,
  calibrateLogistic,
  chooseCuts,
  chooseThreshold,
  clopperPearson,
  comparePaired,
  drawEpisodes,
  type Episode,
  type Estimate,
  energyDrift,
  findNearest,
  fitCalibration,
  type Interval,
  identifyOpenSet,
  judgeEpisodes,
  kMeans,
  linearProbe,
  missesAt,
  type Neighbour,
  type Retrieval,
  reliability,
  retrieve,
  silhouette,
  type Verification,
  verify,
} from './evaluate/index.ts';
export type { Runtime, RuntimeOptions } from './graph/runtime/types.ts';
export { type Calibrated, type CalibrateJob, calibrate } from './jobs/calibrate.ts';
export { writeComparison } from './jobs/compare-picture.ts';
export {
  type GetDatasetJob,
  type GottenDataset,
  getDataset,
  type ListedDataset,
  listDatasets,
} from './jobs/datasets.ts';
export { type DriftJob, type DriftResult, drift, type Trust } from './jobs/drift.ts';
export { type Duplicates, type DuplicatesJob, findDuplicates } from './jobs/duplicates/find.ts';
export { type EmbeddedFiles, type EmbedOptions, embedFiles, writeEmbeddings } from './jobs/embed.ts';
export { type EpisodesJob, type EpisodesMeasurement, evaluateEpisodes } from './jobs/episodes.ts';
export { type EvaluateJob, type Evaluation, evaluate } from './jobs/evaluate.ts';
export type { Carried } from './jobs/explain/carried.ts';
export { type ExplainJob, explain } from './jobs/explain/explain.ts';
export { type ExplainedSide, type Explanation, explainPair } from './jobs/explain/explain-pair.ts';
export type { View } from './jobs/explain/hide.ts';
export type { FinishedRun } from './jobs/finish.ts';
export { type IndexOptions, type IndexResult, indexImages } from './jobs/indexing/index-images.ts';
export { type Inspection, type InspectJob, inspectDataset } from './jobs/inspect.ts';
export { writeInspectionPage } from './jobs/inspect-page.ts';
export { type DrawnMap, drawMap, type MapJob } from './jobs/map.ts';
export type { Measurement } from './jobs/measure.ts';
export { type RebuildJob, type RebuiltReport, rebuildReport } from './jobs/rebuild-report.ts';
export {
  type AnsweredQuery,
  type FoundImage,
  type SearchJob,
  type SearchResult,
  searchImages,
} from './jobs/searching/search-images.ts';
export { type FinishedSweep, runSweep, type SweepEvent, type SweepJob } from './jobs/sweep/sweep.ts';
export { parseSweep, readSweepFile, type SweepFile } from './jobs/sweep/sweep-file.ts';
export { createThreadedRuntime } from './jobs/threads/threaded-runtime.ts';
export { type TrainJob, train } from './jobs/train.ts';
export {
  type BatchLoss,
  createComparator,
  createLoss,
  LOSS_NAMES,
  type Loss,
  type LossName,
} from './loss/index.ts';
export { type Comparison, loadModel, type Model, type ModelConfig } from './model/index.ts';
export { createEncoder, ENCODERS, type Encoder, type EncoderName } from './nn/index.ts';
export {
  fitPca,
  type MapPoint,
  type PcaPlane,
  type Projection,
  type ProjectOptions,
  projectEmbeddings,
} from './projection/index.ts';
export { renderModelCard, renderReport, renderResults } from './report/index.ts';
export { storeIdentity } from './search/store/identity.ts';
export { type OpenStoreOptions, openStore } from './search/store/open.ts';
export type { StoreFilter, StoreIdentity, VectorStore } from './search/store/types.ts';
export { readTrainConfig, type TrainConfig, type TrainOptions, trainConfigSchema } from './train/config.ts';
export type { CustomLoss } from './train/custom-loss.ts';
export type { EpochRecord, TrainEvent, Validation } from './train/progress.ts';
