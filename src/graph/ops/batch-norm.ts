import { SamesameError } from '../../base/errors.ts';
import { apply, describeShape, type Node, type OpRule, sameShape, sizeOf, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { multiply } from './multiply.ts';
import { reciprocal } from './reciprocal.ts';
import { reduceSum } from './reduce-sum.ts';
import { reshape } from './reshape.ts';
import { sqrt } from './sqrt.ts';
import { square } from './square.ts';
import { stopGradient } from './stop-gradient.ts';
import { subtract } from './subtract.ts';

interface NormAttributes {
  readonly epsilon: number;
}

/** What batch norm in training gives: the normalised batch, and what the running averages are made of. */
export interface BatchNormResult {
  readonly y: Tensor;
  /** float `[C]` */
  readonly mean: Tensor;
  /** float `[C]`, the mean of the squared deviations (divided by the count, not by the count − 1). */
  readonly variance: Tensor;
}

/** Inputs: x, scale, bias. */
const training: OpRule<NormAttributes> = {
  name: 'batchNorm',
  infer: ([x]) => x,
  compose: ([x, scale, bias], { epsilon }) => {
    const { centred, variance } = statisticsOf(x);
    const factor = multiply(scale, inverseDeviation(variance, epsilon));
    return add(multiply(centred, alongChannels(factor, x)), alongChannels(bias, x));
  },
  gradient: (dy, { inputs: [x, scale], attributes: { epsilon } }, index) => {
    if (index === 2) return sumToChannels(dy);
    const { centred, variance } = statisticsOf(x);
    const inverse = inverseDeviation(variance, epsilon);
    const product = sumToChannels(multiply(dy, centred));
    if (index === 1) return multiply(product, inverse);
    // dx = scale·s·(dy − mean(dy) − (x − μ)·s²·mean(dy·(x − μ))) with s = 1/√(σ² + ε)
    const share = 1 / countOf(x);
    const slope = multiply(multiply(product, share), square(inverse));
    const level = multiply(sumToChannels(dy), share);
    const rest = subtract(dy, multiply(centred, alongChannels(slope, x)));
    return multiply(subtract(rest, alongChannels(level, x)), alongChannels(multiply(scale, inverse), x));
  },
};

/** Inputs: x, scale, bias, mean, variance; the last two are constants to the gradient. */
const inference: OpRule<NormAttributes> = {
  name: 'batchNormInference',
  infer: ([x]) => x,
  emit: (emitter, inputs, { attributes: { epsilon } }) =>
    emitter.node('BatchNormalization', inputs, { epsilon: { float: epsilon } }),
  gradient: (
    dy,
    { inputs: [x, scale, , mean, variance], attributes: { epsilon } }: Node<NormAttributes>,
    index,
  ) => {
    if (index === 2) return sumToChannels(dy);
    const inverse = inverseDeviation(variance, epsilon);
    if (index === 0) return multiply(dy, alongChannels(multiply(scale, inverse), x));
    return multiply(sumToChannels(multiply(dy, subtract(x, alongChannels(mean, x)))), inverse);
  },
};

/**
 * Each channel shifted and scaled to mean 0 and variance 1 over the batch, then by `scale` and `bias`:
 * `y = scale · (x − μ)/√(σ² + ε) + bias`. For training; keep running averages of the returned mean and variance for
 * `batchNormInference`.
 * @param x float `[N, C, H, W]` or `[N, C]`, static
 * @param scale float `[C]`
 * @param bias float `[C]`
 * @param epsilon default 1e-5, as in ONNX and PyTorch; it also keeps a constant channel finite
 * @throws E_SHAPE
 * @example
 * const { y, mean, variance } = batchNorm(x, scale, bias);
 * const nextMean = add(multiply(runningMean, 0.9), multiply(mean, 0.1)); // an output of the step
 * @source Ioffe & Szegedy 2015, "Batch Normalization"
 */
export function batchNorm(x: Tensor, scale: Tensor, bias: Tensor, epsilon = 1e-5): BatchNormResult {
  checkShapes(x, { scale, bias }, 'batchNorm');
  const { mean, variance } = statisticsOf(x);
  return { y: apply(training, [x, scale, bias], { epsilon }), mean, variance };
}

/**
 * Batch norm by given statistics: `y = scale · (x − mean)/√(variance + ε) + bias`. Differentiable in x, scale and
 * bias; the statistics are constants. Behind a convolution whose weights are constants it costs nothing: the runtime
 * folds it into them.
 * @param x float `[N, C, H, W]` or `[N, C]`; N may be open
 * @param scale float `[C]`, as are bias, mean and variance
 * @param epsilon default 1e-5, as in ONNX and PyTorch
 * @throws E_SHAPE
 */
export function batchNormInference(
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  mean: Tensor,
  variance: Tensor,
  epsilon = 1e-5,
): Tensor {
  checkShapes(x, { scale, bias, mean, variance }, 'batchNormInference');
  return apply(inference, [x, scale, bias, stopGradient(mean), stopGradient(variance)], { epsilon });
}

function checkShapes(x: Tensor, vectors: Readonly<Record<string, Tensor>>, user: string): void {
  if (x.shape.length !== 2 && x.shape.length !== 4) {
    throw new SamesameError('E_SHAPE', {
      what: `${user} needs a batch of images or vectors`,
      expected: '[N, C, H, W] or [N, C]',
      received: describeShape(x.shape),
    });
  }
  for (const [name, { shape }] of Object.entries(vectors)) {
    if (sameShape(shape, [x.shape[1]])) continue;
    throw new SamesameError('E_SHAPE', {
      what: `the ${name} of ${user} needs one number for each channel`,
      expected: describeShape([x.shape[1]]),
      received: describeShape(shape),
    });
  }
}

/** Mean `[C]`, deviations `[N, C, …]` and variance `[C]`. Built anew wherever it is needed; compiled once. */
function statisticsOf(x: Tensor): { mean: Tensor; centred: Tensor; variance: Tensor } {
  const share = 1 / countOf(x);
  const mean = multiply(sumToChannels(x), share);
  const centred = subtract(x, alongChannels(mean, x));
  return { mean, centred, variance: multiply(sumToChannels(square(centred)), share) };
}

/** Numbers in one channel of the batch. */
function countOf({ shape }: Tensor): number {
  return sizeOf(shape) / sizeOf(shape.slice(1, 2));
}

function inverseDeviation(variance: Tensor, epsilon: number): Tensor {
  return reciprocal(sqrt(add(variance, epsilon)));
}

/** `[C]` as `[C, 1, 1]`, to broadcast against images. */
function alongChannels(vector: Tensor, x: Tensor): Tensor {
  return x.shape.length === 2 ? vector : reshape(vector, [vector.shape[0], 1, 1]);
}

/** `[N, C, H, W] → [C]`. Rows first: that reduction and the short one after it are twice as fast as both in one. */
function sumToChannels(x: Tensor): Tensor {
  return reduceSum(x.shape.length === 2 ? x : reduceSum(x, [2, 3]), [0]);
}
