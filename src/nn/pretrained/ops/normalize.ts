import { add } from '../../../graph/ops/add.ts';
import { batchNormInference } from '../../../graph/ops/batch-norm.ts';
import { type ConvAttributes, conv2d, convRule } from '../../../graph/ops/conv2d.ts';
import { layerNorm } from '../../../graph/ops/layer-norm.ts';
import { multiply } from '../../../graph/ops/multiply.ts';
import { reciprocal } from '../../../graph/ops/reciprocal.ts';
import { reduceMean } from '../../../graph/ops/reduce-mean.ts';
import { reshape } from '../../../graph/ops/reshape.ts';
import { constant, full } from '../../../graph/ops/source.ts';
import { sqrt } from '../../../graph/ops/sqrt.ts';
import { square } from '../../../graph/ops/square.ts';
import { subtract } from '../../../graph/ops/subtract.ts';
import type { OpRule, Tensor } from '../../../graph/tensor.ts';
import { asKnown, numberAttribute, present, refuse } from '../attributes.ts';
import type { Translate } from '../builder.ts';
import { floatsOf, toTensor } from '../values.ts';

/**
 * Batch norm by the running statistics of the file, which stay as they are: `y = x·f + g` with `f = scale/√(σ² + ε)` and
 * `g = bias − μ·f`. Where its weights are learned and a convolution lies before it, both are done to the weight of the
 * convolution: the gradient is the same, and no pass over the image is needed, forward or back.
 */
const batchNorm: Translate = ([x, scale, bias, mean, variance], node, builder) => {
  const image = toTensor(present(x, 'input'));
  refuse(
    numberAttribute(node, 'training_mode', 0) !== 0,
    'batch norm of a training graph',
    'an inference graph',
  );
  refuse(
    numberAttribute(node, 'spatial', 1) === 0,
    'batch norm that is not by channel',
    'one number a channel',
  );
  const gamma = builder.weight(present(scale, 'scale'), 'offset');
  const beta = builder.weight(present(bias, 'bias'), 'offset');
  const epsilon = numberAttribute(node, 'epsilon', 1e-5);
  const [mu, sigma2] = [asKnown(mean, 'mean'), asKnown(variance, 'variance')];
  const isConv = image.node.rule === (convRule as OpRule<unknown>);
  if (!(builder.trains && isConv) && [2, 4].includes(image.shape.length)) {
    return batchNormInference(image, gamma, beta, toTensor(mu), toTensor(sigma2), epsilon);
  }
  const inverse = floatsOf(sigma2).map((value) => 1 / Math.sqrt(value + epsilon));
  const factor = multiply(gamma, constant(inverse, sigma2.shape));
  const offset = subtract(beta, multiply(toTensor(mu), factor));
  if (!isConv) {
    const trailing = image.shape.slice(2).map(() => 1);
    const along = (vector: Tensor) => reshape(vector, [vector.shape[0], ...trailing]);
    return add(multiply(image, along(factor)), along(offset));
  }
  const [input, weight, convBias] = image.node.inputs;
  const { strides, pads, dilations, groups } = image.node.attributes as ConvAttributes;
  return conv2d(input, multiply(weight, reshape(factor, [-1, 1, 1, 1])), {
    stride: strides,
    padding: pads,
    dilation: dilations,
    groups,
    bias: convBias === undefined ? offset : add(offset, multiply(convBias, factor)),
  });
};

const layerNormalization: Translate = ([x, scale, bias], node, builder) => {
  const value = toTensor(present(x, 'input'));
  const gamma = builder.weight(present(scale, 'scale'), 'offset');
  const axis = numberAttribute(node, 'axis', -1);
  const numAxes = axis < 0 ? -axis : value.shape.length - axis;
  refuse(gamma.shape.length !== numAxes, `a scale of ${gamma.shape.length} axes over ${numAxes}`);
  const beta = bias === undefined ? full(gamma.shape as number[], 0) : builder.weight(bias, 'offset');
  return layerNorm(value, gamma, beta, numberAttribute(node, 'epsilon', 1e-5));
};

/** Each channel of each image by its own mean and variance. */
const instanceNorm: Translate = ([x, scale, bias], node, builder) => {
  const image = toTensor(present(x, 'input'));
  const axes = image.shape.map((_, axis) => axis).slice(2);
  const mean = (value: Tensor) => reduceMean(value, axes, { keepDims: true });
  const along = (vector: Tensor) => reshape(vector, [vector.shape[0], ...axes.map(() => 1)]);
  const centred = subtract(image, mean(image));
  const deviation = sqrt(add(mean(square(centred)), numberAttribute(node, 'epsilon', 1e-5)));
  const gamma = builder.weight(present(scale, 'scale'), 'offset');
  const beta = builder.weight(present(bias, 'bias'), 'offset');
  return add(multiply(multiply(centred, reciprocal(deviation)), along(gamma)), along(beta));
};

export const NORMALIZE: Readonly<Record<string, Translate>> = {
  BatchNormalization: batchNorm,
  LayerNormalization: layerNormalization,
  InstanceNormalization: instanceNorm,
};
