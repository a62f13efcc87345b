import { SamesameError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import type { OnnxNode } from '../../graph/read.ts';
import type { Boundary } from './boundaries.ts';
import { isName, tensorOf, unknownName } from './cut.ts';
import { hasGradient } from './ops/table.ts';
import type { Plan } from './plan.ts';
import { describeNode } from './translate.ts';

/** How much of a network stays as it is: a share of its layers in 0…1, all, none, or everything up to a tensor. */
export type Freeze = number | 'all' | 'none' | { readonly upTo: string };

/**
 * The boundary below which a network is frozen; undefined where nothing is.
 * @param boundaries from the image to the cut
 * @param nodes from the image to the cut
 * @throws E_CONFIG where the share is no share or the tensor no boundary; E_MODEL where a node above it has no gradient
 */
export function chooseBoundary(
  plan: Plan,
  nodes: readonly OnnxNode[],
  boundaries: readonly Boundary[],
  freeze: Freeze,
): Boundary | undefined {
  const chosen = boundaryOf(plan, boundaries, freeze);
  const firstFree = chosen === undefined ? 0 : chosen.index + 1;
  const rough = nodes.findLastIndex((node) => !hasGradient(node.opType));
  if (rough < firstFree) return chosen;
  const possible = boundaries.find(({ index }) => index >= rough);
  throw new SamesameError('E_MODEL', {
    what: `${describeNode(nodes[rough])} of ${plan.name} has no gradient, so it cannot be trained through`,
    expected: `a boundary above it${possible === undefined ? '' : `: the lowest is "${possible.name}"`}`,
    received: chosen === undefined ? 'nothing frozen' : `frozen up to "${chosen.name}"`,
    help: possible === undefined ? 'freeze all (--freeze all)' : `freeze up to it: --freeze ${possible.name}`,
    details: { node: nodes[rough].name, op: nodes[rough].opType, boundary: possible?.name },
  });
}

function boundaryOf(plan: Plan, boundaries: readonly Boundary[], freeze: Freeze): Boundary | undefined {
  const last = boundaries[boundaries.length - 1];
  if (freeze === 'all') return last;
  if (freeze === 'none') return undefined;
  if (typeof freeze === 'object') return namedBoundary(plan, boundaries, freeze.upTo);
  if (!(freeze >= 0 && freeze <= 1)) {
    throw new SamesameError('E_CONFIG', {
      what: 'freeze is no share of layers',
      expected: 'a number from 0 to 1, all, none, or the name of a tensor',
      received: String(freeze),
    });
  }
  if (freeze === 1) return last;
  const limit = freeze * last.numLayers + 1e-9;
  const allowed = boundaries.filter(({ numLayers }) => numLayers <= limit);
  const most = Math.max(...allowed.map(({ numLayers }) => numLayers));
  if (most === 0) return undefined;
  // Of those that freeze as much, the one that takes the least room in the cache; of equals, the one nearest to the cut.
  return allowed
    .filter(({ numLayers }) => numLayers === most)
    .reduce((best, each) => (sizeOf(each) <= sizeOf(best) ? each : best));
}

function namedBoundary(plan: Plan, boundaries: readonly Boundary[], name: string): Boundary | undefined {
  if (!isName(plan, name)) throw unknownName(plan, name, 'freeze');
  const tensor = tensorOf(plan, name);
  const found = boundaries.find((boundary) => boundary.name === tensor);
  if (found !== undefined) return found.index < 0 ? undefined : found;
  const order = plan.model.nodes.findIndex((node) => node.outputs.includes(tensor));
  const orderOf = (boundary: Boundary) =>
    plan.model.nodes.findIndex((node) => node.outputs.includes(boundary.name));
  const below = boundaries.filter((boundary) => boundary.index >= 0 && orderOf(boundary) < order).at(-1);
  const above = boundaries.find((boundary) => orderOf(boundary) > order);
  const near = [below, above].flatMap((boundary) => (boundary === undefined ? [] : [`"${boundary.name}"`]));
  throw new SamesameError('E_CONFIG', {
    what: `${plan.name} cannot be frozen up to "${name}": what is above it reads other tensors too`,
    expected: 'a tensor through which every path to the cut goes',
    received: name,
    help:
      near.length === 0
        ? `names that are possible: ${boundaries.map((boundary) => boundary.name).join(', ')}`
        : `the nearest that are possible: ${near.join(' and ')}`,
    details: {
      suggestion: suggest(
        name,
        boundaries.map((boundary) => boundary.name),
      ),
      below,
      above,
    },
  });
}

function sizeOf({ shape }: Boundary): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
