import { SamesameError } from '../../base/errors.ts';
import { describeShape, sameShape, type Tensor } from '../tensor.ts';
import { cast } from './cast.ts';
import { greaterOrEqual } from './comparisons.ts';
import { multiply } from './multiply.ts';
import { scalar } from './source.ts';

/**
 * `x` with a share of its elements set to 0 and the others multiplied by `1/(1 − rate)`, so that its mean stays.
 * The randomness is fed from outside, so that a run can be repeated: the same bits drop the same elements.
 * @param rate the share to drop, in [0, 1)
 * @param randomBits int32 of the shape of x, each element 32 random bits
 * @throws E_CONFIG, E_DTYPE, E_SHAPE
 * @source Srivastava et al. 2014, "Dropout"
 */
export function dropout(x: Tensor, rate: number, randomBits: Tensor): Tensor {
  if (!(rate >= 0 && rate < 1)) {
    throw new SamesameError('E_CONFIG', {
      what: 'dropout cannot drop this share',
      expected: 'a rate of at least 0 and below 1',
      received: String(rate),
    });
  }
  if (randomBits.dtype !== 'int32') {
    throw new SamesameError('E_DTYPE', {
      what: 'dropout needs its random bits as int32',
      expected: 'int32',
      received: randomBits.dtype,
    });
  }
  if (!sameShape(randomBits.shape, x.shape)) {
    throw new SamesameError('E_SHAPE', {
      what: 'dropout needs random bits for each element',
      expected: describeShape(x.shape),
      received: describeShape(randomBits.shape),
    });
  }
  if (rate === 0) return x;
  const threshold = scalar(Math.round(rate * 2 ** 32) - 2 ** 31, 'int32');
  const kept = cast(greaterOrEqual(randomBits, threshold), x.dtype);
  return multiply(x, multiply(kept, 1 / (1 - rate)));
}
