import { SamesameError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Scope } from '../../nn/scope.ts';
import { checkBatch } from '../checks.ts';
import type { LossContext } from '../types.ts';

/** What a loss that keeps something for each class is given. */
export interface ClassBatch {
  /** D. */
  readonly size: number;
  /** C, at least 2. */
  readonly numClasses: number;
  readonly scope: Scope;
}

/** Checks what a loss with proxies is given. @throws E_SHAPE, E_DTYPE; E_CONFIG without a context, or without two classes */
export function checkClassBatch(
  embeddings: Tensor,
  labels: Tensor,
  context: LossContext | undefined,
  user: string,
): ClassBatch {
  checkBatch(embeddings, labels, user);
  const { scope, numClasses = 0 } = context ?? {};
  if (scope !== undefined && Number.isInteger(numClasses) && numClasses >= 2)
    return { size: embeddings.shape[1] as number, numClasses, scope };
  throw new SamesameError('E_CONFIG', {
    what: `${user} learns something for each class, and was not told of any`,
    expected: 'a scope, and numClasses of at least 2',
    received: scope === undefined ? 'no scope' : `numClasses ${numClasses}`,
    help: 'give { scope, numClasses } after the labels; training does so by itself',
  });
}

/** Vectors of length 1 in random directions. A proxy of that length turns about as fast as an embedding learns. */
export function unitRows([numRows, size]: readonly number[], random: Random): Float32Array {
  const rows = Float32Array.from({ length: numRows * size }, () => random.normal());
  for (let row = 0; row < numRows; row++) {
    const numbers = rows.subarray(row * size, (row + 1) * size);
    const length = Math.hypot(...numbers);
    numbers.forEach((value, i) => {
      numbers[i] = length > 0 ? value / length : 1 / Math.sqrt(size);
    });
  }
  return rows;
}

/** The learned vectors of a loss, float32 `[numRows, size]`. Weight decay leaves them alone: only their directions count. */
export function proxiesOf(scope: Scope, numRows: number, size: number): Tensor {
  return scope.parameter('proxies', [numRows, size], unitRows, { decays: false });
}
