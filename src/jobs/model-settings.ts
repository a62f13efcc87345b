import { VERSION } from '../base/version.ts';
import { calibrateLogistic } from '../evaluate/index.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import type { ModelSettings } from '../model/build.ts';
import { MODEL_VERSION } from '../model/config.ts';
import type { Model } from '../model/model.ts';
import type { TrainConfig } from '../train/config.ts';
import type { OpenedBackbone } from './backbone/open.ts';
import type { ModelDesign } from './design.ts';
import type { PreparedData } from './prepare.ts';
import { settleThreshold } from './threshold.ts';

export interface DescribedModel {
  readonly config: TrainConfig;
  readonly data: Pick<PreparedData, 'set' | 'target' | 'fingerprint' | 'validationPairs'>;
  readonly parts: ModelDesign;
  readonly backbone?: Pick<OpenedBackbone, 'provenance'>;
  /** Of the validation pairs, by the trained model: they choose the threshold and the probability. */
  readonly validationDistances: Float32Array;
  readonly runtime: Pick<Runtime, 'name'>;
}

/** What a trained model says of itself in `config.json`. It holds no time and no path. */
export function describeModel({
  config,
  data,
  parts: design,
  backbone,
  validationDistances,
  runtime,
}: DescribedModel): ModelSettings {
  const { similar } = data.validationPairs;
  return {
    encoder: {
      name: design.encoder.name,
      embeddingSize: design.encoder.embeddingSize,
      normalized: design.encoder.normalized,
      ...(backbone && { backbone: backbone.provenance }),
    },
    comparator: design.comparator && {
      name: design.comparator.name,
      symmetric: design.comparator.symmetric,
      bothWays: config.bothWays,
    },
    input: data.target,
    distance: design.comparator === undefined ? 'euclidean' : 'comparator',
    threshold: settleThreshold(config, validationDistances, similar),
    calibration: { ...calibrateLogistic(validationDistances, similar), ...priorOf(similar) },
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
}

/** The share of similar pairs, where there are both kinds. */
function priorOf(similar: Float32Array): { readonly prior?: number } {
  const prior = similar.filter((value) => value > 0.5).length / similar.length;
  return prior > 0 && prior < 1 ? { prior } : {};
}

/** The settings as a loaded model has them; its files are not on disk yet, so there are no checksums. */
export function loadedConfig(settings: ModelSettings): Model['config'] {
  const { encoder, comparator, ...rest } = settings;
  return {
    ...rest,
    format: 'samesame-model',
    version: MODEL_VERSION,
    encoder: { ...encoder, sha256: '' },
    comparator: comparator && { ...comparator, sha256: '' },
  };
}
