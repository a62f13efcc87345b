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
    const threshold = settleThreshold(config, distances, similar);
    let numRight = 0;
    const sums = { positive: 0, negative: 0 };
    let numPositive = 0;
    for (let i = 0; i < distances.length; i++) {
      const isSimilar = similar[i] > 0.5;
      if (distances[i] < threshold === isSimilar) numRight++;
      if (isSimilar) numPositive++;
      sums[isSimilar ? 'positive' : 'negative'] += distances[i];
    }
    return {
      accuracy: numRight / distances.length,
      threshold,
      positiveDistance: sums.positive / Math.max(1, numPositive),
      negativeDistance: sums.negative / Math.max(1, distances.length - numPositive),
    };
  };
}
