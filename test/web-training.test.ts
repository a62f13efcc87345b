import { expect, it } from 'vitest';
import { createRandom } from '../src/base/random.ts';
import type { Runtime } from '../src/graph/runtime/types.ts';
import { contrastive } from '../src/loss/contrastive.ts';
import { relu } from '../src/nn/layers/activations.ts';
import { batchNorm } from '../src/nn/layers/batch-norm.ts';
import { conv } from '../src/nn/layers/conv.ts';
import { dense } from '../src/nn/layers/dense.ts';
import { dropout } from '../src/nn/layers/dropout.ts';
import { maxPool } from '../src/nn/layers/pooling.ts';
import { sequential } from '../src/nn/layers/sequential.ts';
import { flatten, l2Norm } from '../src/nn/layers/shape.ts';
import { adam } from '../src/train/optimizers/adam.ts';
import { constantRate } from '../src/train/schedules.ts';
import { buildStep } from '../src/train/step-graph.ts';
import { createStepper } from '../src/train/stepper.ts';
import { nodeRuntime, webRuntime } from './gradcheck.ts';

const NUM_STEPS = 20;
const BATCH_SIZE = 12;
const SIZE = 10;

const step = buildStep({
  encoder: {
    name: 'tiny',
    embeddingSize: 8,
    normalized: true,
    layer: sequential({
      conv1: conv(4, 3, { padding: 1, bias: false }),
      norm1: batchNorm(),
      relu1: relu,
      pool1: maxPool(2),
      conv2: conv(6, 3, { padding: 1 }),
      relu2: relu,
      flatten,
      dropout: dropout(0.1),
      dense: dense(8),
      l2Norm,
    }),
  },
  imageShape: { height: SIZE, width: SIZE, channels: 1 },
  pixelScale: { mean: 0.5, deviation: 0.3 },
  batchSize: BATCH_SIZE,
  objective: { kind: 'batch', loss: contrastive({ margin: 1 }).overBatch },
  optimizer: adam(),
  schedule: constantRate(2e-3),
});

/** Images of three classes: stripes of three widths, with noise; the same at every call. */
function batchOf(place: number) {
  const random = createRandom(`batch/${place}`);
  const labels = Int32Array.from({ length: BATCH_SIZE }, (_, i) => i % 3);
  const images = new Uint8Array(BATCH_SIZE * SIZE * SIZE).map((_, i) => {
    const [column, label] = [i % SIZE, labels[Math.floor(i / (SIZE * SIZE))]];
    return 128 + 80 * Math.sin((column * (label + 1)) / 1.5) + random.integer(40) - 20;
  });
  return { images, labels, random };
}

async function trainOn(runtime: Runtime) {
  const stepper = await createStepper(step, runtime, createRandom('parameters'));
  const before = stepper.read();
  const losses: number[] = [];
  for (let place = 0; place < NUM_STEPS; place++) losses.push((await stepper.run(batchOf(place))).loss);
  const after = stepper.read();
  await stepper.close();
  return { losses, before, after };
}

it('trains in the web runtime as in Node: the same losses, the same parameters', async () => {
  const onNode = await trainOn(nodeRuntime);
  const onWeb = await trainOn(webRuntime);
  expect(onWeb.losses).toBeAllClose(onNode.losses, { rtol: 0, atol: 1e-4 });
  for (const [name, values] of onNode.after) {
    expect(onWeb.after.get(name), name).toBeAllClose(values, { rtol: 1e-3, atol: 1e-4 });
  }
  // Both have learned something, so that equal does not mean idle.
  expect(onWeb.losses.at(-1)).toBeLessThan(onWeb.losses[0] / 2);
  for (const { name } of step.parameters)
    expect(onWeb.after.get(name), name).not.toEqual(onWeb.before.get(name));
});
