import { expect, test } from 'vitest';
import { nodeRuntime } from '../../test/gradcheck.ts';
import { createRandom } from '../base/random.ts';
import { l2Normalize } from '../graph/ops/l2-normalize.ts';
import { tanh } from '../graph/ops/tanh.ts';
import { LOSS_NAMES } from '../loss/create-loss.ts';
import { dense } from '../nn/layers/dense.ts';
import { sequential } from '../nn/layers/sequential.ts';
import { flatten } from '../nn/layers/shape.ts';
import type { Encoder } from '../nn/networks/encoder.ts';
import { readTrainConfig } from './config.ts';
import { createObjective } from './objective.ts';
import { adam } from './optimizers/adam.ts';
import { constantRate } from './schedules.ts';
import { buildStep } from './step-graph.ts';
import { createStepper, type StepBatch } from './stepper.ts';

const NUM_CLASSES = 4;
const NUM_IMAGES = 16;
const NUM_STEPS = 40;

const encoder: Encoder = {
  name: 'tiny',
  embeddingSize: 8,
  normalized: true,
  layer: sequential({
    flatten,
    dense1: dense(16),
    tanh: (x) => tanh(x),
    dense2: dense(8),
    unit: (x) => l2Normalize(x),
  }),
};

/** Images of noise around one pattern a class; as pairs, similar and dissimilar ones by turns. */
function batchOf(step: number): StepBatch {
  const random = createRandom(`batch ${step}`);
  const labels = Int32Array.from({ length: NUM_IMAGES }, (_, i) =>
    i < NUM_IMAGES / 2 ? i % NUM_CLASSES : (i + (i % 2) * (1 + random.integer(3))) % NUM_CLASSES,
  );
  const images = Uint8Array.from({ length: NUM_IMAGES * 12 }, (_, at) => {
    const pattern = createRandom(`class ${labels[Math.floor(at / 12)]}/${at % 12}`).integer(200);
    return pattern + random.integer(56);
  });
  const half = NUM_IMAGES / 2;
  const similar = Float32Array.from({ length: half }, (_, i) => Number(labels[i] === labels[i + half]));
  return { images, labels, similar, random };
}

test.each(LOSS_NAMES)('%s makes itself smaller, step by step', async (loss) => {
  const { objective } = createObjective(readTrainConfig({ loss }));
  const plan = {
    encoder,
    imageShape: { height: 3, width: 4, channels: 1 } as const,
    pixelScale: { mean: 0.5, deviation: 0.25 },
    batchSize: NUM_IMAGES,
    objective,
    numClasses: NUM_CLASSES,
    optimizer: adam(),
    schedule: constantRate(0.01),
    averageDecay: 0.9,
  };
  const step = buildStep(plan);
  const stepper = await createStepper(step, nodeRuntime, createRandom('seed'));
  const losses: number[] = [];
  for (let i = 0; i < NUM_STEPS; i++) {
    const { labels, similar, ...rest } = batchOf(i);
    const batch = objective.kind === 'batch' ? { ...rest, labels } : { ...rest, similar };
    losses.push((await stepper.run(batch)).loss);
  }
  const state = stepper.read();
  await stepper.close();
  expect(losses.every(Number.isFinite)).toBe(true);
  for (const [name, values] of state) expect(values.every(Number.isFinite), name).toBe(true);
  const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  // A memory fills at first, and so its loss has more to count.
  if (loss !== 'cross-batch-memory')
    expect(meanOf(losses.slice(-10))).toBeLessThan(meanOf(losses.slice(0, 5)));
  // What the loss keeps is state, under a name that no model asks for.
  const own = step.parameters.filter(({ name }) => name.startsWith('loss/'));
  expect(own.length > 0).toBe(KEEPERS.has(loss));
});

/** Losses that keep something. */
const KEEPERS = new Set<string>([
  'auto',
  'cross-batch-memory',
  'proxy-nca',
  'proxy-nca++',
  'proxy-anchor',
  'soft-triple',
  'arcface',
  'sub-center-arcface',
  'cosface',
  'sphereface',
  'large-margin-softmax',
]);
