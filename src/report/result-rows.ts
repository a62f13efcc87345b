import type { Estimate, Retrieval, Verification } from '../evaluate/index.ts';

/** One number of the results with what it has to beat. */
export interface ResultRow {
  readonly name: string;
  readonly estimate: Estimate;
  /** The same measure on the bare pixels; null where it was not taken. */
  readonly rawPixels: number | null;
  /** The same measure on the backbone's features before training; null where there is no backbone. */
  readonly frozen: number | null;
  /** What always giving the commoner verdict reaches; null where that says nothing. */
  readonly majority: number | null;
}

export interface Results {
  readonly verification: Verification;
  readonly retrieval: Retrieval | null;
  readonly rawPixels: Baseline | null;
  /** Of the backbone before training. Runs that were kept before there were backbones lack it. */
  readonly frozenFeatures?: Baseline | null;
}

/** What is reached without learning. */
export interface Baseline {
  readonly verification: Verification;
  readonly retrieval: Retrieval | null;
}

/** The rows that terminal, page and model card all show, in one order. */
export function resultRows({
  verification,
  retrieval,
  rawPixels,
  frozenFeatures = null,
}: Results): ResultRow[] {
  const pairs = (
    name: string,
    pick: (from: Verification) => Estimate,
    majority: number | null = null,
  ): ResultRow => ({
    name,
    estimate: pick(verification),
    rawPixels: rawPixels === null ? null : pick(rawPixels.verification).value,
    frozen: frozenFeatures === null ? null : pick(frozenFeatures.verification).value,
    majority,
  });
  const rows = [
    pairs('Accuracy', (from) => from.accuracy, verification.majorityBaseline),
    pairs('Precision', (from) => from.precision),
    pairs('Recall', (from) => from.recall),
    pairs('F1', (from) => from.f1),
    pairs('AUC', (from) => from.auc, verification.auc.value === null ? null : 0.5),
    pairs('Average precision', (from) => from.averagePrecision),
    pairs('Equal error rate', (from) => from.eer, verification.eer.value === null ? null : 0.5),
    pairs('Recall at precision .80', (from) => from.recallAtPrecision['.80']),
    pairs('Recall at precision .90', (from) => from.recallAtPrecision['.90']),
    pairs('Recall at precision .95', (from) => from.recallAtPrecision['.95']),
  ];
  if (retrieval === null) return rows;
  const search = (name: string, pick: (from: Retrieval) => Estimate | undefined): ResultRow => ({
    name,
    estimate: pick(retrieval) ?? { value: null, low: null, high: null },
    rawPixels: rawPixels?.retrieval ? (pick(rawPixels.retrieval)?.value ?? null) : null,
    frozen: frozenFeatures?.retrieval ? (pick(frozenFeatures.retrieval)?.value ?? null) : null,
    majority: null,
  });
  return [
    ...rows,
    ...Object.keys(retrieval.recallAt).map((k) => search(`Recall@${k}`, (from) => from.recallAt[Number(k)])),
    // Precision@1 is recall@1.
    ...Object.keys(retrieval.precisionAt)
      .filter((k) => k !== '1')
      .map((k) => search(`Precision@${k}`, (from) => from.precisionAt[Number(k)])),
    search('R-precision', (from) => from.rPrecision),
    search('MAP@R', (from) => from.mapAtR),
  ];
}
