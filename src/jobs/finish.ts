import { join } from 'node:path';
import { writeFileAtomic } from '../base/files.ts';
import { VERSION } from '../base/version.ts';
import { calibrateLogistic } from '../evaluate/index.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { MODEL_VERSION } from '../model/config.ts';
import type { ParameterValues } from '../model/encoder-graph.ts';
import { createModel, type Model } from '../model/model.ts';
import { type ModelSettings, saveModel } from '../model/save.ts';
import { renderModelCard, renderReport } from '../report/index.ts';
import type { TrainConfig } from '../train/config.ts';
import type { EpochRecord, TrainEvent } from '../train/progress.ts';
import { countParameters } from './count-parameters.ts';
import { buildFiles, type ModelDesign, openParts } from './design.ts';
import { measurePairs } from './embed-store.ts';
import { type ExamplePair, pickExamples } from './examples.ts';
import { type Measurement, measureModel } from './measure.ts';
import type { PreparedData } from './prepare.ts';
import { composeReport } from './report-data.ts';
import { settleThreshold } from './threshold.ts';

/** A finished run: where its files are and what was measured. */
export interface FinishedRun {
  /** The run's folder. */
  readonly run: string;
  /** The model's folder in it. */
  readonly model: string;
  /** The report's path. */
  readonly report: string;
  readonly config: TrainConfig;
  readonly data: PreparedData;
  readonly records: readonly EpochRecord[];
  readonly measurement: Measurement;
  /** A handful of test pairs, drawn without looking, and the worst mistakes behind them. */
  readonly examples: readonly ExamplePair[];
  readonly trainSeconds: number;
  /** Mean over the epochs. */
  readonly imagesPerSecond: number;
}

export interface FinishInput {
  readonly out: string;
  readonly config: TrainConfig;
  readonly data: PreparedData;
  readonly parts: ModelDesign;
  readonly values: ParameterValues;
  readonly records: readonly EpochRecord[];
  readonly trainSeconds: number;
  readonly runtime: Runtime;
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
  const validationDistances = await measurePairs(opened, data.pixels, data.validationPairs);
  const settings: ModelSettings = {
    encoder: {
      name: design.encoder.name,
      embeddingSize: design.encoder.embeddingSize,
      normalized: design.encoder.normalized,
    },
    comparator: design.comparator && {
      name: design.comparator.name,
      symmetric: design.comparator.symmetric,
      bothWays: config.bothWays,
    },
    input: data.target,
    distance: design.comparator === undefined ? 'euclidean' : 'comparator',
    threshold: settleThreshold(config, validationDistances, similar),
    calibration: calibrateLogistic(validationDistances, similar),
    classes: [...data.set.classNames],
    provenance: {
      dataset: data.set.name,
      fingerprint: data.fingerprint,
      numImages: data.set.numImages,
      seed: config.seed,
      samesame: VERSION,
      runtime: runtime.name,
      training: { ...config, pixelScale: design.pixelScale },
    },
  };
  const files = buildFiles(design, values);
  const model = createModel(loadedConfig(settings), opened, opened);
  const measurement = await measureModel(
    model,
    {
      pixels: data.pixels,
      labels: data.set.labels,
      pairs: data.testPairs,
      thresholdPairs: data.validationPairs,
      images: data.splits.test,
      seed: config.seed,
      onProgress: (stage, done, total) => onEvent({ kind: 'stage', stage, done, total }),
    },
    runtime,
  );
  const imagesPerSecond =
    records.reduce((sum, record) => sum + record.imagesPerSecond, 0) / Math.max(1, records.length);
  const report = await composeReport({
    ...input,
    model,
    measurement,
    imagesPerSecond,
    numParameters: countParameters(files.encoder, files.comparator),
    modelBytes: files.encoder.length,
  });
  const modelFolder = join(out, 'model');
  await saveModel(modelFolder, { ...files, config: settings, card: renderModelCard(report) });
  const reportPath = join(out, 'report.html');
  await writeFileAtomic(reportPath, renderReport(report));
  const examples = await pickExamples(data, model, measurement, config.seed);
  await opened.close();
  return {
    run: out,
    model: modelFolder,
    report: reportPath,
    config,
    data,
    records,
    measurement,
    examples,
    trainSeconds: input.trainSeconds,
    imagesPerSecond,
  };
}

/** The settings as a loaded model has them; its files are not on disk yet, so there are no checksums. */
function loadedConfig(settings: ModelSettings): Model['config'] {
  const { encoder, comparator, ...rest } = settings;
  return {
    ...rest,
    format: 'samesame-model',
    version: MODEL_VERSION,
    encoder: { ...encoder, sha256: '' },
    comparator: comparator && { ...comparator, sha256: '' },
  };
}
