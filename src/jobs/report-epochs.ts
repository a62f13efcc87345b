import { z } from 'zod';
import type { EpochMetrics } from '../report/index.ts';

/** JSON has no NaN: a number that was none arrives as null. */
const recorded = z.number().nullish();
const quantiles = z.tuple([z.number(), z.number(), z.number()]).readonly().nullish();

/**
 * What a report reads of a line of `metrics.jsonl`. Lines of older versions lack some numbers, those of newer ones have
 * more: both can be read.
 */
export const epochLineSchema = z.object({
  epoch: z.int().min(1),
  loss: z.number().nullable(),
  rate: recorded,
  diagnostics: z.record(z.string(), z.number().nullable()).default({}),
  validation: z.object({
    accuracy: z.number().nullable(),
    positiveDistance: recorded,
    negativeDistance: recorded,
    distanceQuantiles: z.object({ positive: quantiles, negative: quantiles }).nullish(),
    precision: recorded,
    recall: recorded,
    auc: recorded,
    recallAtPrecision: z.record(z.string(), z.number().nullable()).nullish(),
    episodes: recorded,
    loss: recorded,
  }),
  isBest: z.boolean(),
  imagesPerSecond: recorded,
});

/** An epoch as training records it, or as it was read from `metrics.jsonl`. */
export type EpochLine = z.input<typeof epochLineSchema>;

/** Epochs as a report shows them. */
export function epochMetrics(lines: readonly EpochLine[]): EpochMetrics[] {
  return lines.map(({ epoch, loss, rate, diagnostics, validation, imagesPerSecond }) => ({
    epoch,
    trainLoss: finite(loss),
    learningRate: finite(rate),
    activeShare: finite(diagnostics?.activeShare),
    validationLoss: finite(validation.loss),
    validationAccuracy: finite(validation.accuracy),
    validationPrecision: finite(validation.precision),
    validationRecall: finite(validation.recall),
    validationAuc: finite(validation.auc),
    validationEpisodes: finite(validation.episodes),
    validationRecallAtPrecision: validation.recallAtPrecision ?? null,
    similarDistance: finite(validation.positiveDistance),
    dissimilarDistance: finite(validation.negativeDistance),
    similarDistanceQuantiles: validation.distanceQuantiles?.positive ?? null,
    dissimilarDistanceQuantiles: validation.distanceQuantiles?.negative ?? null,
    embeddingSpread: finite(diagnostics?.embeddingSpread),
    imagesPerSecond: finite(imagesPerSecond),
  }));
}

/** The epoch whose weights are kept; null before the first. */
export function bestEpochOf(lines: readonly EpochLine[]): number | null {
  return lines.findLast(({ isBest }) => isBest)?.epoch ?? null;
}

function finite(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
