import { createRandom } from '../../base/random.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import type { ParameterValues } from '../../model/encoder-graph.ts';
import type { TrainConfig } from '../../train/config.ts';
import { fitWithinClass } from '../../train/initial/within-class.ts';
import { type ModelDesign, openParts } from '../design.ts';
import { embedStore } from '../embed-store.ts';
import { rowsOf } from '../feature-rows.ts';
import type { PreparedData } from '../prepare.ts';
import { initialValues } from './initial-values.ts';
import type { OpenedBackbone } from './open.ts';

/** Images that a head is fitted to at most, so that the time does not grow with the data: a covariance needs no more. */
const MAX_IMAGES = 10_000;

/**
 * What the head begins as where the configuration has it fitted to the training images; else nothing.
 * @param design of the run; its encoder is the backbone's
 * @throws E_CONFIG where the embedding is longer than the features; E_NAN
 */
export async function headStart(
  { headInit, headShrinkage, headCentre, embeddingSize, seed }: TrainConfig,
  design: ModelDesign,
  backbone: OpenedBackbone | undefined,
  data: PreparedData,
  runtime: Runtime,
): Promise<ParameterValues> {
  if (backbone === undefined || headInit === 'random') return new Map();
  const images = sampleOf(data.splits.train, seed).filter((image) => data.set.labels[image] >= 0);
  const { features: encoder } = backbone;
  const values = initialValues(encoder, design.imageShape);
  const parts = await openParts({ ...design, encoder, comparator: undefined }, values, runtime);
  try {
    const features = await embedStore(parts.embed, rowsOf(data), images);
    const labels = Int32Array.from(images, (image) => data.set.labels[image]);
    const { weight, bias } = fitWithinClass(features, labels, {
      embeddingSize,
      shrinkage: headShrinkage,
      centre: headCentre,
      seed,
    });
    return new Map([
      ['embedding/weight', weight],
      ['embedding/bias', bias],
    ]);
  } finally {
    await parts.close();
  }
}

/** At most so many images, drawn evenly. */
function sampleOf(images: Int32Array, seed: TrainConfig['seed']): Int32Array {
  if (images.length <= MAX_IMAGES) return images;
  const drawn = images.slice();
  createRandom(seed).fork('head start').shuffle(drawn);
  return drawn.subarray(0, MAX_IMAGES).sort();
}
