import type { OnnxNode } from '../../graph/read.ts';
import type { Boundary } from './boundaries.ts';
import type { Plan } from './plan.ts';
import { isKnown, type Known } from './values.ts';

/** A stretch of a network between two tensors through which everything goes, with at least one layer. */
export interface Block {
  /** The tensor that it ends with: a name for `freeze`. */
  readonly name: string;
  /** Kinds of its nodes, in order. */
  readonly ops: readonly string[];
  /** Of that tensor, without the batch. */
  readonly shape: readonly number[];
  readonly numParameters: number;
  readonly isFrozen: boolean;
}

/**
 * The blocks of a network. What has no layer (an activation, a pool) belongs to the block before it.
 * @param frozen the boundary below which everything is frozen; a block always ends there
 */
export function listBlocks(
  plan: Plan,
  nodes: readonly OnnxNode[],
  boundaries: readonly Boundary[],
  frozen: Boundary | undefined,
): Block[] {
  const last = boundaries[boundaries.length - 1];
  const ends = boundaries.filter((boundary, i) => {
    if (boundary.index < 0 || boundary.numLayers === 0) return boundary.index >= 0 && boundary === last;
    const next = boundaries[i + 1];
    return next === undefined || next.numLayers > boundary.numLayers || boundary.name === frozen?.name;
  });
  let start = 0;
  return ends.map(({ name, shape, index }) => {
    const inside = nodes.slice(start, index + 1);
    start = index + 1;
    return {
      name,
      ops: inside.map(({ opType }) => opType),
      shape,
      numParameters: countParameters(plan, inside),
      isFrozen: frozen !== undefined && index <= frozen.index,
    };
  });
}

/** Numbers that training could change in some nodes, shared ones once. */
export function countParameters(plan: Plan, nodes: readonly OnnxNode[]): number {
  const found = new Map<string, Known>();
  const seen = new Set<OnnxNode>();
  const visit = (node: OnnxNode) => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const weight of plan.weights.get(node) ?? []) found.set(weight.name, weight);
    // Tensors that do not depend on the image, such as a class token that is repeated for each.
    for (const name of node.inputs) {
      const value = plan.values.get(name);
      const producer = plan.producers.get(name);
      if (value !== undefined && !isKnown(value) && !plan.dependent.has(name) && producer !== undefined) {
        visit(producer);
      }
    }
  };
  for (const node of nodes) visit(node);
  return [...found.values()].reduce((sum, { values }) => sum + values.length, 0);
}
