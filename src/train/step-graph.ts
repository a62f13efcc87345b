import { gradients } from '../graph/gradients.ts';
import { add } from '../graph/ops/add.ts';
import { cast } from '../graph/ops/cast.ts';
import { divide } from '../graph/ops/divide.ts';
import { maximum } from '../graph/ops/maximum.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { reduceSum } from '../graph/ops/reduce-sum.ts';
import { reshape } from '../graph/ops/reshape.ts';
import { slice } from '../graph/ops/slice.ts';
import { input } from '../graph/ops/source.ts';
import { sqrt } from '../graph/ops/sqrt.ts';
import { square } from '../graph/ops/square.ts';
import { sizeOf, type Tensor } from '../graph/tensor.ts';
import type { BatchLoss, LossOutput } from '../loss/types.ts';
import { fromPixels, type PixelScale } from '../nn/layers/pixels.ts';
import type { Encoder, ImageShape } from '../nn/networks/encoder.ts';
import { type Collected, createScope, type Parameter, type Scope } from '../nn/scope.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import type { Schedule } from './schedules.ts';
import { STEP_COUNT } from './step-count.ts';
import { averageOf, nextAverage } from './weight-average.ts';

/** Everything that one training step computes. */
export interface StepPlan {
  readonly encoder: Encoder;
  readonly imageShape: ImageShape;
  readonly pixelScale: PixelScale;
  /** Images in a batch. In pairs mode the first half are left images, the second half right ones. */
  readonly batchSize: number;
  readonly objective: Objective;
  /** C, where labels are whole numbers from 0 to C − 1: for losses that keep something for each class. */
  readonly numClasses?: number;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Scale the gradient down to this length where it is longer. Default: no limit. */
  readonly clipNorm?: number;
  /** Adds `l2 · Σ weight²` to the loss, beside what layers add of their own. Default 0. */
  readonly l2?: number;
  /** Keep running means of all parameters, of which a step keeps this share. Default 0: none are kept. */
  readonly averageDecay?: number;
}

/** What is minimised: a function of a batch and its labels, or of explicit pairs. */
export type Objective =
  | { readonly kind: 'batch'; readonly loss: BatchLoss }
  | { readonly kind: 'pairs'; loss(left: Tensor, right: Tensor, similar: Tensor, scope: Scope): LossOutput };

/** The described step and the names that its runner needs. */
export interface StepGraph {
  /** Loss, rate, diagnostics and the next state by name, ready to be compiled for a runtime. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Gradient of the loss by trainable parameter, before clipping. Not an output of the step: for who wants to look. */
  readonly gradients: Readonly<Record<string, Tensor>>;
  readonly parameters: readonly Parameter[];
  /** Every array that a step turns into its next value: parameters, their slots, the step count. */
  readonly state: readonly StateEntry[];
  /** Named scalars beside the loss. */
  readonly diagnostics: readonly string[];
  /** Int32 inputs that want fresh random bits. */
  readonly randomInputs: readonly RandomInput[];
}

export interface StateEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** The parameter that it is, where it is one; other state begins at 0. */
  readonly parameter?: Parameter;
}

/** The output that carries the next value of a state entry. */
export const nextOf = (name: string): string => `next/${name}`;

/**
 * Builds the training step as one graph.
 *
 * Inputs: `images` uint8 `[N, H, W, C]`, or with a frozen trunk its `features` float16 `[N, …]`; `labels` int32 `[N]` or `similar` float32 `[N/2]`; random bits; the state.
 * Outputs: `loss`, `rate`, the diagnostics, and the next state.
 */
export function buildStep(plan: StepPlan): StepGraph {
  const collected = createScope({ training: true });
  const { scope } = collected;
  const embeddings = plan.encoder.layer(readBatch(plan), scope);
  const { loss: dataLoss, diagnostics } = applyObjective(plan, embeddings, scope);

  const { parameters, updates, randomInputs } = collected;
  const trainable = parameters.filter((parameter) => parameter.trainable);
  const loss = addPenalty(dataLoss, trainable, plan.l2 ?? 0);
  const raw = gradients(
    loss,
    trainable.map(({ tensor }) => tensor),
  );
  const { rates, next, state } = buildUpdate(plan, { parameters, updates }, raw);

  return {
    outputs: { loss, ...rates, ...diagnostics, ...next },
    gradients: Object.fromEntries(trainable.map(({ name }, i) => [name, raw[i]])),
    parameters,
    state,
    diagnostics: Object.keys(diagnostics),
    randomInputs: randomInputs.map(describeRandomInput),
  };
}

interface UpdateGraph {
  readonly rates: Readonly<Record<string, Tensor>>;
  readonly next: Readonly<Record<string, Tensor>>;
  readonly state: readonly StateEntry[];
}

/**
 * What the optimiser makes of gradients: the scalars `rate` and, with a limit, `gradientNorm`; and under `nextOf(name)` the
 * next value of every state entry.
 * @param raw gradient of the loss by trainable parameter, in the order of `parameters`, before clipping
 */
export function buildUpdate(
  plan: Pick<StepPlan, 'optimizer' | 'schedule' | 'clipNorm' | 'averageDecay'>,
  { parameters, updates }: Pick<Collected, 'parameters' | 'updates'>,
  raw: readonly Tensor[],
): UpdateGraph {
  const trainable = parameters.filter((parameter) => parameter.trainable);
  const { scaled, norm } = clip(raw, plan.clipNorm);
  const count = input(STEP_COUNT, 'float32', []);
  const step = add(count, 1);
  const learningRate = plan.schedule(count);
  const state: StateEntry[] = [{ name: STEP_COUNT, shape: [] }];
  const next: Record<string, Tensor> = { [nextOf(STEP_COUNT)]: step };
  for (const parameter of parameters) {
    state.push({ name: parameter.name, shape: parameter.shape, parameter });
    if (!parameter.trainable) next[nextOf(parameter.name)] = updates.get(parameter) ?? parameter.tensor;
  }
  trainable.forEach((parameter, i) => {
    const slotNames = plan.optimizer.slots.map((slot) => `${parameter.name}@${slot}`);
    const result = plan.optimizer.update({
      parameter: asRow(parameter.tensor),
      gradient: asRow(scaled[i]),
      slots: slotNames.map((name) => asRow(input(name, 'float32', parameter.shape))),
      step,
      learningRate: parameter.rate === 1 ? learningRate : multiply(learningRate, parameter.rate),
      decays: parameter.decays,
    });
    next[nextOf(parameter.name)] = reshape(result.parameter, parameter.shape);
    slotNames.forEach((name, slot) => {
      state.push({ name, shape: parameter.shape });
      next[nextOf(name)] = reshape(result.slots[slot], parameter.shape);
    });
  });

  const { averageDecay = 0 } = plan;
  for (const { name, shape } of averageDecay > 0 ? parameters : []) {
    const mean = input(averageOf(name), 'float32', shape);
    state.push({ name: averageOf(name), shape });
    next[nextOf(averageOf(name))] = nextAverage(mean, next[nextOf(name)], count, averageDecay);
  }
  return { rates: { rate: learningRate, ...(norm && { gradientNorm: norm }) }, next, state };
}

/** An input that wants fresh random bits. */
export interface RandomInput {
  readonly name: string;
  readonly length: number;
  readonly shape: readonly number[];
}

export function describeRandomInput({ node, shape }: Tensor): RandomInput {
  return {
    name: (node.attributes as { name: string }).name,
    shape: shape as number[],
    length: (shape as number[]).reduce((product, dim) => product * dim, 1),
  };
}

/**
 * The elements in a row, for arithmetic with numbers: where a last axis has length 1, as in the weight of a 1×1
 * convolution, ONNX Runtime takes one element after another (6 ns each), and else as many as the processor can at once.
 */
function asRow(x: Tensor): Tensor {
  return x.shape.length > 1 && x.shape.at(-1) === 1 ? reshape(x, [sizeOf(x.shape)]) : x;
}

/** The images of a batch as the network reads them. */
export function readBatch({ encoder: { trunk }, imageShape, pixelScale, batchSize }: StepPlan): Tensor {
  if (trunk !== undefined)
    return cast(input('features', 'float16', [batchSize, ...trunk.featureShape]), 'float32');
  const { height, width, channels } = imageShape;
  return fromPixels(input('images', 'uint8', [batchSize, height, width, channels]), pixelScale);
}

/** The scope under which a loss keeps what it learns beside the network. */
export const LOSS_SCOPE = 'loss';

/** The loss of a batch's embeddings. */
export function applyObjective(plan: StepPlan, embeddings: Tensor, scope: Scope): LossOutput {
  const { objective, batchSize, numClasses } = plan;
  if (objective.kind === 'batch') {
    const labels = input('labels', 'int32', [batchSize]);
    return objective.loss(embeddings, labels, { scope: scope.within(LOSS_SCOPE), numClasses });
  }
  const half = batchSize / 2;
  const left = slice(embeddings, [0], [half]);
  const right = slice(embeddings, [half], [batchSize]);
  return objective.loss(left, right, input('similar', 'float32', [half]), scope);
}

/** The loss and what weights weigh in it. */
export function addPenalty(loss: Tensor, parameters: readonly Parameter[], l2: number): Tensor {
  const penalties = parameters.flatMap(({ tensor, decays, l2: own }) => {
    const factor = own + (decays ? l2 : 0);
    return factor === 0 ? [] : [multiply(reduceSum(square(tensor)), factor)];
  });
  return penalties.reduce((sum, penalty) => add(sum, penalty), loss);
}

/** All gradients scaled by `limit / norm` where their common norm is above the limit (Pascanu et al. 2013). */
function clip(
  all: readonly Tensor[],
  limit: number | undefined,
): { scaled: readonly Tensor[]; norm?: Tensor } {
  if (limit === undefined) return { scaled: all };
  const norm = sqrt(
    all.map((gradient) => reduceSum(square(gradient))).reduce((sum, value) => add(sum, value)),
  );
  const factor = divide(limit, maximum(norm, limit));
  return { scaled: all.map((gradient) => multiply(gradient, factor)), norm };
}
