import { type Shape, sameShape, staticShape, type Tensor } from '../tensor.ts';
import { broadcastAxes } from './broadcast.ts';
import { reduceSum } from './reduce-sum.ts';
import { reshape } from './reshape.ts';

/** Undoes a broadcast: sums `x` over the axes along which a tensor of `shape` was repeated to become like `x`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const { axes } = broadcastAxes(shape, x.shape);
  const summed = axes.length === 0 ? x : reduceSum(x, axes, { keepDims: true });
  return reshape(summed, staticShape(shape, 'undoing a broadcast'));
}
