export {
  majorityBaseline,
  pixelEmbeddings,
  type RawPixelOptions,
  rawPixelDistances,
} from './baseline.ts';
export { type BootstrapOptions, bootstrap } from './bootstrap.ts';
export { accuracyByClass, type ByClassOptions, type ClassAccuracy } from './by-class.ts';
export { type Calibration, calibrateLogistic, probabilityOf } from './calibrate.ts';
export {
  type CurveOptions,
  type PrecisionRecallPoint,
  precisionRecallCurve,
  type RocPoint,
  rocCurve,
} from './curves.ts';
export type { DistanceName } from './distances.ts';
export {
  drawEpisodes,
  type Episode,
  type EpisodeOptions,
  type EpisodeResult,
  judgeEpisodes,
} from './episodes.ts';
export { type HeatRegion, heatRegion } from './heat-region.ts';
export { type DistanceHistogram, distanceHistogram } from './histogram.ts';
export { type Estimate, type Interval, wilson } from './interval.ts';
export { findNearest, type NearestOptions, type Neighbour } from './nearest.ts';
export { brier, expectedCalibrationError, logLoss } from './probability-metrics.ts';
export { createProducts, type Products } from './products.ts';
export { rankCorrelation } from './rank-correlation.ts';
export { type Retrieval, type RetrieveOptions, retrieve } from './retrieve.ts';
export { embeddingSpread, type Spread } from './spread.ts';
export { chooseThreshold } from './threshold.ts';
export { type Confusion, type PairGroups, type Verification, type VerifyOptions, verify } from './verify.ts';
