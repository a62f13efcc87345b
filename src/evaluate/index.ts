export {
  majorityBaseline,
  pixelEmbeddings,
  type RawPixelOptions,
  rawPixelDistances,
} from './baseline.ts';
export { clopperPearson, mcnemar } from './binomial.ts';
export { type BootstrapOptions, bootstrap } from './bootstrap.ts';
export { accuracyByClass, type ByClassOptions, type ClassAccuracy } from './by-class.ts';
export { type Calibration, calibrateLogistic, probabilityOf } from './calibrate.ts';
export {
  answerOf,
  type CutOptions,
  type Cuts,
  checkMaxError,
  chooseCuts,
  pairsNeeded,
} from './calibration/conformal.ts';
export {
  type CurveKind,
  type CurveQuality,
  curveQuality,
  type FitOptions,
  type FittedCurve,
  fitCalibration,
} from './calibration/fit.ts';
export { calibrateIsotonic, type IsotonicCurve } from './calibration/isotonic.ts';
export { type Reliability, type ReliabilityBin, reliability } from './calibration/reliability.ts';
export { type Agreement, agreement } from './clusters/agreement.ts';
export { type Clustering, type KMeansOptions, kMeans } from './clusters/k-means.ts';
export { type SilhouetteOptions, silhouette } from './clusters/silhouette.ts';
export {
  type CurveOptions,
  type PrecisionRecallPoint,
  precisionRecallCurve,
  type RocPoint,
  rocCurve,
} from './curves.ts';
export {
  type DetectionPoint,
  FALSE_MATCH_RATES,
  type FalseMatchOptions,
  falseMatchRate,
  missesAt,
} from './detection.ts';
export type { DistanceName } from './distances.ts';
export { type Drift, type DriftOptions, energyDrift, type Strangeness, strangeness } from './drift.ts';
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
export { findNearest, findNearestOthers, type NearestOptions, type Neighbour } from './nearest.ts';
export { identifyOpenSet, type OpenSet, type OpenSetOptions } from './open-set.ts';
export {
  type ComparePairedOptions,
  comparePaired,
  type PairedComparison,
  type PairVerdicts,
} from './paired.ts';
export { brier, expectedCalibrationError, logLoss } from './probability-metrics.ts';
export { type LinearProbe, type LinearProbeOptions, linearProbe } from './probe/linear-probe.ts';
export { createProducts, type Products } from './products.ts';
export { rankCorrelation } from './rank-correlation.ts';
export { type Retrieval, type RetrieveOptions, retrieve } from './retrieve.ts';
export { embeddingSpread, type Spread } from './spread.ts';
export { chooseThreshold } from './threshold.ts';
export { type Confusion, type PairGroups, type Verification, type VerifyOptions, verify } from './verify.ts';
