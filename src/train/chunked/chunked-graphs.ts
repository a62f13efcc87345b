import { SamesameError } from '../../base/errors.ts';
import { gradients } from '../../graph/gradients.ts';
import { add } from '../../graph/ops/add.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import { input } from '../../graph/ops/source.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { createScope, type Parameter } from '../../nn/scope.ts';
import {
  addPenalty,
  applyObjective,
  buildUpdate,
  describeRandomInput,
  nextOf,
  type RandomInput,
  readBatch,
  type StateEntry,
  type StepPlan,
} from '../step-graph.ts';

/** A training step in four graphs, which hold the activations of a part of the batch at a time. */
export interface ChunkedStep {
  readonly batchSize: number;
  /** Images of a chunk: the same for all, as even as can be. */
  readonly chunkSize: number;
  readonly numChunks: number;
  readonly embeddingSize: number;
  /** `images` or `features` of a chunk → `embeddings` `[chunkSize, D]`, and next values of running statistics. */
  readonly embed: Readonly<Record<string, Tensor>>;
  /**
   * `embeddings` `[N, D]` of the whole batch → `loss` without the weights' share, diagnostics, `gradientOf('embeddings')`,
   * and of what the loss itself learns the gradient, of what it keeps the next value.
   */
  readonly loss: Readonly<Record<string, Tensor>>;
  /**
   * A chunk again, `gradientOf('embeddings')` `[chunkSize, D]` of its rows, and `sumOf(name)` as the chunks before it left
   * them → `nextOf(sumOf(name))`, with its own gradients. Empty where nothing of the network is trained.
   */
  readonly backward: Readonly<Record<string, Tensor>>;
  /** `DATA_LOSS`, `gradientOf(name)` of all that is trained, the state → `loss` with the weights' share, `rate`, the next state. */
  readonly update: Readonly<Record<string, Tensor>>;
  readonly parameters: readonly Parameter[];
  readonly state: readonly StateEntry[];
  readonly diagnostics: readonly string[];
  /** Random bits of a chunk, and of the loss over the batch. */
  readonly randomInputs: { readonly chunk: readonly RandomInput[]; readonly loss: readonly RandomInput[] };
}

export const EMBEDDINGS = 'embeddings';
/** The loss as it goes into the last graph. */
export const DATA_LOSS = 'dataLoss';
/** The gradient of the loss by a parameter, or by the embeddings. */
export const gradientOf = (name: string): string => `gradient/${name}`;
/** That of a network's parameter, summed over the chunks so far. */
export const sumOf = (name: string): string => `sum/${name}`;

/**
 * The same step as `buildStep` describes, for batches whose activations are too many to hold at once: the network runs
 * over one chunk of images after another and keeps nothing but their embeddings; the loss of all of them gives a gradient
 * for each embedding; then each chunk goes through the network again, now with its activations, and passes its embeddings'
 * gradients on to the weights. The sum over chunks is the gradient of the whole batch, by the chain rule, as long as no
 * image's embedding depends on another image.
 *
 * Batch normalisation is where one does: a chunk is then normalised by its own statistics, as it would be as a batch of
 * that size, and running statistics follow one chunk after another.
 * @param chunkSize images that go through the network at once, at most, from 1. Chunks are even: 160 images by 64 are
 *   three chunks of 54, of which the last is filled up with two rows that count for nothing.
 * @throws E_CONFIG
 * @source Gao, Zhang, Han & Callan 2021, "Scaling deep contrastive learning batch size under memory limited setup"
 *   (GradCache), section 3
 */
export function buildChunkedStep(plan: StepPlan, chunkSize: number): ChunkedStep {
  if (!Number.isInteger(chunkSize) || chunkSize < 1) {
    throw new SamesameError('E_CONFIG', {
      what: 'a batch cannot be cut into chunks of this size',
      expected: 'chunkSize as a whole number of images from 1',
      received: String(chunkSize),
    });
  }
  const { batchSize } = plan;
  const numChunks = Math.ceil(batchSize / chunkSize);
  const size = Math.ceil(batchSize / numChunks);

  const collected = createScope({ training: true });
  const chunk = plan.encoder.layer(readBatch({ ...plan, batchSize: size }), collected.scope);
  const network = collected.parameters;
  const numRandom = collected.randomInputs.length;
  const embeddingSize = chunk.shape[1] as number;
  const whole = input(EMBEDDINGS, 'float32', [batchSize, embeddingSize]);
  const { loss, diagnostics } = applyObjective(plan, whole, collected.scope);

  const { parameters, updates } = collected;
  const isOfNetwork = new Set(network);
  const nextValues = (ofNetwork: boolean) =>
    Object.fromEntries(
      [...updates]
        .filter(([parameter]) => isOfNetwork.has(parameter) === ofNetwork)
        .map(([{ name }, value]) => [nextOf(name), value]),
    );
  const trained = parameters.filter(({ trainable }) => trainable);
  const trainedByLoss = trained.filter((parameter) => !isOfNetwork.has(parameter));
  const [byEmbeddings, ...byLossParameters] = gradients(loss, [
    whole,
    ...trainedByLoss.map(({ tensor }) => tensor),
  ]);
  const { total, rates, next, state } = describeUpdate(plan, parameters, trained);
  const randomInputs = collected.randomInputs.map(describeRandomInput);

  return {
    batchSize,
    chunkSize: size,
    numChunks,
    embeddingSize,
    embed: { [EMBEDDINGS]: chunk, ...nextValues(true) },
    loss: {
      loss,
      ...diagnostics,
      [gradientOf(EMBEDDINGS)]: byEmbeddings,
      ...Object.fromEntries(trainedByLoss.map(({ name }, i) => [gradientOf(name), byLossParameters[i]])),
      ...nextValues(false),
    },
    backward: sumGradients(
      chunk,
      trained.filter((parameter) => isOfNetwork.has(parameter)),
    ),
    update: { loss: total, ...rates, ...next },
    parameters,
    state,
    diagnostics: Object.keys(diagnostics),
    randomInputs: { chunk: randomInputs.slice(0, numRandom), loss: randomInputs.slice(numRandom) },
  };
}

/** `Σ embeddings · g` with g fed has the gradient that the loss would pass on through these embeddings. */
function sumGradients(chunk: Tensor, trained: readonly Parameter[]): Record<string, Tensor> {
  if (trained.length === 0) return {};
  const passedOn = reduceSum(
    multiply(chunk, input(gradientOf(EMBEDDINGS), 'float32', chunk.shape as number[])),
  );
  const own = gradients(
    passedOn,
    trained.map(({ tensor }) => tensor),
  );
  return Object.fromEntries(
    trained.map(({ name, shape }, i) => [
      nextOf(sumOf(name)),
      add(input(sumOf(name), 'float32', shape), own[i]),
    ]),
  );
}

/** The optimiser on gradients that are fed. Running statistics and memories are fed as they already are after the step. */
function describeUpdate(plan: StepPlan, parameters: readonly Parameter[], trained: readonly Parameter[]) {
  const fedLoss = input(DATA_LOSS, 'float32', []);
  const total = addPenalty(fedLoss, trained, plan.l2 ?? 0);
  const fed = trained.map(({ name, shape }) => input(gradientOf(name), 'float32', shape));
  const penalised = trained.filter(({ l2, decays }) => l2 + (decays ? (plan.l2 ?? 0) : 0) !== 0);
  const ofPenalty =
    penalised.length === 0
      ? []
      : gradients(
          total,
          penalised.map(({ tensor }) => tensor),
        );
  const raw = trained.map((parameter, i) => {
    const place = penalised.indexOf(parameter);
    return place < 0 ? fed[i] : add(fed[i], ofPenalty[place]);
  });
  return { total, ...buildUpdate(plan, { parameters, updates: new Map() }, raw) };
}
