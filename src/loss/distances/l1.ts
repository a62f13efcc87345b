import { abs } from '../../graph/ops/abs.ts';
import { concat } from '../../graph/ops/concat.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import { slice } from '../../graph/ops/slice.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import { staticShape, type Tensor } from '../../graph/tensor.ts';
import type { Distance } from './distance.ts';

/** Numbers in one cube of differences: 16 MB of float32. */
const CUBE_SIZE = 2 ** 22;

/** `Σ|a−b|`. No matrix product gives it, so a batch costs `N²·D` work, some rows at a time. */
export const l1: Distance = {
  name: 'l1',
  closer: 'lower',
  ranksAsEuclidean: false,
  between(a, b = a) {
    const [length, size] = staticShape(a.shape, 'l1');
    const [width] = staticShape(b.shape, 'l1');
    const others = reshape(b, [1, width, size]);
    const numRows = Math.max(1, Math.floor(CUBE_SIZE / (width * size)));
    const parts: Tensor[] = [];
    for (let start = 0; start < length; start += numRows) {
      const rows = slice(a, [start], [start + numRows], { axes: [0] });
      const column = reshape(rows, [rows.shape[0], 1, size]);
      parts.push(reduceSum(abs(subtract(column, others)), [2]));
    }
    return concat(parts, 0);
  },
  ofPairs: (left, right) => reduceSum(abs(subtract(left, right)), [1]),
};
