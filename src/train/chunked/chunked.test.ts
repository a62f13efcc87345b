import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../../test/gradcheck.ts';
import { toFloat16 } from '../../base/float16.ts';
import { createRandom } from '../../base/random.ts';
import { l2Normalize } from '../../graph/ops/l2-normalize.ts';
import { tanh } from '../../graph/ops/tanh.ts';
import { createComparator } from '../../loss/comparators/create-comparator.ts';
import { contrastive } from '../../loss/contrastive.ts';
import { createLoss } from '../../loss/create-loss.ts';
import { batchNorm } from '../../nn/layers/batch-norm.ts';
import { conv } from '../../nn/layers/conv.ts';
import { dense } from '../../nn/layers/dense.ts';
import { dropout } from '../../nn/layers/dropout.ts';
import type { Layer } from '../../nn/layers/layer.ts';
import { sequential } from '../../nn/layers/sequential.ts';
import { flatten } from '../../nn/layers/shape.ts';
import { createGradientProbe } from '../gradient-probe.ts';
import { openStep } from '../open-step.ts';
import { adam } from '../optimizers/adam.ts';
import { sgd } from '../optimizers/sgd.ts';
import { constantRate } from '../schedules.ts';
import { buildStep, type StepPlan } from '../step-graph.ts';
import type { StepBatch } from '../stepper.ts';
import { buildChunkedStep } from './chunked-graphs.ts';
import { createChunkedProbe } from './chunked-stepper.ts';

const NUM_IMAGES = 10;
const NUM_STEPS = 3;
const LABELS = Int32Array.of(0, 0, 1, 1, 2, 2, 3, 3, 4, 4);
const TOLERANCE = { rtol: 1e-5, atol: 1e-5 };

function planOf(changes: Partial<StepPlan> = {}, layers: Record<string, Layer> = {}): StepPlan {
  const layer = sequential({
    conv: conv(3, 3, { padding: 1 }),
    tanh: (x) => tanh(x),
    ...layers,
    flatten,
    dense: dense(4),
    unit: (x) => l2Normalize(x),
  });
  return {
    encoder: { name: 'tiny', embeddingSize: 4, normalized: true, layer },
    imageShape: { height: 4, width: 5, channels: 1 },
    pixelScale: { mean: 0.5, deviation: 0.25 },
    batchSize: NUM_IMAGES,
    objective: { kind: 'batch', loss: contrastive().overBatch },
    numClasses: 5,
    // Plain descent at rate 1: weights differ by the gradient itself.
    optimizer: sgd(),
    schedule: constantRate(1),
    ...changes,
  };
}

function batchOf(step: number, isPairs: boolean): StepBatch {
  const random = createRandom(`batch ${step}`);
  const images = Uint8Array.from({ length: NUM_IMAGES * 20 }, () => random.integer(256));
  const similar = Float32Array.of(1, 0, 1, 0, 1);
  return { images, random, ...(isPairs ? { similar } : { labels: LABELS }) };
}

/** Some steps of a plan: what each gave, and the state after them. */
async function runSteps(plan: StepPlan, chunkSize: number) {
  const options = { chunkSize, runtime: nodeRuntime, random: createRandom('seed') };
  const { stepper } = await openStep(plan, options);
  const outputs: Readonly<Record<string, number>>[] = [];
  for (let i = 0; i < NUM_STEPS; i++)
    outputs.push(await stepper.run(batchOf(i, plan.objective.kind === 'pairs')));
  const state = stepper.read();
  await stepper.close();
  return { outputs, state };
}

async function expectAsWhole(plan: StepPlan, chunkSize: number) {
  const whole = await runSteps(plan, 0);
  const chunked = await runSteps(plan, chunkSize);
  expect([...chunked.state.keys()]).toEqual([...whole.state.keys()]);
  for (const [name, values] of whole.state)
    expect(chunked.state.get(name), name).toBeAllClose(values, TOLERANCE);
  for (const [i, outputs] of whole.outputs.entries()) {
    expect(Object.keys(chunked.outputs[i]).sort()).toEqual(Object.keys(outputs).sort());
    for (const [name, value] of Object.entries(outputs))
      expect(chunked.outputs[i][name], name).toBeCloseTo(value, 5);
  }
  return whole;
}

describe('a step in chunks', () => {
  it.each([5, 4, 3, 1])('is the step of the whole batch, %i images at a time', async (chunkSize) => {
    await expectAsWhole(planOf(), chunkSize);
  });

  it('passes gradients on to what a loss learns, and keeps what it keeps', async () => {
    for (const name of ['proxy-anchor', 'cross-batch-memory', 'smooth-ap', 'auto']) {
      const objective = { kind: 'batch', loss: createLoss(name).overBatch! } as const;
      const { state } = await expectAsWhole(planOf({ objective, schedule: constantRate(0.01) }), 4);
      if (name === 'cross-batch-memory') expect(state.get('loss/memoryLabels')).toContain(4);
    }
  });

  it('takes explicit pairs, and a head with weights of its own', async () => {
    const { overLogits } = createLoss('binary-cross-entropy');
    const head = createComparator('absolute-difference');
    await expectAsWhole(
      planOf({
        objective: {
          kind: 'pairs',
          loss: (left, right, similar, scope) =>
            overLogits!(head.logits(left, right, scope.within('comparator')), similar),
        },
      }),
      3,
    );
  });

  it('draws the same dropout, penalises, clips and averages alike', async () => {
    const plan = planOf(
      { optimizer: adam(), schedule: constantRate(0.01), l2: 0.01, clipNorm: 0.05, averageDecay: 0.9 },
      { flat: flatten, hidden: dense(6), dropout: dropout(0.4) },
    );
    const { outputs } = await expectAsWhole(plan, 4);
    expect(outputs[0].gradientNorm).toBeGreaterThan(0.05);
  });

  it('reads the features of a frozen trunk', async () => {
    const trunk = { layer: flatten, featureShape: [6] };
    const layer = sequential({ dense: dense(4), unit: (x) => l2Normalize(x) });
    const encoder = { name: 'head', embeddingSize: 4, normalized: true, layer, trunk };
    const features = Float32Array.from({ length: NUM_IMAGES * 6 }, (_, i) => Math.sin(i * i));
    const images = new Uint8Array(toFloat16(features).buffer);
    const [whole, chunked] = await Promise.all(
      [0, 3].map(async (chunkSize) => {
        const options = { chunkSize, runtime: nodeRuntime, random: createRandom('seed') };
        const { stepper } = await openStep(planOf({ encoder }), options);
        await stepper.run({ images, labels: LABELS, random: createRandom('bits') });
        const weight = stepper.read().get('dense/weight')!;
        await stepper.close();
        return weight;
      }),
    );
    expect(chunked).toBeAllClose(whole, TOLERANCE);
  });

  it('normalises each chunk by its own statistics, and lets running ones follow each', async () => {
    const plan = planOf({}, { norm: batchNorm() });
    // Two chunks of the same images: statistics of a chunk are those of the batch, and so are the weights' gradients.
    const half = batchOf(0, false).images.subarray(0, NUM_IMAGES * 10);
    const images = Uint8Array.from([...half, ...half]);
    const labels = Int32Array.of(0, 0, 1, 1, 2, 3, 3, 4, 4, 2);
    const run = async (chunkSize: number) => {
      const options = { chunkSize, runtime: nodeRuntime, random: createRandom('seed') };
      const { stepper } = await openStep(plan, options);
      const { loss } = await stepper.run({ images, labels, random: createRandom('bits') });
      const state = stepper.read();
      await stepper.close();
      return { loss, state };
    };
    const whole = await run(0);
    const chunked = await run(5);
    expect(chunked.loss).toBeCloseTo(whole.loss, 5);
    for (const name of ['conv/weight', 'dense/weight', 'norm/scale'])
      expect(chunked.state.get(name), name).toBeAllClose(whole.state.get(name)!, TOLERANCE);
    // From 0, with a momentum of .9: .1·m after one look, .9·.1·m + .1·m after two.
    const once = whole.state.get('norm/mean')!;
    expect(Math.hypot(...once)).toBeGreaterThan(0.01);
    expect(chunked.state.get('norm/mean')).toBeAllClose(
      once.map((value) => 1.9 * value),
      TOLERANCE,
    );
  });

  it('shows the gradients of the whole batch, and leaves the state as it is', async () => {
    const plan = planOf({}, { dropout: dropout(0.4) });
    const state = (await runSteps(plan, 0)).state;
    const before = new Map([...state].map(([name, values]) => [name, values.slice()]));
    const batch = batchOf(7, false);
    const expected = await createGradientProbe(buildStep(plan), nodeRuntime)(state, batch);
    const found = await createChunkedProbe(buildChunkedStep(plan, 4), nodeRuntime)(state, batch);
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, values] of expected) expect(found.get(name), name).toBeAllClose(values, TOLERANCE);
    expect(state).toEqual(before);
  });

  it('makes chunks even, and refuses what is no number of images', () => {
    expect(buildChunkedStep(planOf(), 4)).toMatchObject({ numChunks: 3, chunkSize: 4 });
    expect(buildChunkedStep(planOf(), 7)).toMatchObject({ numChunks: 2, chunkSize: 5 });
    for (const bad of [0, -1, 2.5, Number.NaN])
      expect(() => buildChunkedStep(planOf(), bad)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });
});
