import { SamesameError } from '../../base/errors.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import { stopGradient } from '../../graph/ops/stop-gradient.ts';
import { transpose } from '../../graph/ops/transpose.ts';
import type { OnnxNode } from '../../graph/read.ts';
import { type Dim, describeShape, sameShape, type Tensor } from '../../graph/tensor.ts';
import type { Layer } from '../layers/layer.ts';
import type { Scope } from '../scope.ts';
import { takeValue } from './arrange.ts';
import type { Boundary } from './boundaries.ts';
import type { Builder } from './builder.ts';
import { fedImage, isWeight, type Plan, planesOf, withBatch } from './plan.ts';
import { translateNode } from './translate.ts';
import { floatsOf, isKnown, type Known, toTensor, type Value } from './values.ts';

/** A part of a network: from a boundary (undefined: from the image) to another. */
export interface Part {
  readonly from: Boundary | undefined;
  readonly to: Boundary;
  /** The nodes between them that depend on the image, in order. */
  readonly nodes: readonly OnnxNode[];
  /** Whether the first token is taken of what comes out. */
  readonly takesFirstToken: boolean;
}

/** A part with its weights as constants: no parameter, no gradient. */
export function frozenLayer(plan: Plan, part: Part): Layer {
  return (x) => {
    const constants = new Map<string, Tensor>();
    const weight = (value: Known) => {
      const former = constants.get(value.name);
      const tensor = former ?? toTensor(value);
      constants.set(value.name, tensor);
      return tensor;
    };
    return stopGradient(build(plan, part, x, false, weight));
  };
}

/** A part with its weights as parameters, named and filled as in the file. */
export function trainableLayer(plan: Plan, part: Part): Layer {
  return (x, scope) => build(plan, part, x, true, (value, role) => parameterOf(value, role, scope));
}

function parameterOf(value: Known, role: 'kernel' | 'offset', scope: Scope): Tensor {
  const initial = floatsOf(value);
  return scope.parameter(value.name, value.shape, () => Float32Array.from(initial), {
    decays: role === 'kernel',
  });
}

function build(
  plan: Plan,
  { from, to, nodes, takesFirstToken }: Part,
  x: Tensor,
  trains: boolean,
  weightOf: (value: Known, role: 'kernel' | 'offset') => Tensor,
): Tensor {
  checkInput(plan.name, x, from?.shape ?? planesOf(plan.image));
  const [batch] = x.shape;
  const values = new Map<string, Value>();
  if (from === undefined) values.set(plan.input, fedImage(x, plan.readsChannelsLast));
  else values.set(from.name, moveBatch(x, 0, from.batchAxis));

  const shapeOf = (node: OnnxNode) => plan.values.get(node.outputs[0])!.shape;
  const builder: Builder = {
    opset: plan.model.opset,
    hasBatchOfOne: plan.hasBatchOfOne,
    trains,
    carrier: x,
    planned: (node) => withBatch(shapeOf(node), batch),
    isForEachImage: (node) => shapeOf(node).some((dim: Dim) => typeof dim === 'string'),
    weight: (value, role) => (isWeight(value, role) ? weightOf(value, role) : toTensor(value)),
  };
  const read = (name: string): Value => {
    const known = values.get(name);
    if (known !== undefined) return known;
    const planned = plan.values.get(name)!;
    // A tensor that does not depend on the image: a class token that is repeated for each.
    if (isKnown(planned)) values.set(name, withBatchIn(planned, batch));
    else translate(plan.producers.get(name)!);
    return values.get(name)!;
  };
  const translate = (node: OnnxNode) => {
    for (const [name, value] of translateNode(node, read, builder, plan.name)) {
      if (!values.has(name)) values.set(name, value);
    }
  };
  for (const node of nodes) translate(node);

  const result = moveBatch(toTensor(values.get(to.name)!), to.batchAxis, 0);
  if (!takesFirstToken) return result;
  return reshape(takeValue(result, 1, [0]) as Tensor, [batch, result.shape[2]]);
}

/** A known shape with the batch of this graph in it. */
function withBatchIn(value: Known, batch: Dim): Known {
  if (!Array.isArray(value.values) || value.values.every((each) => typeof each === 'number')) return value;
  return { ...value, values: withBatch(value.values, batch) };
}

function moveBatch(x: Tensor, from: number, to: number): Tensor {
  const order = x.shape.map((_, axis) => axis).filter((axis) => axis !== from);
  order.splice(to, 0, from);
  return transpose(x, order);
}

function checkInput(network: string, x: Tensor, shape: readonly number[]): void {
  if (sameShape(x.shape.slice(1), shape) && x.dtype === 'float32') return;
  throw new SamesameError('E_SHAPE', {
    what: `${network} was given what it does not read`,
    expected: `float32 ${describeShape(['N', ...shape])}`,
    received: `${x.dtype} ${describeShape(x.shape)}`,
  });
}
