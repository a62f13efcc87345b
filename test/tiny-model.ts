import { createRandom } from '../src/base/random.ts';
import { buildEncoderModel } from '../src/model/encoder-graph.ts';
import { saveModel } from '../src/model/save.ts';
import { dense } from '../src/nn/layers/dense.ts';
import { sequential } from '../src/nn/layers/sequential.ts';
import { flatten } from '../src/nn/layers/shape.ts';

/** D of the model. */
export const TINY_SIZE = 8;

/**
 * A whole model that nobody had to train: eight random sums of the pixels of 8×8 grey images. Another seed is another
 * model.
 */
export async function saveTinyModel(folder: string, seed = 'tiny'): Promise<string> {
  const random = createRandom(seed);
  const encoder = {
    name: 'tiny',
    embeddingSize: TINY_SIZE,
    normalized: false,
    layer: sequential({ flatten, dense: dense(TINY_SIZE) }),
  };
  const values = new Map([
    ['dense/weight', Float32Array.from({ length: 64 * TINY_SIZE }, () => random.normal() / 8)],
    ['dense/bias', new Float32Array(TINY_SIZE)],
  ]);
  const shape = { height: 8, width: 8, channels: 1 } as const;
  await saveModel(folder, {
    encoder: buildEncoderModel(encoder, shape, { mean: 0.5, deviation: 0.5 }, values),
    card: '# Tiny\n',
    config: {
      encoder: { name: encoder.name, embeddingSize: TINY_SIZE, normalized: false },
      input: { ...shape, resize: 'stretch' },
      distance: 'euclidean',
      threshold: 0.5,
      calibration: { slope: 5, intercept: -2, prior: 0.5 },
      classes: [],
      provenance: {
        dataset: 'none',
        fingerprint: 'none',
        numImages: 0,
        seed,
        samesame: '0.0.0',
        runtime: 'node/cpu',
        training: {},
      },
    },
  });
  return folder;
}
