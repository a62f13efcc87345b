import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { averagePool2d } from './average-pool.ts';
import { multiply } from './multiply.ts';

interface UpsampleAttributes {
  readonly factors: readonly [number, number];
}

const rule: OpRule<UpsampleAttributes> = {
  name: 'upsampleNearest',
  infer: ([x], { factors }) => ({
    dtype: x.dtype,
    shape: [...x.shape.slice(0, 2), ...factors.map((factor, i) => Number(x.shape[2 + i]) * factor)],
  }),
  emit: (emitter, [x], { attributes: { factors } }) =>
    emitter.node('Resize', [x, '', emitter.constant('float32', [4], Float32Array.of(1, 1, ...factors))], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
  gradient: (dy, { attributes: { factors } }) =>
    multiply(averagePool2d(dy, factors), factors[0] * factors[1]),
};

/** Each pixel of `[N, C, H, W]` repeated `factors[0]` times down and `factors[1]` times across. */
export function upsampleNearest(x: Tensor, factors: readonly [number, number]): Tensor {
  return factors.every((factor) => factor === 1) ? x : apply(rule, [x], { factors });
}
