import type { Tensor } from '../../graph/tensor.ts';
import type { Scope } from '../scope.ts';

/** A part of a network: given its input and a scope for its parameters, it builds its output. */
export type Layer = (x: Tensor, scope: Scope) => Tensor;
