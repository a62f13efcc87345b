import type { Tensor } from '../../graph/tensor.ts';

/** A rule that turns gradients into new parameters, as a part of the graph. */
export interface Optimizer {
  readonly name: string;
  /** Names of the arrays that it keeps beside each parameter, all of the parameter's shape and zero at first. */
  readonly slots: readonly string[];
  /** The new value of one parameter and of its slots. */
  update(step: OptimizerStep): OptimizerResult;
}

export interface OptimizerStep {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  /** The slots' values, in the order of `slots`. */
  readonly slots: readonly Tensor[];
  /** Float `[]`: 1 at the first step. */
  readonly step: Tensor;
  /** Float `[]`. */
  readonly learningRate: Tensor;
  /** Whether weight decay applies to this parameter. */
  readonly decays: boolean;
}

export interface OptimizerResult {
  readonly parameter: Tensor;
  readonly slots: readonly Tensor[];
}
