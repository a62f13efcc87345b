import { VERSION } from '../base/version.ts';
import { accuracyByClass } from '../evaluate/index.ts';
import type { Model } from '../model/model.ts';
import type { ModelCardData } from '../report/model-card.ts';
import type { ClassResult } from '../report/report-data.ts';
import type { TrainConfig } from '../train/config.ts';
import { lossNameOf } from '../train/custom-loss.ts';
import type { EpochRecord } from '../train/progress.ts';
import type { Measurement } from './measure.ts';
import type { PreparedData } from './prepare.ts';
import { configurationOf } from './report-configuration.ts';
import { bestEpochOf, epochMetrics } from './report-epochs.ts';

export interface CardInput {
  readonly config: TrainConfig;
  readonly data: PreparedData;
  /** Empty where a model is only measured. */
  readonly records: readonly EpochRecord[];
  readonly model: Pick<Model, 'config'>;
  readonly measurement: Measurement;
  readonly numParameters: number;
}

/** What the card of a trained model says. */
export function composeCard(input: CardInput): ModelCardData {
  const { config, data, records, measurement } = input;
  const { encoder, distance, calibration } = input.model.config;
  const { verification, retrieval, rawPixels, frozenFeatures } = measurement;
  const { set, splits, testPairs, validationPairs, target } = data;
  const { image: _image, ...settings } = config;
  return {
    title: `${set.name}: is it the same?`,
    data: {
      name: set.name,
      numImages: set.numImages,
      classNames: set.classNames,
      fingerprint: data.fingerprint,
      splits: [
        { name: 'train', numImages: splits.train.length, numPairs: data.trainPairs?.numPairs ?? null },
        { name: 'validation', numImages: splits.validation.length, numPairs: validationPairs.numPairs },
        { name: 'test', numImages: splits.test.length, numPairs: testPairs.numPairs },
      ],
    },
    model: {
      network: encoder.name,
      loss: lossNameOf(config),
      numParameters: input.numParameters,
      inputShape: [target.height, target.width, target.channels],
      embeddingDim: encoder.embeddingSize,
      distance: distance === 'euclidean' ? distance : 'learned',
      ...(encoder.backbone && { backbone: encoder.backbone }),
    },
    configuration: configurationOf(settings),
    seed: config.seed,
    versions: { samesame: VERSION },
    epochs: epochMetrics(records),
    bestEpoch: bestEpochOf(records),
    verification,
    calibration,
    retrieval,
    rawPixels,
    frozenFeatures,
    hardestClasses: findHardestClasses(input),
  };
}

const NUM_HARDEST = 8;

/** The classes whose test pairs are judged least well. Empty where images have no class. */
function findHardestClasses({ data, model, measurement }: CardInput): ClassResult[] {
  const { set, testPairs } = data;
  if (set.classNames.length < 2) return [];
  const labelsOf = (images: Int32Array) => Int32Array.from(images, (image) => set.labels[image]);
  const classes = accuracyByClass({
    distances: measurement.distances,
    similar: testPairs.similar,
    left: labelsOf(testPairs.left),
    right: labelsOf(testPairs.right),
    threshold: model.config.threshold,
  });
  const nameOf = (label: number) => set.classNames[label] ?? 'none';
  return classes.slice(0, NUM_HARDEST).map(({ label, mistakenFor, ...counts }) => ({
    name: nameOf(label),
    ...counts,
    mistakenFor: mistakenFor && { name: nameOf(mistakenFor.label), numPairs: mistakenFor.numPairs },
  }));
}
