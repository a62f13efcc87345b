import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../test/gradcheck.ts';
import { createRandom } from '../base/random.ts';
import { contrastive } from '../loss/contrastive.ts';
import { batchNorm } from '../nn/layers/batch-norm.ts';
import { conv } from '../nn/layers/conv.ts';
import { dense } from '../nn/layers/dense.ts';
import { dropout } from '../nn/layers/dropout.ts';
import { sequential } from '../nn/layers/sequential.ts';
import { flatten } from '../nn/layers/shape.ts';
import { createGradientProbe } from './gradient-probe.ts';
import { sgd } from './optimizers/sgd.ts';
import { constantRate } from './schedules.ts';
import { buildStep, type StepPlan } from './step-graph.ts';
import { createStepper, type StepBatch } from './stepper.ts';

const NUM_IMAGES = 6;
const layer = sequential({
  conv: conv(4, 3),
  norm: batchNorm(),
  flatten,
  dropout: dropout(0.4),
  dense: dense(3),
});

const plan: StepPlan = {
  encoder: { name: 'tiny', embeddingSize: 3, normalized: false, layer },
  imageShape: { height: 4, width: 5, channels: 1 },
  pixelScale: { mean: 0.5, deviation: 0.25 },
  batchSize: NUM_IMAGES,
  objective: { kind: 'batch', loss: contrastive({ margin: 2 }).overBatch },
  // Plain descent at rate 1: a step takes off the gradient itself.
  optimizer: sgd(),
  schedule: constantRate(1),
};

function batchOf(name: string, rest: Partial<StepBatch> = { labels: Int32Array.of(0, 0, 1, 1, 2, 2) }) {
  const random = createRandom(name);
  const images = Uint8Array.from({ length: NUM_IMAGES * 20 }, () => random.integer(256));
  return { images, random, ...rest };
}

async function expectAsStep(changes: Partial<StepPlan>, batch: StepBatch, clippedTo?: number) {
  const step = buildStep({ ...plan, ...changes });
  const stepper = await createStepper(step, nodeRuntime, createRandom('seed'));
  const before = stepper.read();
  const probe = createGradientProbe(step, nodeRuntime);
  const gradients = await probe(before, batch);
  expect([...gradients.keys()].sort()).toEqual([
    'conv/bias',
    'conv/weight',
    'dense/bias',
    'dense/weight',
    'norm/bias',
    'norm/scale',
  ]);
  // Twice the same, and nothing that was handed in is changed.
  expect(await probe(before, batch)).toEqual(gradients);
  expect(stepper.read()).toEqual(before);
  const outputs = await stepper.run(batch);
  const after = stepper.read();
  const length = Math.hypot(...[...gradients.values()].flatMap((values) => [...values]));
  const factor = clippedTo === undefined ? 1 : clippedTo / length;
  for (const [name, values] of gradients) {
    const expected = before.get(name)!.map((value, i) => value - after.get(name)![i]);
    expect(
      values.map((value) => value * factor),
      name,
    ).toBeAllClose(expected, { rtol: 1e-4, atol: 1e-6 });
  }
  expect(length).toBeGreaterThan(0.01);
  await stepper.close();
  return { outputs, length };
}

describe('a gradient probe', () => {
  it('sees the gradients of a step over a batch, its dropout included', async () => {
    await expectAsStep({}, batchOf('batch'));
  });

  it('sees those of a step over explicit pairs', async () => {
    const objective = { kind: 'pairs', loss: contrastive({ margin: 2 }).overPairs } as const;
    await expectAsStep({ objective }, batchOf('pairs', { similar: Float32Array.of(1, 0, 1) }));
  });

  it('sees them before they are clipped, and with the penalty', async () => {
    const { outputs, length } = await expectAsStep({ clipNorm: 0.01, l2: 0.1 }, batchOf('clip'), 0.01);
    expect(outputs.gradientNorm).toBeCloseTo(length, 4);
  });

  it('sees none where nothing is trained', async () => {
    const step = { ...buildStep(plan), gradients: {} };
    const stepper = await createStepper(step, nodeRuntime, createRandom('seed'));
    expect(await createGradientProbe(step, nodeRuntime)(stepper.read(), batchOf('batch'))).toEqual(new Map());
    await stepper.close();
  });
});
