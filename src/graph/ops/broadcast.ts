import { SamesameError } from '../../base/errors.ts';
import { type Dim, describeShape, type Shape, type Tensor } from '../tensor.ts';
import { scalar } from './source.ts';

/** A tensor, or a number that stands for a scalar constant of the other operand's type. */
export type Operand = Tensor | number;

/** Both operands as tensors of one type. At least one of them must be a tensor. @throws E_DTYPE */
export function toTensors(a: Operand, b: Operand, user: string): [Tensor, Tensor] {
  const reference = typeof a !== 'number' ? a : typeof b !== 'number' ? b : scalar(0);
  const left = typeof a === 'number' ? scalar(a, reference.dtype) : a;
  const right = typeof b === 'number' ? scalar(b, reference.dtype) : b;
  if (left.dtype !== right.dtype) {
    throw new SamesameError('E_DTYPE', {
      what: `${user} was given two element types`,
      expected: 'operands of one type',
      received: `${left.dtype} and ${right.dtype}`,
      help: 'cast one of them',
    });
  }
  return [left, right];
}

/** The shape of two shapes broadcast against each other, axes aligned at the end (NumPy's rule). @throws E_SHAPE */
export function broadcastShapes(a: Shape, b: Shape, user: string): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new SamesameError('E_SHAPE', {
      what: `${user} cannot broadcast its operands`,
      expected: 'each pair of axes, aligned at the end, equal or 1',
      received: `${describeShape(a)} and ${describeShape(b)}`,
    });
  });
}

/** The axes of `to` along which a tensor of shape `from` is repeated, and how many leading axes `from` lacks. */
export function broadcastAxes(from: Shape, to: Shape): { axes: number[]; numNew: number } {
  const numNew = to.length - from.length;
  const axes: number[] = [];
  for (let i = 0; i < to.length; i++) {
    if (i < numNew || (from[i - numNew] === 1 && to[i] !== 1)) axes.push(i);
  }
  return { axes, numNew };
}
