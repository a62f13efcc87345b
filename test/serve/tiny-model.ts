import { createRandom } from '../../src/base/random.ts';
import { input } from '../../src/graph/ops/source.ts';
import { createComparator } from '../../src/loss/comparators/create-comparator.ts';
import type { ModelSettings } from '../../src/model/build.ts';
import { buildComparatorModel, COMPARATOR_SCOPE } from '../../src/model/comparator-graph.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { buildEncoderModel } from '../../src/model/encoder-graph.ts';
import { saveModel } from '../../src/model/save.ts';
import { conv } from '../../src/nn/layers/conv.ts';
import { dense } from '../../src/nn/layers/dense.ts';
import { sequential } from '../../src/nn/layers/sequential.ts';
import { flatten, l2Norm } from '../../src/nn/layers/shape.ts';
import type { Encoder } from '../../src/nn/networks/encoder.ts';
import { createScope, type Parameter } from '../../src/nn/scope.ts';

const SIZE = 6;
const SHAPE = { height: 16, width: 16, channels: 3 } as const;
const SCALE = { mean: 0.5, deviation: 0.3 };
const encoder: Encoder = {
  name: 'tiny',
  embeddingSize: SIZE,
  normalized: true,
  layer: sequential({ conv: conv(4, 3, { stride: 2 }), flatten, dense: dense(SIZE), l2Norm }),
};

export interface TinyModelOptions {
  readonly seed?: string;
  /** Whether it compares with a head that is not symmetric. */
  readonly hasHead?: boolean;
}

/** Writes a model folder that answers like any other, but was never trained: its numbers come from a seed. */
export function saveTinyModel(
  folder: string,
  { seed = 'one', hasHead = false }: TinyModelOptions = {},
): Promise<ModelConfig> {
  const collected = createScope({ training: false });
  encoder.layer(input('x', 'float32', [1, SHAPE.channels, SHAPE.height, SHAPE.width]), collected.scope);
  const head = createComparator('concat');
  const ofHead = createScope({ training: false });
  const [left, right] = ['left', 'right'].map((name) => input(name, 'float32', [1, SIZE]));
  head.logits(left, right, ofHead.scope.within(COMPARATOR_SCOPE));
  const settings: ModelSettings = {
    encoder: { name: 'tiny', embeddingSize: SIZE, normalized: true },
    input: { ...SHAPE, resize: 'stretch' },
    distance: hasHead ? 'comparator' : 'euclidean',
    ...(hasHead && { comparator: { name: 'concat', symmetric: false, bothWays: true } }),
    threshold: 0.6,
    calibration: { slope: 8, intercept: -5, prior: 0.5 },
    classes: ['bars', 'beams'],
    provenance: {
      dataset: 'shapes',
      fingerprint: 'f00',
      numImages: 2,
      seed,
      samesame: '0.0.0',
      runtime: 'node/cpu',
      training: {},
    },
  };
  return saveModel(folder, {
    encoder: buildEncoderModel(encoder, SHAPE, SCALE, valuesOf(collected.parameters, seed)),
    ...(hasHead && { comparator: buildComparatorModel(head, SIZE, valuesOf(ofHead.parameters, seed)) }),
    config: settings,
    card: '# Never trained\n',
  });
}

function valuesOf(parameters: readonly Parameter[], seed: string): Map<string, Float32Array> {
  return new Map(
    parameters.map(({ name, shape, initializer }) => [
      name,
      initializer(shape, createRandom(`${seed}/${name}`)).map((value, i) => value + 0.05 + (i % 3) / 20),
    ]),
  );
}
