import { SamesameError } from '../../base/errors.ts';
import { splitDim } from '../../graph/dims.ts';
import type { OnnxNode } from '../../graph/read.ts';
import { BATCH, type Plan } from './plan.ts';
import { isKnown } from './values.ts';

/** A tensor through which every path from the image to a target goes: there a network can be taken apart. */
export interface Boundary {
  readonly name: string;
  /** Place of its node among the nodes that the target needs; −1 for the image itself. */
  readonly index: number;
  /** Axis of the batch. */
  readonly batchAxis: number;
  /** Without the batch. */
  readonly shape: readonly number[];
  /** Layers with weights (Conv, Gemm, MatMul) up to it. */
  readonly numLayers: number;
}

/** The nodes through which `target` depends on the image, in order. @throws E_MODEL where one cannot be translated */
export function nodesTowards(plan: Plan, target: string): OnnxNode[] {
  const failure = plan.failures.get(target);
  if (failure !== undefined) throw failure;
  const needed = new Set([target]);
  const nodes: OnnxNode[] = [];
  for (let i = plan.model.nodes.length - 1; i >= 0; i--) {
    const node = plan.model.nodes[i];
    if (!node.outputs.some((output) => needed.has(output) && plan.dependent.has(output))) continue;
    nodes.push(node);
    for (const name of node.inputs) needed.add(name);
  }
  return nodes.reverse();
}

/**
 * Every boundary between the image and `target`, both included, from the image on. In any order in which the nodes can
 * run, they are the values after which nothing else that depends on the image is still waited for.
 * @param nodes as `nodesTowards` gives them
 */
export function findBoundaries(plan: Plan, nodes: readonly OnnxNode[], target: string): Boundary[] {
  const lastUse = new Map<string, number>([[target, nodes.length]]);
  nodes.forEach((node, i) => {
    for (const name of dependentInputs(plan, node)) if (name !== target) lastUse.set(name, i);
  });
  const boundaries: Boundary[] = [];
  const live = new Set([plan.input]);
  let numLayers = 0;
  const note = (index: number) => {
    if (live.size !== 1) return;
    const [name] = live;
    const boundary = boundaryAt(plan, name, index, numLayers);
    if (boundary !== undefined && boundaries.at(-1)?.name !== name) boundaries.push(boundary);
  };
  note(-1);
  nodes.forEach((node, i) => {
    if (isLayer(plan, node)) numLayers++;
    for (const output of node.outputs) {
      if (plan.dependent.has(output) && lastUse.has(output)) live.add(output);
    }
    for (const name of [...live]) if (lastUse.get(name) === i) live.delete(name);
    note(i);
  });
  return boundaries;
}

/** A layer that `freeze` counts: one that multiplies by weights. */
export function isLayer(plan: Plan, node: OnnxNode): boolean {
  return ['Conv', 'Gemm', 'MatMul'].includes(node.opType) && plan.weights.has(node);
}

/** Inputs whose values, and not only shapes, a node reads. */
function dependentInputs(plan: Plan, node: OnnxNode): string[] {
  return node.inputs.filter((name) => plan.dependent.has(name));
}

/** Undefined where the value has no batch axis of its own: `[12·N, 50, 64]`. */
export function boundaryAt(plan: Plan, name: string, index: number, numLayers: number): Boundary | undefined {
  const value = plan.values.get(name)!;
  if (isKnown(value)) return undefined;
  const open = value.shape.flatMap((dim, axis) => (splitDim(dim).symbol === BATCH ? [axis] : []));
  if (open.length !== 1 || value.shape[open[0]] !== BATCH || value.dtype !== 'float32') return undefined;
  const [batchAxis] = open;
  const shape = value.shape.filter((_, axis) => axis !== batchAxis) as number[];
  return { name, index, batchAxis, shape, numLayers };
}

/** The error for a target that does not depend on the image, or has no batch. */
export function noSuchTarget(plan: Plan, name: string): SamesameError {
  return new SamesameError('E_CONFIG', {
    what: `${plan.name} cannot be cut at "${name}"`,
    expected: 'a tensor that depends on the image and has the batch as one of its axes',
    received: isKnown(plan.values.get(name)!) ? 'a constant' : 'a tensor without a batch axis of its own',
  });
}
