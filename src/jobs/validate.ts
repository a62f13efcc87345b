import { verify } from '../evaluate/index.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import type { ParameterValues } from '../model/encoder-graph.ts';
import type { TrainConfig } from '../train/config.ts';
import type { Validation } from '../train/progress.ts';
import { modelValues } from '../train/weight-average.ts';
import { type ModelDesign, openParts } from './design.ts';
import { measurePairs } from './embed-store.ts';
import type { PreparedData } from './prepare.ts';
import { settleThreshold } from './threshold.ts';

/** Measures the model that a state of training makes on the validation pairs. */
export function createValidator(
  design: ModelDesign,
  { pixels, validationPairs }: Pick<PreparedData, 'pixels' | 'validationPairs'>,
  config: Pick<TrainConfig, 'threshold'>,
  runtime: Runtime,
) {
  const { similar } = validationPairs;
  return async (state: ParameterValues): Promise<Validation> => {
    const parts = await openParts(design, modelValues(state), runtime);
    const distances = await measurePairs(parts, pixels, validationPairs);
    await parts.close();
    return validationOf(distances, similar, settleThreshold(config, distances, similar));
  };
}

/**
 * The numbers of one validation, without intervals: they are many, and only compared with each other.
 * @param distances `[numPairs]`, lower is closer
 * @param similar `[numPairs]`: 1 the same thing, 0 not; graded labels count as similar above ½
 * @param threshold a pair is called the same when `distance < threshold`
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 */
export function validationOf(distances: Float32Array, similar: Float32Array, threshold: number): Validation {
  const { accuracy, precision, recall, auc, recallAtPrecision, numPairs, numSimilar } = verify({
    distances,
    similar,
    threshold,
    numResamples: 0,
  });
  const sums = { positive: 0, negative: 0 };
  for (let i = 0; i < numPairs; i++) sums[similar[i] > 0.5 ? 'positive' : 'negative'] += distances[i];
  return {
    accuracy: accuracy.value,
    threshold,
    positiveDistance: sums.positive / Math.max(1, numSimilar),
    negativeDistance: sums.negative / Math.max(1, numPairs - numSimilar),
    precision: precision.value,
    recall: recall.value,
    auc: auc.value,
    recallAtPrecision: {
      '.80': recallAtPrecision['.80'].value,
      '.90': recallAtPrecision['.90'].value,
      '.95': recallAtPrecision['.95'].value,
    },
  };
}
