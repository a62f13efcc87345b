import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../test/gradcheck.ts';
import { denseOracle } from '../../test/oracles.ts';
import { createRandom } from '../base/random.ts';
import { compile } from '../graph/compile.ts';
import { tanh } from '../graph/ops/tanh.ts';
import type { RuntimeTensor } from '../graph/runtime/types.ts';
import { contrastive } from '../loss/contrastive.ts';
import { batchNorm } from '../nn/layers/batch-norm.ts';
import { dense } from '../nn/layers/dense.ts';
import { dropout } from '../nn/layers/dropout.ts';
import type { Layer } from '../nn/layers/layer.ts';
import { sequential } from '../nn/layers/sequential.ts';
import { flatten } from '../nn/layers/shape.ts';
import type { Encoder } from '../nn/networks/encoder.ts';
import { adam } from './optimizers/adam.ts';
import { sgd } from './optimizers/sgd.ts';
import { constantRate } from './schedules.ts';
import { buildStep, nextOf, type StepPlan } from './step-graph.ts';
import { createStepper, type StepBatch } from './stepper.ts';
import { modelValues } from './weight-average.ts';

const NUM_IMAGES = 6;
const MARGIN = 2;
const SCALE = { mean: 0.5, deviation: 0.25 };
const RATE = 0.05;
const LABELS = Int32Array.of(0, 0, 1, 1, 2, 2);
const tinyLayers: Record<string, Layer> = {
  flatten,
  dense1: dense(5),
  tanh: (x) => tanh(x),
  dense2: dense(3),
};

function encoderOf(layers: Record<string, Layer>): Encoder {
  return { name: 'tiny', embeddingSize: 3, normalized: false, layer: sequential(layers) };
}

function planOf(changes: Partial<StepPlan> = {}): StepPlan {
  return {
    encoder: encoderOf(tinyLayers),
    imageShape: { height: 2, width: 3, channels: 1 },
    pixelScale: SCALE,
    batchSize: NUM_IMAGES,
    objective: { kind: 'batch', loss: contrastive({ margin: MARGIN }).overBatch },
    optimizer: sgd(),
    schedule: constantRate(RATE),
    ...changes,
  };
}

const openStepper = (plan: StepPlan, seed = 'seed') =>
  createStepper(buildStep(plan), nodeRuntime, createRandom(seed));

function batchOf(name: string): StepBatch {
  const random = createRandom(name);
  const images = Uint8Array.from({ length: NUM_IMAGES * 6 }, () => random.integer(256));
  return { images, labels: LABELS, random };
}

type Values = Map<string, Float64Array>;

/** The embeddings of the tiny network, float64. */
function embedOracle(images: Uint8Array, values: Values): number[] {
  const x = Array.from(images, (byte) => (byte / 255 - SCALE.mean) / SCALE.deviation);
  const hidden = denseOracle(x, NUM_IMAGES, values.get('dense1/weight')!, [6, 5], values.get('dense1/bias'));
  return denseOracle(
    hidden.map(Math.tanh),
    NUM_IMAGES,
    values.get('dense2/weight')!,
    [5, 3],
    values.get('dense2/bias'),
  );
}

function distanceOf(embeddings: readonly number[], i: number, j: number): number {
  return Math.hypot(...[0, 1, 2].map((k) => embeddings[3 * i + k] - embeddings[3 * j + k]));
}

/** Mean over all pairs of a batch, similar and dissimilar ones weighing the same, plus the penalty. */
function batchLossOracle(images: Uint8Array, values: Values, l2 = 0): number {
  const embeddings = embedOracle(images, values);
  const parts = { same: [] as number[], different: [] as number[] };
  for (let i = 0; i < NUM_IMAGES; i++) {
    for (let j = 0; j < i; j++) {
      const d = distanceOf(embeddings, i, j);
      if (LABELS[i] === LABELS[j]) parts.same.push(d * d);
      else parts.different.push(Math.max(MARGIN - d, 0) ** 2);
    }
  }
  const mean = (terms: number[]) => terms.reduce((sum, term) => sum + term, 0) / terms.length;
  let penalty = 0;
  for (const [name, weights] of values) {
    if (name.endsWith('/weight')) for (const weight of weights) penalty += l2 * weight * weight;
  }
  return (mean(parts.same) + mean(parts.different)) / 2 + penalty;
}

/** Central differences of a loss over every parameter. */
function numericGradients(loss: (values: Values) => number, values: Values): Values {
  const step = 1e-5;
  return new Map(
    [...values].map(([name, weights]) => {
      const slopes = weights.map((weight, i) => {
        weights[i] = weight + step;
        const above = loss(values);
        weights[i] = weight - step;
        const below = loss(values);
        weights[i] = weight;
        return (above - below) / (2 * step);
      });
      return [name, slopes];
    }),
  );
}

function parametersOf(state: ReadonlyMap<string, Float32Array>): Values {
  return new Map(
    [...state]
      .filter(([name]) => name.startsWith('dense'))
      .map(([name, data]) => [name, Float64Array.from(data)]),
  );
}

describe('one step', () => {
  async function expectStep(
    plan: StepPlan,
    batch: StepBatch,
    loss: (values: Values) => number,
    factorOf = (_norm: number) => 1,
  ) {
    const stepper = await openStepper(plan);
    const before = parametersOf(stepper.read());
    expect([...before.keys()].sort()).toEqual([
      'dense1/bias',
      'dense1/weight',
      'dense2/bias',
      'dense2/weight',
    ]);
    const outputs = await stepper.run(batch);
    const after = parametersOf(stepper.read());
    expect(outputs.loss).toBeCloseTo(loss(before), 4);
    expect(outputs.rate).toBeCloseTo(RATE, 7);
    const slopes = numericGradients(loss, before);
    const norm = Math.hypot(...[...slopes.values()].flatMap((values) => [...values]));
    for (const [name, values] of before) {
      const expected = values.map((value, i) => value - RATE * factorOf(norm) * slopes.get(name)![i]);
      expect(after.get(name)!, name).toBeAllClose(expected, { rtol: 1e-4, atol: 1e-5 });
    }
    await stepper.close();
    return { outputs, norm };
  }

  it('goes down the gradient of the loss over a batch', async () => {
    const batch = batchOf('batch');
    const { outputs } = await expectStep(planOf(), batch, (values) => batchLossOracle(batch.images, values));
    expect(Object.keys(outputs)).toContain('meanPositiveDistance');
    expect(Object.keys(outputs)).not.toContain('gradientNorm');
  });

  it('adds the penalty to loss and gradient, for weights alone', async () => {
    const batch = batchOf('batch');
    await expectStep(planOf({ l2: 0.1 }), batch, (values) => batchLossOracle(batch.images, values, 0.1));
  });

  it('adds a layer’s own penalty to that of all weights', async () => {
    const batch = batchOf('batch');
    const encoder = encoderOf({ ...tinyLayers, dense1: dense(5, { l2: 0.2 }) });
    await expectStep(planOf({ encoder, l2: 0.1 }), batch, (values) => {
      const own = values.get('dense1/weight')!.reduce((sum, weight) => sum + weight * weight, 0);
      return batchLossOracle(batch.images, values, 0.1) + 0.2 * own;
    });
  });

  it.each([
    ['long', 0.05],
    ['short', 1000],
  ])('clips a gradient that is too %s', async (_name, limit) => {
    const batch = batchOf('batch');
    const loss = (values: Values) => batchLossOracle(batch.images, values);
    const { outputs, norm } = await expectStep(planOf({ clipNorm: limit }), batch, loss, (length) =>
      Math.min(1, limit / length),
    );
    expect(norm).toBeGreaterThan(0.05);
    expect(outputs.gradientNorm).toBeCloseTo(norm, 4);
  });

  it('goes down the gradient of the loss over explicit pairs', async () => {
    const { images, random } = batchOf('pairs');
    const similar = Float32Array.of(1, 0, 0.25);
    const loss = (values: Values) => {
      const embeddings = embedOracle(images, values);
      const terms = Array.from(similar, (share, p) => {
        const d = distanceOf(embeddings, p, p + 3);
        return share * d * d + (1 - share) * Math.max(MARGIN - d, 0) ** 2;
      });
      return terms.reduce((sum, term) => sum + term, 0) / 3;
    };
    const objective = { kind: 'pairs', loss: contrastive({ margin: MARGIN }).overPairs } as const;
    await expectStep(planOf({ objective }), { images, similar, random }, loss);
  });
});

describe('mean weights', () => {
  it('follow the weights: the first ones, then ever more of the mean, up to the decay', async () => {
    const decay = 0.25;
    const stepper = await openStepper(planOf({ averageDecay: decay }));
    let expected: Float64Array | undefined;
    for (let t = 0; t < 8; t++) {
      await stepper.run(batchOf(`batch ${t}`));
      const weights = Float64Array.from(stepper.read().get('dense1/weight')!);
      const kept = Math.min(decay, t / (t + 9));
      const before: Float64Array = expected ?? new Float64Array(weights.length);
      expected = before.map((mean, i) => kept * mean + (1 - kept) * weights[i]);
    }
    const state = stepper.read();
    expect(state.get('dense1/weight@average')!).toBeAllClose(expected!, { rtol: 1e-5, atol: 1e-6 });
    expect(state.get('dense1/weight')!).not.toEqual(state.get('dense1/weight@average'));
    const model = modelValues(state);
    expect([...model.keys()].sort()).toEqual([
      'dense1/bias',
      'dense1/weight',
      'dense2/bias',
      'dense2/weight',
    ]);
    expect(model.get('dense1/weight')).toBe(state.get('dense1/weight@average'));
    await stepper.close();
  });

  it('include running statistics, and leave the weights themselves as they are without them', async () => {
    const encoder = encoderOf({ flatten, dense: dense(3), batchNorm: batchNorm() });
    const names = async (averageDecay: number) => {
      const stepper = await openStepper(planOf({ encoder, averageDecay }));
      await stepper.run(batchOf('one'));
      const state = stepper.read();
      await stepper.close();
      return state;
    };
    const [averaged, plain] = [await names(0.9), await names(0)];
    expect(averaged.has('batchNorm/variance@average')).toBe(true);
    expect(averaged.get('dense/weight')).toEqual(plain.get('dense/weight'));
    expect(modelValues(plain)).toBe(plain);
  });
});

describe('a stepper', () => {
  it('carries its state from step to step as running the graph by hand does', async () => {
    const step = buildStep(planOf({ optimizer: adam() }));
    const stepper = await createStepper(step, nodeRuntime, createRandom('seed'));
    let state = stepper.read();
    const batches = [batchOf('one'), batchOf('two')];
    for (const batch of batches) await stepper.run(batch);

    const program = await nodeRuntime.load(compile(step.outputs).bytes, { purpose: 'training' });
    for (const { images, labels } of batches) {
      const feeds: Record<string, RuntimeTensor> = {
        images: nodeRuntime.tensor('uint8', images, [NUM_IMAGES, 2, 3, 1]),
        labels: nodeRuntime.tensor('int32', labels!, [NUM_IMAGES]),
      };
      for (const { name, shape } of step.state)
        feeds[name] = nodeRuntime.tensor('float32', state.get(name)!, shape);
      const results = await program.run(feeds);
      state = new Map(
        step.state.map(({ name }) => [name, Float32Array.from(results[nextOf(name)].data as Float32Array)]),
      );
    }
    expect(stepper.read()).toEqual(state);
    expect(state.get('step')).toEqual(Float32Array.of(2));
    await program.close();
    await stepper.close();
  });

  it('begins where its seed says', async () => {
    const [one, same, other] = await Promise.all(['a', 'a', 'b'].map((seed) => openStepper(planOf(), seed)));
    expect(one.read()).toEqual(same.read());
    expect(one.read().get('dense1/weight')).not.toEqual(other.read().get('dense1/weight'));
    expect(one.read().get('step')).toEqual(Float32Array.of(0));
  });

  it('goes on from a state that is written into it', async () => {
    const [one, two] = await Promise.all([
      openStepper(planOf({ optimizer: adam() })),
      openStepper(planOf({ optimizer: adam() }), 'x'),
    ]);
    await one.run(batchOf('one'));
    two.write(one.read());
    expect(two.read()).toEqual(one.read());
    const outputs = await Promise.all([one.run(batchOf('two')), two.run(batchOf('two'))]);
    expect(outputs[0]).toEqual(outputs[1]);
    expect(two.read()).toEqual(one.read());
  });

  it('gives out copies', async () => {
    const stepper = await openStepper(planOf());
    stepper.read().get('dense1/weight')!.fill(9);
    expect(stepper.read().get('dense1/weight')).not.toContain(9);
  });

  it('refuses a state that does not fit, and keeps its own', async () => {
    const stepper = await openStepper(planOf());
    const own = stepper.read();
    const missing = new Map([...own].map(([name, data]) => [name, data.map(() => 7)]));
    missing.delete('dense2/bias');
    expect(() => stepper.write(missing)).toThrow(
      expect.objectContaining({ code: 'E_CHECKPOINT', message: expect.stringContaining('dense2/bias') }),
    );
    expect(() => stepper.write(new Map([...own, ['dense1/weight', new Float32Array(7)]]))).toThrow(
      expect.objectContaining({ code: 'E_CHECKPOINT', message: expect.stringContaining('received: 7') }),
    );
    expect(stepper.read()).toEqual(own);
  });

  it('learns: the loss of a batch falls', async () => {
    const stepper = await openStepper(planOf({ optimizer: adam(), schedule: constantRate(0.02) }));
    const batch = batchOf('batch');
    const first = (await stepper.run(batch)).loss;
    let last = first;
    for (let i = 0; i < 80; i++) last = (await stepper.run(batch)).loss;
    expect(last).toBeLessThan(0.2 * first);
  });

  it('draws the bits of dropout from the batch, and keeps running statistics', async () => {
    const encoder = encoderOf({
      flatten,
      dense: dense(4),
      norm: batchNorm(),
      drop: dropout(0.5),
      out: dense(3),
    });
    const runs = await Promise.all(
      ['bits', 'bits', 'others'].map(async (name) => {
        const stepper = await openStepper(planOf({ encoder }));
        const { loss } = await stepper.run({ ...batchOf('batch'), random: createRandom(name) });
        return { loss, state: stepper.read() };
      }),
    );
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0].loss).not.toBe(runs[2].loss);
    expect(runs[0].state.get('norm/mean')).toEqual(runs[2].state.get('norm/mean'));
    expect([...runs[0].state.get('norm/mean')!].every((value) => value !== 0)).toBe(true);
    expect(runs[0].state.get('norm/variance')).not.toEqual(new Float32Array(4).fill(1));
  });
});
