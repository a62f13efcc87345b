import { SamesameError } from '../../base/errors.ts';
import { describeShape, sameShape, type Tensor } from '../../graph/tensor.ts';
import type { Scope } from '../../nn/scope.ts';

/** A learned head: from two embeddings to how likely they are similar. */
export interface Comparator {
  /** Its name on the command line and in the model's config. */
  readonly name: string;
  /** Whether `logits(a, b)` always equals `logits(b, a)`. */
  readonly symmetric: boolean;
  /** left, right float32 `[P, D]` → logits float32 `[P]`, above 0 for similar. Parameters are made in `scope`. */
  logits(left: Tensor, right: Tensor, scope: Scope): Tensor;
}

/** Checks the two sides of a head. @throws E_SHAPE */
export function checkSides(left: Tensor, right: Tensor, user: string): void {
  if (left.shape.length === 2 && sameShape(left.shape, right.shape)) return;
  throw new SamesameError('E_SHAPE', {
    what: `${user} needs two embeddings for each pair`,
    expected: 'left [P, D] and right [P, D]',
    received: `${describeShape(left.shape)} and ${describeShape(right.shape)}`,
  });
}
