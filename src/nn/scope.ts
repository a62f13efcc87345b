import { SamesameError } from '../base/errors.ts';
import { input } from '../graph/ops/source.ts';
import { describeShape, sameShape, type Tensor } from '../graph/tensor.ts';
import type { Initializer } from './initializers.ts';

/** A named array that a network keeps between steps: a weight that is learned, or a running statistic that is not. */
export interface Parameter {
  /** Its name in the graph and in checkpoints: `conv1/weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /** False for running statistics, which steps update but no gradient changes. */
  readonly trainable: boolean;
  /** Whether weight decay applies: true for weights, false for biases and scales. */
  readonly decays: boolean;
  /** The layer's own penalty: adds `l2 · Σ weight²` to the loss. */
  readonly l2: number;
  /** Share of the learning rate that it learns at: below 1 for what was trained before. */
  readonly rate: number;
  /** The graph input that carries it. */
  readonly tensor: Tensor;
}

export interface ParameterOptions {
  /** Default true. */
  readonly trainable?: boolean;
  /** Default: true of what has two axes or more. */
  readonly decays?: boolean;
  /** Default 0. */
  readonly l2?: number;
  /** Default 1. */
  readonly rate?: number;
}

/** What a layer sees while it builds its part of a graph. */
export interface Scope {
  /** Training uses batch statistics and dropout; otherwise both are fixed. */
  readonly training: boolean;
  /** The parameter `name` of this layer, made at first use: a layer applied twice shares its weights. */
  parameter(
    name: string,
    shape: readonly number[],
    initializer: Initializer,
    options?: ParameterOptions,
  ): Tensor;
  /** Says what a running statistic becomes after this step. Only while training. */
  update(parameter: Tensor, value: Tensor): void;
  /** Int32 random bits that are fed anew at each step. */
  randomBits(shape: readonly number[]): Tensor;
  /** The scope of a part of this layer; names inside it begin with `name/`. */
  within(name: string): Scope;
}

/** What the layers of a network asked for. */
export interface Collected {
  readonly scope: Scope;
  readonly parameters: readonly Parameter[];
  /** New values of running statistics, by parameter. */
  readonly updates: ReadonlyMap<Parameter, Tensor>;
  /** Graph inputs that want random bits. */
  readonly randomInputs: readonly Tensor[];
}

/** An empty scope, and the lists that fill as layers are built in it. */
export function createScope({ training }: { readonly training: boolean }): Collected {
  const parameters = new Map<string, Parameter>();
  const updates = new Map<Parameter, Tensor>();
  const randomInputs: Tensor[] = [];

  const scopeAt = (prefix: string): Scope => ({
    training,
    parameter(name, shape, initializer, options = {}) {
      const { trainable = true, decays = shape.length > 1, l2 = 0, rate = 1 } = options;
      const fullName = prefix + name;
      const known = parameters.get(fullName);
      if (known === undefined) {
        const tensor = input(fullName, 'float32', shape);
        parameters.set(fullName, { name: fullName, shape, initializer, trainable, decays, l2, rate, tensor });
        return tensor;
      }
      if (sameShape(known.shape, shape)) return known.tensor;
      throw new SamesameError('E_SHAPE', {
        what: `the parameter ${fullName} is used with two shapes`,
        expected: describeShape(known.shape),
        received: describeShape(shape),
        help: 'give the two layers different names',
      });
    },
    update(tensor, value) {
      const parameter = [...parameters.values()].find((candidate) => candidate.tensor === tensor);
      if (parameter !== undefined) updates.set(parameter, value);
    },
    randomBits(shape) {
      const bits = input(`random/${randomInputs.length}`, 'int32', shape);
      randomInputs.push(bits);
      return bits;
    },
    within: (name) => scopeAt(`${prefix}${name}/`),
  });

  return {
    scope: scopeAt(''),
    get parameters() {
      return [...parameters.values()];
    },
    updates,
    randomInputs,
  };
}

/**
 * The same scope, whose parameters learn at a share of the learning rate unless their layer says otherwise; at 0 they
 * stay as they are.
 */
export function withRate(scope: Scope, rate: number): Scope {
  const own = rate === 0 ? { rate, trainable: false } : { rate };
  return {
    ...scope,
    parameter: (name, shape, initializer, options) =>
      scope.parameter(name, shape, initializer, { ...own, ...options }),
    within: (name) => withRate(scope.within(name), rate),
  };
}
