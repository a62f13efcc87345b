import type {
  Calibration,
  DistanceHistogram,
  DistanceName,
  Estimate,
  PrecisionRecallPoint,
  Reliability,
  Retrieval,
  RocPoint,
  Verification,
} from '../evaluate/index.ts';
import type { EvaluationNumbers } from './evaluation-tables.ts';
import type { ImageMap } from './figures/image-map.ts';
import type { ByNegatives } from './negative-rows.ts';
import type { Baseline } from './result-rows.ts';

/** Everything that a report shows: plain data that survives JSON, so a report can be made again from what a run kept. */
export interface ReportData {
  readonly title: string;
  /** ISO 8601; null leaves it out. */
  readonly createdAt: string | null;
  readonly data: ReportDataset;
  readonly model: ReportModel;
  readonly configuration: Configuration;
  readonly seed: string | number;
  /** Version by name: `samesame`, `onnxruntime-node`, `node`. */
  readonly versions: Readonly<Record<string, string>>;
  /** Empty where a model is only measured. */
  readonly epochs: readonly EpochMetrics[];
  /** Epoch whose weights were kept. */
  readonly bestEpoch: number | null;
  /** On pairs that neither training nor the threshold has seen. */
  readonly verification: Verification;
  readonly calibration: Calibration | null;
  readonly retrieval: Retrieval | null;
  /** The same measures on the bare pixels. */
  readonly rawPixels: Baseline | null;
  /** The backbone before training. Reports kept before there were backbones lack it. */
  readonly frozenFeatures?: Baseline | null;
  /** With each kind of negatives, where the data says which are easy and which are hard. */
  readonly byNegatives?: ByNegatives;
  readonly roc: readonly RocPoint[];
  readonly precisionRecall: readonly PrecisionRecallPoint[];
  readonly histogram: DistanceHistogram | null;
  /** Of the probabilities of the measured pairs. Reports kept before there was one lack it. */
  readonly reliability?: Reliability | null;
  /** Those whose pairs are judged least well, the worst first. Empty where images have no class. */
  readonly hardestClasses: readonly ClassResult[];
  readonly galleries: readonly PairGallery[];
  readonly retrievalExamples: readonly RetrievalExample[];
  /** Test images where the model puts them. */
  readonly map?: ImageMap;
  /** What was measured beyond, where a model is only evaluated. */
  readonly evaluation?: EvaluationNumbers;
  readonly cost: ReportCost;
}

/** As it ran, in the order shown. */
export type Configuration = Readonly<Record<string, string | number | boolean | null>>;

/** Whether the threshold is a number that the configuration names, instead of the best one for the validation pairs. */
export function isThresholdFixed({ threshold }: Configuration): boolean {
  return typeof threshold === 'number';
}

/** Everything that the report of a run without an end shows: what was asked for, and how far it came. */
export interface UnfinishedReportData {
  readonly title: string;
  /** Name of the data. */
  readonly data: string;
  readonly configuration: Configuration;
  readonly seed: string | number;
  readonly versions: Readonly<Record<string, string>>;
  readonly epochs: readonly EpochMetrics[];
  /** The best epoch so far. */
  readonly bestEpoch: number | null;
  /** Command that goes on with the run. */
  readonly resume: string;
}

export interface ReportDataset {
  readonly name: string;
  readonly numImages: number;
  readonly classNames: readonly string[];
  readonly splits: readonly ReportSplit[];
  /** Digest of what was read. */
  readonly fingerprint: string;
}

export interface ReportSplit {
  readonly name: string;
  readonly numImages: number;
  /** Null where no pairs were drawn. */
  readonly numPairs: number | null;
}

/** Whose weights a model began with, and how much of them it left as they were. */
export interface ReportBackbone {
  readonly name: string;
  readonly sha256: string;
  /** Value up to which it was frozen; null where none of it was. */
  readonly frozenUpTo: string | null;
  readonly numFrozenParameters: number;
  readonly numTrainableParameters: number;
  readonly licence: string | null;
  readonly source: string | null;
}

export interface ReportModel {
  readonly network: string;
  readonly loss: string;
  readonly numParameters: number;
  /** H, W, C of one image. */
  readonly inputShape: readonly [number, number, number];
  /** D. */
  readonly embeddingDim: number;
  /** `learned`: 1 − the similarity that a comparator head gives, in both orders, mean. */
  readonly distance: DistanceName | 'learned';
  /** The pretrained network that it stands on, where it does. */
  readonly backbone?: ReportBackbone;
}

/** An epoch as `metrics.jsonl` has it; what was not recorded is left out or null. */
export interface EpochMetrics {
  /** From 1. */
  readonly epoch: number;
  readonly trainLoss: number | null;
  /** Mean over the epoch's steps. */
  readonly learningRate?: number | null;
  /** Share of dissimilar pairs, or of triplets, that still cost something. */
  readonly activeShare?: number | null;
  readonly validationLoss?: number | null;
  readonly validationAccuracy?: number | null;
  readonly validationPrecision?: number | null;
  readonly validationRecall?: number | null;
  readonly validationAuc?: number | null;
  /** Share of queries that are named right in few-shot episodes of validation images. */
  readonly validationEpisodes?: number | null;
  /** Highest recall of any threshold with at least this precision, by the precision: `.80`, `.90`, `.95`. */
  readonly validationRecallAtPrecision?: Readonly<Record<string, number | null>> | null;
  /** Mean distance of similar validation pairs. */
  readonly similarDistance?: number | null;
  /** Mean distance of dissimilar validation pairs. */
  readonly dissimilarDistance?: number | null;
  /** Distances that 10, 50 and 90 % of similar validation pairs do not pass. */
  readonly similarDistanceQuantiles?: readonly [number, number, number] | null;
  /** The same of dissimilar validation pairs. */
  readonly dissimilarDistanceQuantiles?: readonly [number, number, number] | null;
  /** Standard deviation of the embeddings of a batch, mean over dimensions and over the epoch's steps. */
  readonly embeddingSpread?: number | null;
  /** Images embedded a second while training. */
  readonly imagesPerSecond?: number | null;
}

/** What it took; null where it was not measured. */
export interface ReportCost {
  readonly trainSeconds: number | null;
  /** Images embedded a second while training. */
  readonly trainImagesPerSecond: number | null;
  readonly embedImagesPerSecond: number | null;
  readonly modelBytes: number | null;
  /** What the speeds were measured on: processor, threads, Node. */
  readonly machine: string | null;
}

/** How the pairs of one class were judged. */
export interface ClassResult {
  readonly name: string;
  /** Pairs with an image of it. */
  readonly numPairs: number;
  readonly accuracy: Estimate;
  /** Pairs of two of its images that were called different. */
  readonly numMissed: number;
  /** Pairs of it and another class that were called the same. */
  readonly numMistaken: number;
  readonly mistakenFor: { readonly name: string; readonly numPairs: number } | null;
}

export interface PairGallery {
  /** What these pairs have in common: `Farthest from right`. */
  readonly title: string;
  readonly pairs: readonly GalleryPair[];
}

/** A picture on the page. */
export interface ReportImage {
  /** Data URI. */
  readonly image: string;
  /** Its class, or its file name. */
  readonly label: string;
}

export interface GalleryPair {
  readonly left: ReportImage;
  readonly right: ReportImage;
  readonly distance: number;
  /** That both are the same thing; null without a calibration. */
  readonly probability: number | null;
  readonly verdict: 'same' | 'different' | 'unsure';
  /** 1 the same thing, 0 not. */
  readonly similar: 0 | 1;
}

export interface RetrievalExample {
  readonly query: ReportImage;
  /** Nearest first. */
  readonly neighbours: readonly RetrievedImage[];
}

export interface RetrievedImage extends ReportImage {
  readonly distance: number;
  /** Whether it is of the query's class. */
  readonly isRight: boolean;
}
