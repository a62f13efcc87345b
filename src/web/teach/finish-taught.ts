import { sha256InScript } from '../../base/sha256.ts';
import { composeCard } from '../../jobs/card-data.ts';
import { countParameters } from '../../jobs/count-parameters.ts';
import { buildFiles, type ModelDesign, openParts, openUntrained } from '../../jobs/design.ts';
import { measurePairs } from '../../jobs/embed-store.ts';
import { rowsOf } from '../../jobs/feature-rows.ts';
import { makeReference } from '../../jobs/make-reference.ts';
import { measureModel } from '../../jobs/measure.ts';
import { describeModel, loadedConfig } from '../../jobs/model-settings.ts';
import type { PreparedData } from '../../jobs/prepare.ts';
import { validationOf } from '../../jobs/validate.ts';
import { buildModelFiles } from '../../model/build.ts';
import type { ParameterValues } from '../../model/encoder-graph.ts';
import type { TrainConfig } from '../../train/config.ts';
import type { EpochRecord } from '../../train/progress.ts';
import { modelValues } from '../../train/weight-average.ts';
import { describeAccuracy } from './describe-accuracy.ts';
import { intervalByImages, wider } from './honest-interval.ts';
import { renderTaughtCard } from './taught-card.ts';
import type { TeachJob } from './teach-images.ts';
import type { TaughtAccuracy, TaughtValidation, TeachPlan, TeachSummary } from './types.ts';

/** What a training leaves, ready to be sent to the page. */
export interface TaughtFiles {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly summary: TeachSummary;
}

export interface FinishTaughtInput {
  readonly job: Pick<TeachJob, 'runtime' | 'emit' | 'startMs' | 'base'>;
  readonly config: TrainConfig;
  readonly data: PreparedData;
  readonly design: ModelDesign;
  readonly values: ParameterValues;
  readonly records: readonly EpochRecord[];
  readonly plan: TeachPlan;
  readonly stopped: TeachSummary['stopped'];
  readonly trainSeconds: number;
  /** An accuracy on the validation images, with its interval. */
  readonly describe: (validation: { readonly accuracy: number }) => TaughtValidation;
}

/** Threshold and probability from validation pairs, numbers from test pairs where there are some, and the model's files. */
export async function finishTaught(input: FinishTaughtInput): Promise<TaughtFiles> {
  const { job, config, data, design, records } = input;
  const { runtime, emit, base } = job;
  emit({ kind: 'measure' });
  const values = modelValues(input.values);
  const opened = await openParts(design, values, runtime);
  const frozen = base && (await openUntrained(design, base.untrained, runtime));
  try {
    const { validationPairs, testPairs, splits, pixels, set } = data;
    const rows = rowsOf(data);
    const validationDistances = await measurePairs(opened, rows, validationPairs);
    const settings = describeModel({
      config,
      data,
      parts: design,
      backbone: base,
      validationDistances,
      runtime,
    });
    const modelConfig = loadedConfig(settings);
    const { threshold } = modelConfig;
    const { encoder } = buildFiles(design, values);
    const measurement =
      testPairs.numPairs === 0
        ? undefined
        : await measureModel(
            { ...opened, config: modelConfig },
            {
              pixels,
              rows,
              frozen,
              labels: set.labels,
              pairs: testPairs,
              thresholdPairs: validationPairs,
              images: splits.test,
              seed: config.seed,
            },
            runtime,
          );
    const validation = input.describe(validationOf(validationDistances, validationPairs.similar, threshold));
    let accuracy: TaughtAccuracy | null = null;
    if (measurement !== undefined) {
      const { verification, rawPixels, frozenFeatures } = measurement;
      const { value } = verification.accuracy;
      const numImages = splits.test.length;
      accuracy = {
        ...wider(verification.accuracy, intervalByImages(value, testPairs.numPairs, numImages)),
        numPairs: testPairs.numPairs,
        numImages,
        majority: verification.majorityBaseline,
        rawPixels: rawPixels!.verification.accuracy.value,
        base: frozenFeatures?.verification.accuracy.value ?? null,
      };
    }
    const words = describeAccuracy(accuracy, validation);
    const card = renderTaughtCard({
      measured:
        measurement &&
        composeCard({
          config,
          data,
          records,
          model: { config: modelConfig },
          measurement,
          numParameters: countParameters(encoder),
        }),
      config: modelConfig,
      words,
    });
    const reference = await makeReference(opened.embed, rows, {
      images: splits.validation,
      encoder: sha256InScript(encoder),
      data: { name: set.name, fingerprint: data.fingerprint },
      seed: config.seed,
    });
    const { files } = buildModelFiles({ encoder, config: settings, card, reference });
    const speeds = records.map(({ imagesPerSecond }) => imagesPerSecond);
    const summary: TeachSummary = {
      accuracy,
      validation,
      words,
      threshold,
      numEpochs: records.length,
      bestEpoch: records.findLast(({ isBest }) => isBest)?.epoch ?? 0,
      stopped: input.stopped,
      seconds: (performance.now() - job.startMs) / 1000,
      trainSeconds: input.trainSeconds,
      imagesPerSecond: speeds.reduce((sum, speed) => sum + speed, 0) / Math.max(1, speeds.length),
      plan: input.plan,
    };
    emit({ kind: 'done', summary });
    return { files, summary };
  } finally {
    await frozen?.close();
    await opened.close();
  }
}
