import { SamesameError } from '../base/errors.ts';
import type { DType } from '../graph/dtype.ts';
import { describeShape, sameShape, staticShape, type Tensor } from '../graph/tensor.ts';
import type { Scope } from '../nn/scope.ts';
import type { LossContext } from './types.ts';

/** Checks what a batch loss is given. @returns N @throws E_SHAPE, E_DTYPE */
export function checkBatch(embeddings: Tensor, labels: Tensor, user: string): number {
  checkDType(embeddings, 'float32', `${user}: embeddings`);
  checkDType(labels, 'int32', `${user}: labels`);
  const [length] = staticShape(embeddings.shape, user);
  if (embeddings.shape.length === 2 && sameShape(labels.shape, [length])) return length;
  throw new SamesameError('E_SHAPE', {
    what: `${user} needs one label for each embedding`,
    expected: 'embeddings [N, D] and labels [N]',
    received: `${describeShape(embeddings.shape)} and ${describeShape(labels.shape)}`,
  });
}

/** The scope of a loss that keeps something from step to step. @throws E_CONFIG where there is none */
export function checkScope(context: LossContext | undefined, user: string): Scope {
  if (context !== undefined) return context.scope;
  throw new SamesameError('E_CONFIG', {
    what: `${user} keeps something from step to step, and was given no place for it`,
    expected: 'a scope',
    received: 'none',
    help: 'give { scope } after the labels; training does so by itself',
  });
}

/** Checks what a pair loss is given. @throws E_SHAPE, E_DTYPE */
export function checkPairs(left: Tensor, right: Tensor, similar: Tensor, user: string): void {
  checkDType(left, 'float32', `${user}: left`);
  checkDType(right, 'float32', `${user}: right`);
  checkDType(similar, 'float32', `${user}: similar`);
  const fits = left.shape.length === 2 && sameShape(left.shape, right.shape);
  if (fits && sameShape(similar.shape, [left.shape[0]])) return;
  throw new SamesameError('E_SHAPE', {
    what: `${user} needs two embeddings and one similar for each pair`,
    expected: 'left [P, D], right [P, D], similar [P]',
    received: [left, right, similar].map(({ shape }) => describeShape(shape)).join(', '),
  });
}

/** Checks what a loss on logits is given. @throws E_SHAPE, E_DTYPE */
export function checkLogits(logits: Tensor, similar: Tensor, user: string): void {
  checkDType(logits, 'float32', `${user}: logits`);
  checkDType(similar, 'float32', `${user}: similar`);
  if (logits.shape.length === 1 && sameShape(logits.shape, similar.shape)) return;
  throw new SamesameError('E_SHAPE', {
    what: `${user} needs one logit and one similar for each pair`,
    expected: 'logits [P] and similar [P]',
    received: `${describeShape(logits.shape)} and ${describeShape(similar.shape)}`,
  });
}

/** Checks an option that is a number between two bounds, the bounds excluded. @throws E_CONFIG */
export function checkBetween(value: number, low: number, high: number, option: string): void {
  if (typeof value === 'number' && value > low && value < high) return;
  throw new SamesameError('E_CONFIG', {
    what: `${option} is out of range`,
    expected:
      high === Number.POSITIVE_INFINITY ? `a number above ${low}` : `a number between ${low} and ${high}`,
    received: String(value),
    details: { option },
  });
}

/** Checks an option that is any finite number. @throws E_CONFIG */
export function checkFinite(value: number, option: string): void {
  checkBetween(value, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, option);
}

/** Checks an option that is a number between two bounds, the lower one included. @throws E_CONFIG */
export function checkAtLeast(value: number, low: number, below: number, option: string): void {
  if (typeof value === 'number' && value >= low && value < below) return;
  throw new SamesameError('E_CONFIG', {
    what: `${option} is out of range`,
    expected: `a number from ${low} and below ${Number(below.toFixed(4))}`,
    received: String(value),
    details: { option },
  });
}

/** Checks an option that is a number from 0. @throws E_CONFIG */
export function checkNotNegative(value: number, option: string): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new SamesameError('E_CONFIG', {
    what: `${option} is out of range`,
    expected: 'a number from 0',
    received: String(value),
    details: { option },
  });
}

/** Checks an option that is on or off. @throws E_CONFIG */
export function checkFlag(value: unknown, option: string): void {
  if (typeof value === 'boolean') return;
  throw new SamesameError('E_CONFIG', {
    what: `${option} is neither on nor off`,
    expected: 'true or false',
    received: JSON.stringify(value),
    details: { option },
  });
}

/** Checks an option that is a whole number from `low`. @throws E_CONFIG */
export function checkWhole(value: number, low: number, option: string): void {
  if (Number.isSafeInteger(value) && value >= low) return;
  throw new SamesameError('E_CONFIG', {
    what: `${option} is out of range`,
    expected: `a whole number from ${low}`,
    received: String(value),
    details: { option },
  });
}

function checkDType(tensor: Tensor, dtype: DType, name: string): void {
  if (tensor.dtype === dtype) return;
  throw new SamesameError('E_DTYPE', {
    what: `${name} has the wrong element type`,
    expected: dtype,
    received: tensor.dtype,
  });
}
