import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../src/base/random.ts';
import type { PixelTarget } from '../../src/data/pixels/decode.ts';
import { input } from '../../src/graph/ops/source.ts';
import { openBackbone } from '../../src/jobs/backbone/open.ts';
import type { Preset } from '../../src/jobs/presets.ts';
import { createComparator } from '../../src/loss/comparators/create-comparator.ts';
import {
  buildComparatorModel,
  buildEncoderModel,
  COMPARATOR_SCOPE,
  saveModel,
} from '../../src/model/index.ts';
import { createEncoder, createScope, type Encoder, type Parameter } from '../../src/nn/index.ts';
import { readTrainConfig, type TrainConfig } from '../../src/train/config.ts';

/** The backbones whose weights lie beside the project. */
const WEIGHTS: Readonly<Record<string, string>> = {
  'mobilenet-v2': fileURLToPath(
    new URL('../../../shared/weights/mobilenet_v2_1.0_224.onnx', import.meta.url),
  ),
};

/** Why a preset's network cannot be made here; undefined where it can. */
export function missingFor({ config }: Preset): string | undefined {
  const { backbone } = config;
  if (backbone === undefined || existsSync(WEIGHTS[backbone] ?? '')) return undefined;
  return `the weights of ${backbone} are not here`;
}

/** Writes the model of a preset as it is before training, with statistics and biases that are not those of the start. */
export async function savePresetModel(
  folder: string,
  preset: Preset,
  threshold: number,
): Promise<{ input: PixelTarget; embeddingSize: number }> {
  const config = readTrainConfig({
    ...preset.config,
    ...(preset.config.backbone !== undefined && {
      backbone: WEIGHTS[preset.config.backbone],
      pixels: { scale: 'symmetric' },
    }),
  });
  const { encoder, target, pixelScale } = await networkOf(config);
  const shape = { height: target.height, width: target.width, channels: target.channels };
  const isOwn = preset.config.backbone === undefined;
  const head = preset.config.comparator === undefined ? undefined : headOf(config, encoder.embeddingSize);
  await saveModel(folder, {
    encoder: buildEncoderModel(encoder, shape, pixelScale, valuesOf(parametersOf(encoder, shape), isOwn)),
    comparator: head?.bytes,
    card: `# ${preset.name}, untrained\n`,
    config: {
      encoder: {
        name: encoder.name,
        embeddingSize: encoder.embeddingSize,
        normalized: encoder.normalized,
      },
      comparator: head && { name: config.comparator, symmetric: head.symmetric, bothWays: true },
      input: target,
      distance: head === undefined ? 'euclidean' : 'comparator',
      threshold,
      calibration: { slope: 8, intercept: -8 * threshold, prior: 0.5 },
      classes: [],
      provenance: {
        dataset: 'none',
        fingerprint: 'none',
        numImages: 0,
        seed: 1,
        samesame: '0.0.0',
        runtime: 'node/cpu',
        training: {},
      },
    },
  });
  return { input: target, embeddingSize: encoder.embeddingSize };
}

async function networkOf(config: TrainConfig) {
  if (config.backbone !== 'none') return openBackbone(config);
  const pixelScale =
    config.scalePixels === 'unit' ? { mean: 0, deviation: 1 } : { mean: 0.4, deviation: 0.3 };
  return { encoder: createEncoder(config.network, config), target: config.image!, pixelScale };
}

function parametersOf(encoder: Encoder, { height, width, channels }: Omit<PixelTarget, 'resize'>) {
  const collected = createScope({ training: false });
  const planes = input('x', 'float32', [1, channels, height, width]);
  const features = encoder.trunk?.layer(planes, collected.scope) ?? planes;
  encoder.layer(features, collected.scope);
  return collected.parameters;
}

/** @param isOwn of a network that nobody trained: pretrained weights stay as they are */
function valuesOf(parameters: readonly Parameter[], isOwn: boolean): Map<string, Float32Array> {
  return new Map(
    parameters.map(({ name, shape, initializer }) => {
      const random = createRandom(`preset/${name}`);
      const values = initializer(shape, random);
      if (!isOwn || name.endsWith('weight')) return [name, values];
      return [name, values.map((value) => value + 0.05 + 0.2 * Math.abs(random.normal()))];
    }),
  );
}

function headOf(config: TrainConfig, embeddingSize: number) {
  const comparator = createComparator(config.comparator, config.comparatorOptions);
  const collected = createScope({ training: false });
  const sides = ['left', 'right'].map((side) => input(side, 'float32', [1, embeddingSize]));
  comparator.logits(sides[0], sides[1], collected.scope.within(COMPARATOR_SCOPE));
  return {
    symmetric: comparator.symmetric,
    bytes: buildComparatorModel(comparator, embeddingSize, valuesOf(collected.parameters, true)),
  };
}
