import { createRandom } from '../base/random.ts';
import { groupOfClass } from '../data/class-groups.ts';
import { groupByClass } from '../data/classes.ts';
import { drawEpisodes, type Episode, judgeEpisodes, verify } from '../evaluate/index.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import type { ParameterValues } from '../model/encoder-graph.ts';
import type { Model } from '../model/model.ts';
import type { TrainConfig } from '../train/config.ts';
import type { Validation } from '../train/progress.ts';
import type { Objective } from '../train/step-graph.ts';
import { modelValues } from '../train/weight-average.ts';
import { type ModelDesign, openParts } from './design.ts';
import { distanceQuantiles } from './distance-quantiles.ts';
import { embedStore, measurePairs } from './embed-store.ts';
import { rowsOf } from './feature-rows.ts';
import type { PreparedData } from './prepare.ts';
import { settleThreshold } from './threshold.ts';
import { lossOfPairs } from './validation-loss.ts';

type EpisodeSettings = Pick<TrainConfig, 'validationEpisodes' | 'splitBy' | 'seed'>;

const WAYS = 20;
const QUERIES_PER_CLASS = 2;

/**
 * Measures the model that a state of training makes on the validation pairs, and in episodes where the configuration asks
 * for some.
 * @param objective what training minimises: read where the configuration chooses by loss
 */
export function createValidator(
  design: ModelDesign,
  data: PreparedData,
  config: EpisodeSettings & Pick<TrainConfig, 'threshold' | 'chooseBy'>,
  runtime: Runtime,
  objective?: Objective,
) {
  const { validationPairs } = data;
  const rows = rowsOf(data);
  const episodes = drawValidationEpisodes(data, config);
  const { similar } = validationPairs;
  return async (state: ParameterValues): Promise<Validation> => {
    const parts = await openParts(design, modelValues(state), runtime);
    const distances = await measurePairs(parts, rows, validationPairs);
    const loss =
      config.chooseBy === 'loss' && objective?.kind === 'pairs'
        ? await lossOfPairs(
            { embed: parts.embed, embeddingSize: design.encoder.embeddingSize },
            objective,
            modelValues(state),
            { rows, pairs: validationPairs },
            runtime,
          )
        : undefined;
    const share = episodes && (await shareOfRight(parts, data, episodes));
    await parts.close();
    const threshold = settleThreshold(config, distances, similar);
    return {
      ...validationOf(distances, similar, threshold),
      ...(loss !== undefined && { loss }),
      ...(share !== undefined && { episodes: share }),
    };
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
    distanceQuantiles: distanceQuantiles(distances, similar),
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

/** The same episodes at every epoch, over rows of `splits.validation`. */
function drawValidationEpisodes(
  { set, splits }: PreparedData,
  { validationEpisodes, splitBy, seed }: EpisodeSettings,
): Episode[] | undefined {
  if (validationEpisodes === 0) return undefined;
  const labels = Int32Array.from(splits.validation, (index) => set.labels[index]);
  // Held-out classes are whole groups, or scattered over all of them.
  const groupOf = (label: number) => (splitBy === 'group' ? groupOfClass(set.classNames[label]) : '');
  const sizes = new Map<string, number>();
  for (const label of groupByClass(labels).classes)
    sizes.set(groupOf(label), (sizes.get(groupOf(label)) ?? 0) + 1);
  return drawEpisodes({
    labels,
    groupOf,
    ways: Math.max(2, Math.min(WAYS, Math.max(...sizes.values()))),
    shots: 1,
    queriesPerClass: QUERIES_PER_CLASS,
    numEpisodes: validationEpisodes,
    random: createRandom(seed).fork('validation episodes'),
  });
}

async function shareOfRight(
  { embed }: Pick<Model, 'embed'>,
  data: PreparedData,
  episodes: readonly Episode[],
): Promise<number> {
  const { splits } = data;
  const embeddings = await embedStore(embed, rowsOf(data), splits.validation);
  const size = embeddings.length / splits.validation.length;
  return judgeEpisodes(embeddings, size, episodes).accuracy.value;
}
