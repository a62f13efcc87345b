import { createRandom } from '../src/base/random.ts';
import { input } from '../src/graph/ops/source.ts';
import { createComparator } from '../src/loss/comparators/create-comparator.ts';
import {
  buildComparatorModel,
  buildEncoderModel,
  COMPARATOR_SCOPE,
  type ModelSettings,
  saveModel,
} from '../src/model/index.ts';
import { createEncoder, createScope, type EncoderName, type Parameter } from '../src/nn/index.ts';
import { readTrainConfig } from '../src/train/config.ts';

export interface SmallModelOptions {
  readonly network?: EncoderName;
  readonly side?: number;
  readonly channels?: 1 | 3;
  readonly seed?: string;
}

/** Values that are not as at the start, where biases are 0 and variances 1. */
function valuesOf(parameters: readonly Parameter[], seed: string): Map<string, Float32Array> {
  return new Map(
    parameters.map(({ name, shape, initializer }) => {
      const random = createRandom(`${seed}/${name}`);
      const spread = name.endsWith('weight') ? 0 : 0.2;
      return [
        name,
        initializer(shape, random).map((value) => value + spread * Math.abs(random.normal()) + spread / 4),
      ];
    }),
  );
}

/** The bytes of an encoder of drawn weights: uint8 `[batch, side, side, channels]` → float32 `[batch, 64]`. */
export function smallEncoder(options: SmallModelOptions = {}): Uint8Array {
  const { network = 'compact', side = 16, channels = 3, seed = 'small' } = options;
  const encoder = createEncoder(network, {});
  const collected = createScope({ training: false });
  encoder.layer(input('x', 'float32', [1, channels, side, side]), collected.scope);
  const values = valuesOf(collected.parameters, seed);
  return buildEncoderModel(
    encoder,
    { height: side, width: side, channels },
    { mean: 0.4, deviation: 0.3 },
    values,
  );
}

/** Writes a whole model folder of drawn weights, with a learned head where one is named. */
export async function saveSmallModel(
  folder: string,
  { head, ...options }: SmallModelOptions & { readonly head?: 'concat' } = {},
): Promise<ModelSettings> {
  const { network = 'compact', side = 16, channels = 3 } = options;
  const config: ModelSettings = {
    encoder: { name: network, embeddingSize: 64, normalized: true },
    input: { height: side, width: side, channels, resize: 'stretch' },
    distance: head === undefined ? 'euclidean' : 'comparator',
    comparator: head && { name: head, symmetric: false, bothWays: true },
    threshold: 0.2,
    calibration: { slope: 8, intercept: -2 },
    classes: [],
    provenance: {
      dataset: 'drawn',
      fingerprint: 'f00',
      numImages: 0,
      seed: 'small',
      samesame: '0.0.0',
      runtime: 'node/cpu',
      training: { ...readTrainConfig({ testPairs: 100, validationPairs: 100 }) },
    },
  };
  await saveModel(folder, {
    encoder: smallEncoder(options),
    comparator: head && headOf(head),
    config,
    card: '# A card\n\n## Loading it\nRead `encoder.onnx`.\n\n## Provenance\nDrawn.\n',
  });
  return config;
}

function headOf(name: 'concat'): Uint8Array {
  const comparator = createComparator(name);
  const collected = createScope({ training: false });
  const sides = ['left', 'right'].map((side) => input(side, 'float32', [1, 64]));
  comparator.logits(sides[0], sides[1], collected.scope.within(COMPARATOR_SCOPE));
  return buildComparatorModel(comparator, 64, valuesOf(collected.parameters, 'head'));
}

/** Images with something in them: slopes, and squares on them. uint8 `[count, side, side, channels]`. */
export function smallImages(count: number, side: number, channels: number, seed = 'images'): Uint8Array {
  const random = createRandom(seed);
  const images = new Uint8Array(count * side * side * channels);
  let at = 0;
  for (let n = 0; n < count; n++) {
    const corner = [random.integer(side), random.integer(side)];
    const tones = Array.from({ length: 2 * channels }, () => random.integer(256));
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const isInside = Math.abs(y - corner[0]) < side / 4 && Math.abs(x - corner[1]) < side / 4;
        for (let c = 0; c < channels; c++)
          images[at++] = isInside ? tones[2 * c] : (tones[2 * c + 1] * (x + y)) / (2 * side);
      }
    }
  }
  return images;
}
