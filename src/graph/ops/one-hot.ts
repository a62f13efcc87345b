import { SamesameError } from '../../base/errors.ts';
import { createArray } from '../dtype.ts';
import type { Tensor } from '../tensor.ts';
import { cast } from './cast.ts';
import { equal } from './comparisons.ts';
import { reshape } from './reshape.ts';
import { constant } from './source.ts';

/**
 * Rows with a 1 at the index and 0 elsewhere, `[…] → […, depth]`. An index outside `[0, depth)` gives a row of zeros.
 * @param indices int32 or int64
 * @param depth number of classes, at least 1
 * @returns float32
 * @throws E_DTYPE, E_CONFIG
 * @example
 * oneHot(constant(new Int32Array([2, 0]), [2]), 3); // [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot(indices: Tensor, depth: number): Tensor {
  const { dtype } = indices;
  if (dtype !== 'int32' && dtype !== 'int64') {
    throw new SamesameError('E_DTYPE', {
      what: 'oneHot needs integer indices',
      expected: 'int32 or int64',
      received: dtype,
    });
  }
  if (!Number.isInteger(depth) || depth < 1) {
    throw new SamesameError('E_CONFIG', {
      what: 'oneHot needs a depth',
      expected: 'an integer of at least 1',
      received: String(depth),
    });
  }
  const classes = createArray(dtype, depth);
  for (let i = 0; i < depth; i++) classes[i] = classes instanceof BigInt64Array ? BigInt(i) : i;
  const column = reshape(indices, [...indices.shape, 1]);
  return cast(equal(column, constant(classes, [depth], dtype)), 'float32');
}
