import { SamesameError } from '../base/errors.ts';
import { type Dim, describeShape } from './tensor.ts';

/** A length as a count of an open length: `12*batch` is 12 of `batch`, `batch` is 1 of it, a number has no symbol. */
export interface SplitDim {
  readonly count: number;
  readonly symbol: string | undefined;
}

/** A length taken apart. */
export function splitDim(dim: Dim): SplitDim {
  if (typeof dim === 'number') return { count: dim, symbol: undefined };
  const [, count, symbol] = /^(\d+)\*(.+)$/.exec(dim) ?? [];
  return symbol === undefined ? { count: 1, symbol: dim } : { count: Number(count), symbol };
}

/** A length put together again. */
export function joinDim({ count, symbol }: SplitDim): Dim {
  if (symbol === undefined) return count;
  return count === 1 ? symbol : `${count}*${symbol}`;
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
