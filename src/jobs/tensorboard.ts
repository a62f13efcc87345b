import { createRandom } from '../base/random.ts';
import type { ReportData } from '../report/index.ts';
import {
  countValues,
  createEventFile,
  drawGalleryImage,
  type SummaryValue,
  writeProjector,
} from '../report/tensorboard/index.ts';
import type { Checkpoint } from '../train/checkpoints.ts';
import type { Feeder } from '../train/feeder.ts';
import type { OpenedStep } from '../train/open-step.ts';
import type { EpochRecord } from '../train/progress.ts';
import type { Measurement } from './measure.ts';
import type { PreparedData } from './prepare.ts';

/** A run as TensorBoard shows it. */
export interface TensorBoard {
  readonly folder: string;
  /** Scalars of an epoch, and histograms of its weights and gradients. */
  writeEpoch(record: EpochRecord, state: Checkpoint['state']): Promise<void>;
  /** The pair galleries, and the embeddings of test images. */
  writeEnd(finished: FinishedParts): Promise<void>;
}

export interface FinishedParts {
  readonly galleries: ReportData['galleries'];
  readonly measurement: Pick<Measurement, 'embeddings' | 'retrievalImages'>;
  readonly data: Pick<PreparedData, 'set' | 'pixels'>;
  readonly seed: string | number;
}

export interface TensorBoardInput {
  readonly folder: string;
  readonly step: Pick<OpenedStep, 'parameters' | 'gradientsOf'>;
  readonly feeder: Feeder;
  readonly resumeFrom?: Checkpoint;
}

/** Points of the projector; it is slow with more. */
const MAX_POINTS = 2000;

/**
 * Begins, or goes on with, the event files of a run. Everything in them is of the end of an epoch, on the axis of steps.
 *
 * A run that resumes there writes its last epoch again: a kill may have come between an epoch's checkpoint and its
 * events. The new file tells readers to forget what they have from that step on, so nothing is seen twice.
 * @throws E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function openTensorBoard(input: TensorBoardInput): Promise<TensorBoard> {
  const { folder, step, feeder, resumeFrom } = input;
  const progress = resumeFrom?.progress;
  const last = progress?.records.at(-1);
  const isAtEpochEnd = last !== undefined && progress?.stepInEpoch === 0;
  const events = await createEventFile(folder, {
    firstStep: last === undefined ? 0 : last.step + (isAtEpochEnd ? 0 : 1),
  });
  const trainable = step.parameters.filter((parameter) => parameter.trainable).map(({ name }) => name);
  let lastStep = last?.step ?? 0;

  async function writeEpoch(record: EpochRecord, state: Checkpoint['state']): Promise<void> {
    const weights = new Map(trainable.map((name) => [name, state.get(name)!]));
    const gradients = await gradientsOnLastBatch(record.epoch - 1, state);
    await events.append(record.step, [
      ...scalarsOf(record),
      ...histograms('weights', weights),
      ...histograms('gradients', gradients),
    ]);
    lastStep = record.step;
  }

  /** The last batch: no other is being prepared behind it, so the feeder's buffers are free for the next epoch. */
  async function gradientsOnLastBatch(epoch: number, state: Checkpoint['state']) {
    for await (const batch of feeder.batches(epoch, feeder.stepsPerEpoch - 1))
      return step.gradientsOf(state, batch);
    return new Map<string, Float32Array>();
  }

  if (isAtEpochEnd) await writeEpoch(last, resumeFrom!.state);

  return {
    folder,
    writeEpoch,
    async writeEnd({ galleries, measurement, data, seed }) {
      const images: SummaryValue[] = [];
      for (const { title, pairs } of galleries) {
        const image = await drawGalleryImage(pairs);
        if (image !== undefined) images.push({ kind: 'image', tag: `pairs/${title}`, image });
      }
      await events.append(lastStep, images);
      await writePoints(folder, measurement, data, seed);
    },
  };
}

/** Tags in two groups; what was not measured is left out. */
export function scalarsOf(record: EpochRecord): SummaryValue[] {
  const { validation, diagnostics } = record;
  const recallAt = validation.recallAtPrecision;
  const named: Record<string, number | null | undefined> = {
    'train/loss': record.loss,
    'train/learning_rate': record.rate,
    'train/images_per_second': record.imagesPerSecond,
    ...Object.fromEntries(
      Object.entries(diagnostics).map(([name, value]) => [`train/${snakeCase(name)}`, value]),
    ),
    'validation/accuracy': validation.accuracy,
    'validation/loss': validation.loss,
    'validation/episodes': validation.episodes,
    'validation/precision': validation.precision,
    'validation/recall': validation.recall,
    'validation/auc': validation.auc,
    'validation/recall_at_precision_80': recallAt?.['.80'],
    'validation/recall_at_precision_90': recallAt?.['.90'],
    'validation/recall_at_precision_95': recallAt?.['.95'],
    'validation/threshold': validation.threshold,
    'validation/distance_similar': validation.positiveDistance,
    'validation/distance_dissimilar': validation.negativeDistance,
    ...quantilesOf('similar', validation.distanceQuantiles?.positive),
    ...quantilesOf('dissimilar', validation.distanceQuantiles?.negative),
  };
  return Object.entries(named).flatMap(([tag, value]) =>
    typeof value === 'number' ? [{ kind: 'scalar', tag, value }] : [],
  );
}

/** One tag a quantile, named so that a filter for `distance_similar` shows them together. */
function quantilesOf(
  kind: string,
  quantiles: readonly number[] | null | undefined,
): Record<string, number | undefined> {
  const tags = ['p10', 'p50', 'p90'].map((name) => `validation/distance_${kind}_${name}`);
  return Object.fromEntries(tags.map((tag, i) => [tag, quantiles?.[i]]));
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function histograms(group: string, arrays: ReadonlyMap<string, Float32Array>): SummaryValue[] {
  return Array.from(arrays, ([name, values]) => ({
    kind: 'histogram',
    tag: `${group}/${name}`,
    histogram: countValues(values),
  }));
}

/** Test images, drawn by the seed where there are many, in their own order. */
async function writePoints(
  folder: string,
  { embeddings, retrievalImages }: FinishedParts['measurement'],
  { set, pixels }: FinishedParts['data'],
  seed: string | number,
): Promise<void> {
  const numImages = retrievalImages.length;
  if (numImages === 0) return;
  const size = embeddings.length / numImages;
  const all = Int32Array.from({ length: numImages }, (_, place) => place);
  const places =
    numImages <= MAX_POINTS
      ? all
      : createRandom(seed).fork('projector').shuffle(all).slice(0, MAX_POINTS).sort();
  const indices = Int32Array.from(places, (place) => retrievalImages[place]);
  const points = new Float32Array(places.length * size);
  places.forEach((place, i) => {
    points.set(embeddings.subarray(place * size, (place + 1) * size), i * size);
  });
  const { height, width, channels } = pixels.shape;
  await writeProjector(folder, {
    embeddings: points,
    images: Array.from(indices, (index) => ({
      class: set.classNames[set.labels[index]] ?? null,
      name: set.id(index),
    })),
    pictures: {
      numImages: places.length,
      shape: pixels.shape,
      async read(first, end) {
        const images = new Uint8Array((end - first) * height * width * channels);
        await pixels.gather(indices.subarray(first, end), images);
        return images;
      },
    },
  });
}
