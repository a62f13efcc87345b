import type { Estimate, Interval, Retrieval, Verification } from '../evaluate/index.ts';
import type { FinishedRun } from '../jobs/finish.ts';
import type { Measurement } from '../jobs/measure.ts';

type Bounds = readonly [number | null, number | null];

/** What `--json` prints of pairs: numbers by name; null where the data leaves one undefined. */
export interface VerificationJson {
  readonly accuracy: Interval;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly auc: number | null;
  readonly averagePrecision: number | null;
  readonly eer: number | null;
  readonly recallAtPrecision: Readonly<Record<string, number | null>>;
  readonly threshold: number;
  /** Accuracy that needs no learning: the better one of `baselines`. */
  readonly baseline: number;
  readonly baselines: { readonly majority: number; readonly rawPixels: number | null };
  readonly confusion: Verification['confusion'];
  readonly numPairs: number;
  /** 95 % intervals by name. */
  readonly intervals: Readonly<Record<string, Bounds>>;
}

export interface RetrievalJson {
  readonly recallAt1: number | null;
  readonly recallAt5: number | null;
  readonly recallAt10: number | null;
  readonly rPrecision: number | null;
  readonly mapAtR: number | null;
  readonly mrr: number | null;
  readonly ndcgAt10: number | null;
  readonly knnAt1: number | null;
  readonly knnAt5: number | null;
  readonly knnAt10: number | null;
  readonly numQueries: number;
  readonly numGallery: number;
  readonly baselines: { readonly rawPixels: { recallAt1: number | null; mapAtR: number | null } | null };
  readonly intervals: Readonly<Record<string, Bounds>>;
}

/** The `verification` and `retrieval` objects that `demo`, `train` and `evaluate` print alike. */
export function resultsJson({
  verification,
  retrieval,
  rawPixels,
  frozenFeatures,
  overFrozen,
}: Pick<Measurement, 'verification' | 'retrieval' | 'rawPixels' | 'frozenFeatures' | 'overFrozen'>) {
  return {
    verification: verificationJson(verification, rawPixels?.verification),
    retrieval: retrieval && retrievalJson(retrieval, rawPixels?.retrieval ?? null),
    /** The backbone before training, by its features alone. */
    ...(frozenFeatures && {
      untrained: {
        verification: verificationJson(frozenFeatures.verification, rawPixels?.verification),
        retrieval:
          frozenFeatures.retrieval && retrievalJson(frozenFeatures.retrieval, rawPixels?.retrieval ?? null),
        /** The model minus the untrained backbone, on the same pairs. */
        ...(overFrozen && {
          difference: { accuracy: overFrozen.accuracyDifference, auc: overFrozen.aucDifference },
        }),
      },
    }),
  };
}

/** Of pair folders: over all pairs, and over the same similar pairs with each kind of negatives. */
export function byNegativesJson({ verification, rawPixels, byNegatives }: Measurement) {
  if (byNegatives === undefined) return undefined;
  const { easy, hard } = byNegatives;
  return {
    all: verificationJson(verification, rawPixels?.verification),
    easy: easy && verificationJson(easy, undefined),
    hard: hard && verificationJson(hard, undefined),
  };
}

/** The object that `demo` and `train` print. */
export function runJson(run: FinishedRun) {
  const { train, validation, test } = run.data.splits;
  return {
    run: run.run,
    model: run.model,
    report: run.report,
    tensorboard: run.tensorboard ?? null,
    animation: run.animation,
    images: train.length + validation.length + test.length,
    splits: { train: train.length, validation: validation.length, test: test.length },
    epochs: run.records.length,
    trainSeconds: run.trainSeconds,
    imagesPerSecond: run.imagesPerSecond,
    ...resultsJson(run.measurement),
    bad: run.data.pixels.bad.length,
  };
}

function verificationJson(from: Verification, rawPixels: Verification | undefined): VerificationJson {
  const { accuracy, precision, recall, f1, auc, averagePrecision, eer } = from;
  const rates = { precision, recall, f1, auc, averagePrecision, eer };
  const baselines = { majority: from.majorityBaseline, rawPixels: rawPixels?.accuracy.value ?? null };
  return {
    accuracy,
    ...valuesOf(rates),
    recallAtPrecision: valuesOf(from.recallAtPrecision),
    threshold: from.threshold,
    baseline: Math.max(baselines.majority, baselines.rawPixels ?? 0),
    baselines,
    confusion: from.confusion,
    numPairs: from.numPairs,
    intervals: boundsOf({ accuracy, ...rates }),
  };
}

function retrievalJson(from: Retrieval, rawPixels: Retrieval | null): RetrievalJson {
  const { recallAt, rPrecision, mapAtR, mrr, ndcgAt10, knnAt } = from;
  const rates = {
    recallAt1: recallAt[1],
    recallAt5: recallAt[5],
    recallAt10: recallAt[10],
    rPrecision,
    mapAtR,
    mrr,
    ndcgAt10,
    knnAt1: knnAt[1],
    knnAt5: knnAt[5],
    knnAt10: knnAt[10],
  };
  return {
    ...valuesOf(rates),
    numQueries: from.numQueries,
    numGallery: from.numGallery,
    baselines: {
      rawPixels: rawPixels && valuesOf({ recallAt1: rawPixels.recallAt[1], mapAtR: rawPixels.mapAtR }),
    },
    intervals: boundsOf(rates),
  };
}

function valuesOf<Name extends string>(rates: Readonly<Record<Name, Estimate>>): Record<Name, number | null> {
  const entries = Object.entries<Estimate>(rates).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(entries) as Record<Name, number | null>;
}

function boundsOf(rates: Readonly<Record<string, Estimate>>): Record<string, Bounds> {
  return Object.fromEntries(
    Object.entries(rates).map(([name, { low, high }]) => [name, [low, high] as const]),
  );
}
