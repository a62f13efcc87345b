import type {
  Calibration,
  DistanceHistogram,
  DistanceName,
  PrecisionRecallPoint,
  Retrieval,
  RocPoint,
  Verification,
} from '../evaluate/index.ts';
import type { ImageMap } from './figures/image-map.ts';

/** Everything that a report shows: plain data that survives JSON, so a report can be made again from what a run kept. */
export interface ReportData {
  readonly title: string;
  /** ISO 8601; null leaves it out. */
  readonly createdAt: string | null;
  readonly data: ReportDataset;
  readonly model: ReportModel;
  /** As it ran, in the order shown. */
  readonly configuration: Readonly<Record<string, string | number | boolean | null>>;
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
  readonly rawPixels: { readonly verification: Verification; readonly retrieval: Retrieval | null } | null;
  readonly roc: readonly RocPoint[];
  readonly precisionRecall: readonly PrecisionRecallPoint[];
  readonly histogram: DistanceHistogram | null;
  readonly galleries: readonly PairGallery[];
  readonly retrievalExamples: readonly RetrievalExample[];
  /** Test images where the model puts them. */
  readonly map?: ImageMap;
  readonly cost: ReportCost;
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
}

export interface EpochMetrics {
  /** From 1. */
  readonly epoch: number;
  readonly trainLoss: number;
  /** Share of dissimilar pairs, or of triplets, that still cost something. */
  readonly activeShare?: number | null;
  readonly validationLoss?: number | null;
  readonly validationAccuracy?: number | null;
}

/** What it took; null where it was not measured. */
export interface ReportCost {
  readonly trainSeconds: number | null;
  /** Images embedded a second while training. */
  readonly trainImagesPerSecond: number | null;
  readonly embedImagesPerSecond: number | null;
  readonly modelBytes: number | null;
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
