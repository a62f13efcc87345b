import { SamesameError } from '../../base/errors.ts';
import { apply, describeShape, type OpRule, sameShape, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { multiply } from './multiply.ts';
import { reciprocal } from './reciprocal.ts';
import { reduceMean } from './reduce-mean.ts';
import { sqrt } from './sqrt.ts';
import { square } from './square.ts';
import { subtract } from './subtract.ts';
import { sumTo } from './sum-to.ts';

/** Inputs: x, scale, bias. */
const rule: OpRule<{ readonly epsilon: number }> = {
  name: 'layerNorm',
  infer: ([x]) => x,
  emit: (emitter, inputs, { inputs: [, scale], attributes: { epsilon } }) =>
    emitter.node('LayerNormalization', inputs, { axis: -scale.shape.length, epsilon: { float: epsilon } }),
  gradient: (dy, { inputs: [x, scale, bias], attributes: { epsilon } }, index) => {
    if (index === 2) return sumTo(dy, bias.shape);
    const axes = scale.shape.map((_, i) => i - scale.shape.length);
    const mean = (values: Tensor) => reduceMean(values, axes, { keepDims: true });
    const centred = subtract(x, mean(x));
    const inverse = reciprocal(sqrt(add(mean(square(centred)), epsilon)));
    const normal = multiply(centred, inverse);
    if (index === 1) return sumTo(multiply(dy, normal), scale.shape);
    // dx = s·(g − mean(g) − x̂·mean(g·x̂)) with g = dy·scale
    const g = multiply(dy, scale);
    const rest = subtract(subtract(g, mean(g)), multiply(normal, mean(multiply(g, normal))));
    return multiply(rest, inverse);
  },
};

/**
 * Each example shifted and scaled to mean 0 and variance 1 over its last axes, then by `scale` and `bias`.
 * @param x float `[…, D]`
 * @param scale float of the shape of the last axes of x: `[D]`, or more axes
 * @param bias float of the same shape
 * @param epsilon default 1e-5, as in ONNX and PyTorch; it also keeps a constant row finite
 * @throws E_SHAPE
 * @source Ba, Kiros & Hinton 2016, "Layer Normalization"
 */
export function layerNorm(x: Tensor, scale: Tensor, bias: Tensor, epsilon = 1e-5): Tensor {
  const numAxes = scale.shape.length;
  const isTail = numAxes > 0 && sameShape(scale.shape, x.shape.slice(-numAxes));
  if (!isTail || !sameShape(bias.shape, scale.shape)) {
    throw new SamesameError('E_SHAPE', {
      what: 'layerNorm needs a scale and a bias for the last axes',
      expected: `twice the last axes of ${describeShape(x.shape)}`,
      received: `scale ${describeShape(scale.shape)}, bias ${describeShape(bias.shape)}`,
    });
  }
  return apply(rule, [x, scale, bias], { epsilon });
}
