import { SamesameError } from '../base/errors.ts';
import { type Dim, describeShape } from './tensor.ts';

/**
 * A length as a count of an open length: `12*batch` is 12 of `batch`, `batch` is 1 of it, a number has no symbol. Where it
 * matters how the two lie in each other, `batch*12` has 12 for each of the batch, and `5*batch*2` has the batch between.
 */
export interface SplitDim {
  readonly count: number;
  readonly symbol: string | undefined;
  /** The part of `count` that lies outside of the open length. Default all of it. */
  readonly outer?: number;
}

/** A length taken apart. */
export function splitDim(dim: Dim): Required<SplitDim> {
  if (typeof dim === 'number') return { count: dim, symbol: undefined, outer: dim };
  const [, outer = '1', symbol, inner = '1'] = /^(?:(\d+)\*)?(.+?)(?:\*(\d+))?$/.exec(dim)!;
  return { count: Number(outer) * Number(inner), symbol, outer: Number(outer) };
}

/** A length put together again. */
export function joinDim({ count, symbol, outer = count }: SplitDim): Dim {
  if (symbol === undefined) return count;
  const before = outer === 1 ? '' : `${outer}*`;
  return count === outer ? `${before}${symbol}` : `${before}${symbol}*${count / outer}`;
}

/** The product of lengths, at most one of them open. @throws E_SHAPE where more are */
export function productOfDims(dims: readonly Dim[]): Dim {
  return dims.reduce((product, dim) => {
    const [a, b] = [splitDim(product), splitDim(dim)];
    if (a.symbol !== undefined && b.symbol !== undefined) {
      throw new SamesameError('E_SHAPE', {
        what: 'two open lengths cannot be multiplied',
        expected: 'at most one open axis',
        received: describeShape(dims),
      });
    }
    return joinDim({ count: a.count * b.count, symbol: a.symbol ?? b.symbol });
  }, 1);
}
