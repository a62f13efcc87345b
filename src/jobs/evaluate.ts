import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRuntime } from '#runtime';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { ProgressEvent } from '../data/types.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { judge } from '../model/judge.ts';
import { loadModel } from '../model/load.ts';
import type { Model } from '../model/model.ts';
import { type EvaluationNumbers, renderReport } from '../report/index.ts';
import type { TrainEvent } from '../train/progress.ts';
import { type AgainstMeasurement, measureAgainst } from './against.ts';
import { describeBad } from './bad-images.ts';
import { verifyByNegatives } from './by-negatives.ts';
import { countParameters } from './count-parameters.ts';
import type { EvaluatedPart } from './evaluated-part.ts';
import { type EvaluationChoice, type EvaluationData, prepareEvaluation } from './evaluation-data.ts';
import { type Measurement, measureModel } from './measure.ts';
import { type AnswersMeasurement, measureAnswers } from './measure-answers.ts';
import { type FullMeasurement, measureFully } from './measure-fully.ts';
import type { PreparedData } from './prepare.ts';
import { composeReport } from './report-data.ts';

export interface EvaluateJob extends EvaluationChoice {
  /** Folder of the model, or of a run. */
  readonly model: string;
  readonly dataset: Dataset;
  /** Where to write a report. Default: none is written. */
  readonly report?: string;
  /** Whether to measure all there is: clusters, a linear probe, open sets, every class. Default false: it may take minutes. */
  readonly full?: boolean;
  /** Share of similar pairs, in (0, 1), to tell what to expect at. Default: none. */
  readonly prior?: number;
  /** Folder of another model to measure on the same pairs and images. */
  readonly against?: string;
  /** Bytes of decoded pixels to keep in memory. Default 1 GiB. */
  readonly memoryBytes?: number;
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
  /** Called with everything that happens. */
  readonly onEvent?: (event: TrainEvent) => void;
}

/** What was measured, and on what. */
export interface Evaluation {
  readonly part: EvaluatedPart;
  readonly config: Model['config'];
  /** Its pixels are closed. */
  readonly data: PreparedData;
  readonly measurement: Measurement;
  /** Undefined where one kind of pair is missing. */
  readonly answers?: AnswersMeasurement;
  /** Where `full` was asked for. */
  readonly full?: FullMeasurement;
  /** Where another model was named. */
  readonly against?: AgainstMeasurement;
}

/**
 * Measures a model with its own threshold: nothing is chosen on what is measured.
 *
 * On the data that the model was trained on, only the images that its run held out are used, and the run's own pairs,
 * so the numbers are those of the run. On data with a test split, that; else all images.
 * @throws E_NOT_FOUND, E_MODEL…, E_CONFIG, E_DATA…, E_IMAGES_BAD
 * @example
 * const { measurement } = await evaluate({ model: 'runs/photos', dataset: await openDataset('other-photos') });
 * measurement.verification.accuracy; // { value: 0.93, low: 0.91, high: 0.95 }
 */
export async function evaluate(job: EvaluateJob): Promise<Evaluation> {
  const { dataset, onEvent = () => {}, runtime = createRuntime(), memoryBytes, signal } = job;
  const model = await loadModel(job.model, { runtime });
  // A prior that cannot be answered for is refused before anything is decoded.
  judge(0, model.config, { prior: job.prior });
  const options = {
    memoryBytes,
    signal,
    onProgress: (event: ProgressEvent) => onEvent({ kind: 'stage', ...event }),
  };
  const prepared = await prepareEvaluation(dataset, model.config, job, options);
  const { data, part, training } = prepared;
  try {
    for (const message of data.warnings) onEvent({ kind: 'warning', message });
    if (data.pixels.bad.length > 0) {
      onEvent({ kind: 'warning', message: describeBad(data.pixels, 'the list that --json prints') });
    }
    const onProgress = (stage: string, done: number, total: number) =>
      onEvent({ kind: 'stage', stage, done, total });
    const seed = job.seed ?? training.seed;
    const measured = await measureModel(
      model,
      {
        pixels: data.pixels,
        labels: data.set.labels,
        pairs: data.testPairs,
        thresholdPairs: data.validationPairs.numPairs > 0 ? data.validationPairs : undefined,
        images: data.splits.test,
        gallery: job.gallery === 'rest' ? restOf(data) : undefined,
        seed,
        onProgress,
      },
      runtime,
    );
    const { kinds } = dataset;
    const { threshold } = model.config;
    const measurement = {
      ...measured,
      ...(kinds && {
        byNegatives: verifyByNegatives(measured.distances, data.testPairs, kinds, { threshold, seed }),
      }),
    };
    const { testPairs } = data;
    const answers = measureAnswers({
      distances: measurement.distances,
      similar: testPairs.similar,
      numImages: new Set([...testPairs.left, ...testPairs.right]).size,
      config: model.config,
      prior: job.prior,
    });
    const full = job.full
      ? await measureFully({
          set: data.set,
          pairs: testPairs,
          measurement,
          config: model.config,
          seenLabels: part === 'held-out' ? labelsOf(data, data.splits.train) : undefined,
          seed,
          runtime,
          onProgress,
        })
      : undefined;
    const against =
      job.against === undefined
        ? undefined
        : await measureAgainst({
            other: job.against,
            dataset,
            model,
            evaluated: prepared,
            measurement,
            seed,
            runtime,
            options,
          });
    for (const message of against?.warnings ?? []) onEvent({ kind: 'warning', message });
    if (job.report !== undefined)
      await writeReport(job.report, job.model, model, prepared, measurement, { answers, full, against });
    return { part, config: model.config, data, measurement, answers, full, against };
  } finally {
    await data.pixels.close();
    await model.close();
  }
}

function labelsOf({ set }: PreparedData, images: Int32Array): ReadonlySet<number> {
  return new Set(Array.from(images, (image) => set.labels[image]));
}

/** The images that are not measured. @throws E_CONFIG where there are none */
function restOf({ splits, set }: PreparedData): Int32Array {
  const rest = Int32Array.from([...splits.train, ...splits.validation]).sort();
  if (rest.length > 0) return rest;
  throw new SamesameError('E_CONFIG', {
    what: `there is nothing to search in but the measured images of ${set.name}`,
    expected: 'images that are not measured: a training split, or the data that the model was trained on',
    received: 'a gallery of the rest, and no rest',
    help: 'leave the gallery out: each measured image is then searched for among the others',
  });
}

async function writeReport(
  path: string,
  folder: string,
  model: Model,
  { data, training }: EvaluationData,
  measurement: Measurement,
  evaluation: EvaluationNumbers,
): Promise<void> {
  const encoder = await readModelFile(folder, 'encoder.onnx');
  const comparator =
    model.config.comparator === undefined ? undefined : await readModelFile(folder, 'comparator.onnx');
  const report = await composeReport({
    config: training,
    data,
    records: [],
    trainSeconds: null,
    imagesPerSecond: null,
    model,
    measurement,
    numParameters: countParameters(encoder, comparator),
    modelBytes: encoder.length,
  });
  await writeFileAtomic(path, renderReport({ ...report, evaluation }));
}

/** A file of a model folder, or of the model in a run's folder. */
async function readModelFile(folder: string, name: string): Promise<Uint8Array> {
  return readFile(join(folder, 'model', name))
    .catch(() => readFile(join(folder, name)))
    .catch((error) => {
      throw errorFromSystem(error, `reading ${join(folder, name)}`);
    });
}
