import { SamesameError } from '../../base/errors.ts';
import { joinDim, productOfDims, splitDim } from '../../graph/dims.ts';
import { type Dim, describeShape, type Shape } from '../../graph/tensor.ts';

/**
 * The shape that a Reshape gives, whatever the size of the batch, which is an open length.
 *
 * A file that was written for one image says `[1, 196, 768]` or `[12, 50, 64]` where any batch would have
 * `[N, 196, 768]` or `[N·12, 50, 64]`. The batch goes where as many elements lie before it as in `from`: in row-major order
 * that is its place.
 * @param target as in ONNX: 0 copies a length, one −1 is worked out
 * @throws E_MODEL where the elements cannot be laid out so
 */
export function resolveReshape(
  from: Shape,
  target: readonly Dim[],
  { copiesZeros, hasBatchOfOne }: { readonly copiesZeros: boolean; readonly hasBatchOfOne: boolean },
): Dim[] {
  const copied = target.map((dim, i) => (dim === 0 && copiesZeros ? from[i] : dim));
  const batchAxis = from.findIndex((dim) => typeof dim === 'string');
  const isPlaced = copied.some((dim) => typeof dim === 'string');
  if (!hasBatchOfOne || batchAxis < 0 || isPlaced) return workOut(from, copied);

  const single = from.map((dim) => splitDim(dim).count);
  const shape = workOut(single, copied).map(Number);
  const { symbol, outer } = splitDim(from[batchAxis]);
  const placed = placeBatch(shape, product(single.slice(0, batchAxis)) * outer);
  if (product(shape) !== product(single) || placed === undefined) throw misfit(from, target);
  return shape.map((dim, i) =>
    i === placed.axis ? joinDim({ count: dim, symbol, outer: placed.outer }) : dim,
  );
}

/**
 * The axis of `shape` that the batch goes into when `numBefore` elements lie before it, and how much of that axis lies
 * outside of it: an axis of length 1 that stands for it; an axis that it begins; an axis that it ends.
 */
function placeBatch(
  shape: readonly number[],
  numBefore: number,
): { readonly axis: number; readonly outer: number } | undefined {
  const before = shape.map((_, i) => product(shape.slice(0, i)));
  const own = shape.findIndex((dim, i) => dim === 1 && before[i] === numBefore);
  if (own >= 0) return { axis: own, outer: 1 };
  // Not the last axis: [L, N, D] becomes [L·N, D] and not [L, N·D].
  const begun = shape.findIndex((_, i) => before[i] === numBefore && (i === 0 || i < shape.length - 1));
  if (begun >= 0) return { axis: begun, outer: 1 };
  const ended = shape.findIndex((dim, i) => before[i] < numBefore && (before[i] * dim) % numBefore === 0);
  return ended < 0 ? undefined : { axis: ended, outer: numBefore / before[ended] };
}

/** Replaces a −1. */
function workOut(from: Shape, target: readonly Dim[]): Dim[] {
  const unknown = target.indexOf(-1);
  if (unknown < 0) return [...target];
  const all = splitDim(productOfDims(from));
  const given = splitDim(productOfDims(target.filter((_, i) => i !== unknown)));
  const count = all.count / given.count;
  if (!Number.isInteger(count) || (given.symbol !== undefined && given.symbol !== all.symbol)) {
    throw misfit(from, target);
  }
  const symbol = given.symbol === undefined ? all.symbol : undefined;
  return target.map((dim, i) => (i === unknown ? joinDim({ count, symbol }) : dim));
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total * length, 1);
}

function misfit(from: Shape, target: readonly Dim[]): SamesameError {
  return new SamesameError('E_MODEL', {
    what: 'it reshapes a batch in a way that depends on its size',
    expected: `a shape of the elements of ${describeShape(from)}`,
    received: describeShape(target),
    help: 'export the network with an open batch axis',
  });
}
