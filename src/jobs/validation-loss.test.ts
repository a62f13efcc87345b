import { describe, expect, it } from 'vitest';
import '../../test/matchers.ts';
import { nodeRuntime } from '../../test/gradcheck.ts';
import { createRandom } from '../base/random.ts';
import { readTrainConfig, type TrainOptions } from '../train/config.ts';
import { createObjective } from '../train/objective.ts';
import { lossOfPairs, type PairObjective } from './validation-loss.ts';

const NUM_IMAGES = 30;
const SIZE = 3;
/** More than are embedded at a time. */
const NUM_PAIRS = 2500;

const random = createRandom('validation loss');
const embeddings = Float32Array.from({ length: NUM_IMAGES * SIZE }, () => random.normal());
const pairs = {
  numPairs: NUM_PAIRS,
  left: Int32Array.from({ length: NUM_PAIRS }, () => random.integer(NUM_IMAGES)),
  right: Int32Array.from({ length: NUM_PAIRS }, () => random.integer(NUM_IMAGES)),
  similar: Float32Array.from({ length: NUM_PAIRS }, () => random.integer(2)),
};

/** Rows that are the numbers of images, and an embedder that looks them up. */
const rows = {
  rowBytes: 1,
  async gather(indices: Int32Array, out: Uint8Array) {
    out.set(indices);
  },
};
const embed = async (bytes: Uint8Array) =>
  Float32Array.from(
    Array.from(bytes).flatMap((image) => [...embeddings.subarray(image * SIZE, (image + 1) * SIZE)]),
  );

function lossOf(options: TrainOptions, values = new Map<string, Float32Array>()) {
  const { objective } = createObjective(readTrainConfig({ feed: 'pairs', ...options }));
  const model = { embed, embeddingSize: SIZE };
  return lossOfPairs(model, objective as PairObjective, values, { rows, pairs }, nodeRuntime);
}

function meanOverPairs(lossOfPair: (differences: readonly number[], similar: number) => number): number {
  let sum = 0;
  for (let p = 0; p < NUM_PAIRS; p++) {
    const differences = [0, 1, 2].map(
      (i) => embeddings[pairs.left[p] * SIZE + i] - embeddings[pairs.right[p] * SIZE + i],
    );
    sum += lossOfPair(differences, pairs.similar[p]);
  }
  return sum / NUM_PAIRS;
}

describe('lossOfPairs', () => {
  it('is the contrastive loss of plain loops', async () => {
    const expected = meanOverPairs((differences, similar) => {
      const d = Math.sqrt(
        Math.max(
          1e-7,
          differences.reduce((sum, x) => sum + x * x, 0),
        ),
      );
      return similar * d * d + (1 - similar) * Math.max(1.5 - d, 0) ** 2;
    });
    const loss = await lossOf({ loss: 'contrastive', lossOptions: { margin: 1.5 } });
    expect([loss]).toBeAllClose([expected], { rtol: 1e-5 });
  });

  it('asks a learned head with the weights that it has, and weighs similar pairs as training does', async () => {
    const values = new Map([
      ['comparator/logit/weight', Float32Array.of(-0.5, 0.25, -1)],
      ['comparator/logit/bias', Float32Array.of(0.7)],
    ]);
    const expected = meanOverPairs(([a, b, c], similar) => {
      const logit = -0.5 * Math.abs(a) + 0.25 * Math.abs(b) - Math.abs(c) + 0.7;
      const p = 1 / (1 + Math.exp(-logit));
      return -(3 * similar * Math.log(p) + (1 - similar) * Math.log(1 - p));
    });
    const loss = await lossOf({ loss: 'binary-cross-entropy', lossOptions: { positiveWeight: 3 } }, values);
    expect([loss]).toBeAllClose([expected], { rtol: 1e-5 });
  });
});
