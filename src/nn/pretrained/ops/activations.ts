import { productOfDims } from '../../../graph/dims.ts';
import { abs } from '../../../graph/ops/abs.ts';
import { add } from '../../../graph/ops/add.ts';
import { clip } from '../../../graph/ops/clip.ts';
import { divide } from '../../../graph/ops/divide.ts';
import { exp } from '../../../graph/ops/exp.ts';
import { gelu } from '../../../graph/ops/gelu.ts';
import { hardSigmoid } from '../../../graph/ops/hard-sigmoid.ts';
import { hardSwish } from '../../../graph/ops/hard-swish.ts';
import { leakyRelu } from '../../../graph/ops/leaky-relu.ts';
import { logSoftmax } from '../../../graph/ops/log-softmax.ts';
import { multiply } from '../../../graph/ops/multiply.ts';
import { negate } from '../../../graph/ops/negate.ts';
import { pow } from '../../../graph/ops/pow.ts';
import { relu } from '../../../graph/ops/relu.ts';
import { relu6 } from '../../../graph/ops/relu6.ts';
import { reshape } from '../../../graph/ops/reshape.ts';
import { sigmoid } from '../../../graph/ops/sigmoid.ts';
import { silu } from '../../../graph/ops/silu.ts';
import { softmax } from '../../../graph/ops/softmax.ts';
import { softplus } from '../../../graph/ops/softplus.ts';
import { subtract } from '../../../graph/ops/subtract.ts';
import { tanh } from '../../../graph/ops/tanh.ts';
import type { OnnxNode } from '../../../graph/read.ts';
import type { Tensor } from '../../../graph/tensor.ts';
import { asKnown, numberAttribute, present, stringAttribute } from '../attributes.ts';
import type { Builder, Translate } from '../builder.ts';
import { numberOf, toTensor, type Value } from '../values.ts';

const activation = (build: (x: Tensor, node: OnnxNode, builder: Builder) => Tensor): Translate => {
  return ([x], node, builder) => build(toTensor(present(x, 'input')), node, builder);
};

/** Bounds were attributes up to operator set 10 and are inputs since. One that is left out binds nothing. */
const clipValue: Translate = ([x, min, max], node) => {
  const bound = (input: Value | undefined, name: string, otherwise: number) =>
    input === undefined ? numberAttribute(node, name, otherwise) : numberOf(asKnown(input, name));
  const LARGEST = 3.4028234663852886e38;
  const [low, high] = [bound(min, 'min', -LARGEST), bound(max, 'max', LARGEST)];
  const value = toTensor(present(x, 'input'));
  if (low === 0 && (high >= LARGEST || high === 6)) return high === 6 ? relu6(value) : relu(value);
  return clip(value, low, high);
};

/** `max(0, min(1, alpha·x + beta))`. */
function hardSigmoidOf(x: Tensor, node: OnnxNode): Tensor {
  const alpha = numberAttribute(node, 'alpha', 0.2);
  const beta = numberAttribute(node, 'beta', 0.5);
  if (Math.abs(alpha - 1 / 6) < 1e-6 && beta === 0.5) return hardSigmoid(x);
  return clip(add(multiply(x, alpha), beta), 0, 1);
}

/** `x` above 0, `alpha·(eˣ − 1)` below. */
function elu(x: Tensor, alpha: number): Tensor {
  const below = negate(relu(negate(x)));
  return add(relu(x), multiply(subtract(exp(below), 1), alpha));
}

/** `x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2`. */
function tanhGelu(x: Tensor): Tensor {
  const inner = multiply(add(x, multiply(pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
  return multiply(multiply(x, 0.5), add(tanh(inner), 1));
}

/** Up to operator set 12 all axes from `axis` on are one, and the default is axis 1. */
function alongAxis(of: (x: Tensor, axis: number) => Tensor) {
  return (x: Tensor, node: OnnxNode, { opset }: Builder) => {
    if (opset >= 13) return of(x, numberAttribute(node, 'axis', -1));
    const { shape } = x;
    const given = numberAttribute(node, 'axis', 1);
    const axis = given < 0 ? given + shape.length : given;
    if (axis === shape.length - 1) return of(x, -1);
    return reshape(of(reshape(x, [...shape.slice(0, axis), productOfDims(shape.slice(axis))]), -1), shape);
  };
}

const slopes: Translate = ([x, slope], _node, builder) => {
  const value = toTensor(present(x, 'input'));
  const below = negate(relu(negate(value)));
  return add(relu(value), multiply(below, builder.weight(present(slope, 'slope'), 'offset')));
};

export const ACTIVATIONS: Readonly<Record<string, Translate>> = {
  Relu: activation((x) => relu(x)),
  LeakyRelu: activation((x, node) => leakyRelu(x, numberAttribute(node, 'alpha', 0.01))),
  PRelu: slopes,
  Elu: activation((x, node) => elu(x, numberAttribute(node, 'alpha', 1))),
  Selu: activation((x, node) =>
    multiply(
      elu(x, numberAttribute(node, 'alpha', 1.6732632423543772)),
      numberAttribute(node, 'gamma', 1.0507009873554805),
    ),
  ),
  Sigmoid: activation((x) => sigmoid(x)),
  Swish: activation((x, node) => {
    const alpha = numberAttribute(node, 'alpha', 1);
    return alpha === 1 ? silu(x) : multiply(x, sigmoid(multiply(x, alpha)));
  }),
  HardSigmoid: activation(hardSigmoidOf),
  HardSwish: activation((x) => hardSwish(x)),
  Tanh: activation((x) => tanh(x)),
  Softplus: activation((x) => softplus(x)),
  Softsign: activation((x) => divide(x, add(abs(x), 1))),
  Mish: activation((x) => multiply(x, tanh(softplus(x)))),
  Gelu: activation((x, node) =>
    stringAttribute(node, 'approximate', 'none') === 'tanh' ? tanhGelu(x) : gelu(x),
  ),
  QuickGelu: activation((x, node) =>
    multiply(x, sigmoid(multiply(x, numberAttribute(node, 'alpha', 1.702)))),
  ),
  Clip: clipValue,
  Softmax: activation(alongAxis(softmax)),
  LogSoftmax: activation(alongAxis(logSoftmax)),
};
