import { join } from 'node:path';
import { writeFileAtomic } from '../base/files.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { createEmbedder } from '../model/embedder.ts';
import type { ParameterValues } from '../model/encoder-graph.ts';
import { createModel } from '../model/model.ts';
import { saveModel, sha256 } from '../model/save.ts';
import { renderModelCard, renderReport } from '../report/index.ts';
import type { TrainConfig } from '../train/config.ts';
import type { EpochRecord, TrainEvent, Validation } from '../train/progress.ts';
import type { OpenedBackbone } from './backbone/open.ts';
import { countParameters } from './count-parameters.ts';
import { buildFiles, type ModelDesign, openParts, openUntrained } from './design.ts';
import { measurePairs } from './embed-store.ts';
import { type ExamplePair, pickExamples } from './examples.ts';
import { rowsOf } from './feature-rows.ts';
import { keepReport } from './kept-report.ts';
import { makeReference } from './make-reference.ts';
import { type Measurement, measureModel } from './measure.ts';
import { describeModel, loadedConfig } from './model-settings.ts';
import type { PreparedData } from './prepare.ts';
import { composeReport } from './report-data.ts';
import type { TensorBoard } from './tensorboard.ts';
import { validationOf } from './validate.ts';

/** A finished run: where its files are and what was measured. */
export interface FinishedRun {
  /** The run's folder. */
  readonly run: string;
  /** The model's folder in it. */
  readonly model: string;
  /** The report's path. */
  readonly report: string;
  /** Folder of TensorBoard's files, where they were asked for. */
  readonly tensorboard?: string;
  /** Path of the map's animation, where frames were asked for. */
  readonly animation?: string;
  readonly config: TrainConfig;
  readonly data: PreparedData;
  readonly records: readonly EpochRecord[];
  /** Of the model that was kept, on the validation pairs. */
  readonly validation: Validation;
  readonly measurement: Measurement;
  /** A handful of test pairs, drawn without looking, and the worst mistakes behind them. */
  readonly examples: readonly ExamplePair[];
  readonly trainSeconds: number;
  /** Mean over the epochs. */
  readonly imagesPerSecond: number;
  /** Of the encoder, and of the comparator where there is one. */
  readonly numParameters: number;
}

export interface FinishInput {
  readonly out: string;
  readonly config: TrainConfig;
  readonly data: PreparedData;
  readonly parts: ModelDesign;
  readonly backbone?: OpenedBackbone;
  readonly values: ParameterValues;
  readonly records: readonly EpochRecord[];
  readonly trainSeconds: number;
  readonly runtime: Runtime;
  readonly board?: TensorBoard;
  readonly onEvent: (event: TrainEvent) => void;
}

/**
 * From trained parameters to the artefact: threshold and probability from validation pairs, numbers from test pairs,
 * model folder and report. The model folder holds no time and no path, so the same run writes the same bytes.
 */
export async function finishRun(input: FinishInput): Promise<FinishedRun> {
  const { out, config, data, parts: design, values, records, runtime, onEvent } = input;
  const opened = await openParts(design, values, runtime);
  const { similar } = data.validationPairs;
  const validationDistances = await measurePairs(opened, rowsOf(data), data.validationPairs);
  const settings = describeModel({ ...input, validationDistances });
  const files = buildFiles(design, values);
  const model = createModel(loadedConfig(settings), opened, opened);
  const frozen = input.backbone && (await openUntrained(design, input.backbone.untrained, runtime));
  const measured = await measureModel(
    model,
    {
      pixels: data.pixels,
      rows: rowsOf(data),
      frozen,
      labels: data.set.labels,
      pairs: data.testPairs,
      thresholdPairs: data.validationPairs,
      images: data.splits.test,
      seed: config.seed,
      onProgress: (stage, done, total) => onEvent({ kind: 'stage', stage, done, total }),
    },
    runtime,
  );
  await frozen?.close();
  const measurement =
    data.features === undefined
      ? measured
      : { ...measured, embedImagesPerSecond: await measureEmbedding(files.encoder, data, runtime) };
  const imagesPerSecond =
    records.reduce((sum, record) => sum + record.imagesPerSecond, 0) / Math.max(1, records.length);
  const numParameters = countParameters(files.encoder, files.comparator);
  const report = await composeReport({
    ...input,
    model,
    measurement,
    imagesPerSecond,
    numParameters,
    modelBytes: files.encoder.length,
  });
  const modelFolder = join(out, 'model');
  await saveModel(modelFolder, {
    ...files,
    config: settings,
    card: renderModelCard(report),
    reference: await makeReference(opened.embed, rowsOf(data), {
      images: data.splits.validation,
      encoder: sha256(files.encoder),
      data: { name: data.set.name, fingerprint: data.fingerprint },
      seed: config.seed,
    }),
  });
  await keepReport(out, report);
  const reportPath = join(out, 'report.html');
  await writeFileAtomic(reportPath, renderReport(report));
  await input.board?.writeEnd({ galleries: report.galleries, measurement, data, seed: config.seed });
  const examples = await pickExamples(data, model, measurement, config.seed);
  await opened.close();
  return {
    run: out,
    model: modelFolder,
    report: reportPath,
    tensorboard: input.board?.folder,
    config,
    data,
    records,
    validation: validationOf(validationDistances, similar, settings.threshold),
    measurement,
    examples,
    trainSeconds: input.trainSeconds,
    imagesPerSecond,
    numParameters,
  };
}

/** Images that the speed of a whole network is measured on, behind which cached features say nothing of it. */
const NUM_TIMED = 64;

async function measureEmbedding(encoder: Uint8Array, { pixels, splits }: PreparedData, runtime: Runtime) {
  const images = splits.test.subarray(0, NUM_TIMED);
  const bytes = new Uint8Array(images.length * pixels.rowBytes);
  await pixels.gather(images, bytes);
  const { embed, close } = await createEmbedder(encoder, runtime);
  await embed(bytes.subarray(0, pixels.rowBytes)); // The first run sets memory up.
  const start = performance.now();
  await embed(bytes);
  const seconds = (performance.now() - start) / 1000;
  await close();
  return images.length / seconds;
}
