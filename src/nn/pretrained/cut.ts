import { SamesameError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import type { OnnxNode } from '../../graph/read.ts';
import type { Dim } from '../../graph/tensor.ts';
import { numbersAttribute } from './attributes.ts';
import { boundaryAt, findBoundaries, nodesTowards, noSuchTarget } from './boundaries.ts';
import { BATCH, type Plan } from './plan.ts';
import { isKnown, numbersOf } from './values.ts';

/** Where a network is cut off: a tensor, or the first token of one. */
export interface Cut {
  /** As it is given on the command line: `NAME`, or `NAME[0]` for the first token. */
  readonly label: string;
  readonly tensor: string;
  readonly takesFirstToken: boolean;
}

/** Outputs with these names are what a network was made for, whatever layer they come from. */
const EMBEDDING_NAME = /embed|feature/i;

/**
 * The cut that a name stands for: a tensor, a node (its first output), or `NAME[0]`: the first token of `[N, T, D]`.
 * @throws E_CONFIG where there is nothing of that name, or it cannot be cut there; E_MODEL where what leads there cannot be
 *   built
 */
export function namedCut(plan: Plan, label: string): Cut {
  const takesFirstToken = label.endsWith('[0]') && !isName(plan, label);
  const name = takesFirstToken ? label.slice(0, -3) : label;
  if (!isName(plan, name)) throw unknownName(plan, name, 'cut');
  const tensor = tensorOf(plan, name);
  const failure = plan.failures.get(tensor);
  if (failure !== undefined) throw failure;
  const place = plan.dependent.has(tensor) ? boundaryAt(plan, tensor, 0, 0) : undefined;
  if (place === undefined) throw noSuchTarget(plan, name);
  if (takesFirstToken && place.shape.length !== 2) {
    throw new SamesameError('E_CONFIG', {
      what: `"${name}" of ${plan.name} has no tokens, so ${label} is not there`,
      expected: 'a tensor [N, T, D]',
      received: `[N, ${place.shape.join(', ')}]`,
    });
  }
  return { label, tensor, takesFirstToken };
}

/** A tensor of that name, or the first output of a node of that name. */
export function tensorOf(plan: Plan, name: string): string {
  if (plan.values.has(name) || plan.failures.has(name)) return name;
  return plan.model.nodes.find((node) => node.name === name)!.outputs[0];
}

export function isName(plan: Plan, name: string): boolean {
  return (
    plan.values.has(name) ||
    plan.failures.has(name) ||
    plan.model.nodes.some((node) => node.name === name && name !== '')
  );
}

export function unknownName(plan: Plan, name: string, option: string): SamesameError {
  const names = plan.model.nodes
    .flatMap((node) => [...node.outputs, node.name])
    .filter((each) => each !== '');
  const near = suggest(name, [...new Set(names)]);
  return new SamesameError('E_CONFIG', {
    what: `${plan.name} has no tensor or node "${name}"`,
    expected: `a name of the file for ${option}`,
    received: name,
    help: near === undefined ? 'list the blocks of the network for names' : `did you mean "${near}"?`,
    details: { name, suggestion: near },
  });
}

/**
 * Cuts the classifier off by itself. In this order: the input of the last global pool through which everything goes; an
 * output that is called an embedding or features; the `[N, D]` in front of the last dense layer; the output itself, of
 * tokens `[N, T, D]` the first, which is the class token.
 */
export function findCut(plan: Plan): Cut {
  const plain = (tensor: string): Cut => ({ label: tensor, tensor, takesFirstToken: false });
  const output = mainOutput(plan);
  const pooled = lastPooledMap(plan, output ?? lastKnown(plan));
  if (pooled !== undefined) return plain(behindDropout(plan, pooled));
  if (output === undefined) throw noOutput(plan);
  const shape = shapeOf(plan, output);
  const isEmbedding = EMBEDDING_NAME.test(output) && shape.length === 2;
  const dense = isEmbedding ? undefined : lastDenseInput(plan, output);
  if (dense !== undefined) return plain(behindDropout(plan, dense));
  if (shape.length === 3) return { label: `${output}[0]`, tensor: output, takesFirstToken: true };
  return plain(output);
}

/**
 * Cuts a network off in front of its embedding: before the last global pool through which everything goes; failing that, at
 * the `[N, D]` that its last dense layer reads; failing that, at the output itself.
 */
export function featuresCut(plan: Plan): Cut {
  const output = mainOutput(plan) ?? lastKnown(plan);
  const tensor = lastPooledMap(plan, output) ?? lastDenseInput(plan, output) ?? output;
  const place = behindDropout(plan, tensor);
  return { label: place, tensor: place, takesFirstToken: false };
}

/** The word for the last map, where no tensor is called so. */
export const LAST_MAP = 'map';

/**
 * Cuts off all that follows the last map `[N, C, H, W]` of more than one place: dense layers behind a `Flatten`, as VGG has
 * them, are left out, which is what other libraries call a network without its top.
 * @throws E_CONFIG where the network has no such map
 */
export function lastMapCut(plan: Plan): Cut {
  const output = mainOutput(plan) ?? lastKnown(plan);
  const boundaries = findBoundaries(plan, nodesTowards(plan, output), output);
  const map = boundaries.findLast(
    ({ index, shape }) => index >= 0 && shape.length === 3 && shape[1] * shape[2] > 1,
  );
  if (map !== undefined) return { label: map.name, tensor: map.name, takesFirstToken: false };
  throw new SamesameError('E_CONFIG', {
    what: `${plan.name} has no map of channels, height and width to cut at`,
    expected: 'a value [N, C, H, W] through which everything goes',
    help: 'leave the cut out, or name a value (--cut)',
  });
}

/** What the last dense layer on the way to `output` reads, where that is one row for each image. */
function lastDenseInput(plan: Plan, output: string): string | undefined {
  const between = namesBetween(plan, output);
  return nodesTowards(plan, output).findLast(({ opType, inputs: [x] }) => {
    const isDense = opType === 'Gemm' || opType === 'MatMul';
    return isDense && between.has(x) && shapeOf(plan, x).length === 2 && shapeOf(plan, x)[0] === BATCH;
  })?.inputs[0];
}

/** What Dropout and Identity pass on. */
function behindDropout(plan: Plan, name: string): string {
  const producer = plan.producers.get(name);
  const passes = producer?.opType === 'Dropout' || producer?.opType === 'Identity';
  return passes ? behindDropout(plan, producer.inputs[0]) : name;
}

/** The first output with one row or one map for each image; failing that, with tokens. */
function mainOutput(plan: Plan): string | undefined {
  const usable = Object.keys(plan.model.outputs).filter((name) => isPlace(plan, name));
  return (
    usable.find((name) => [2, 4].includes(shapeOf(plan, name).length)) ??
    usable.find((name) => shapeOf(plan, name).length === 3)
  );
}

/** Where nothing but outputs of unknown kinds lies above, the last tensor that is known. */
function lastKnown(plan: Plan): string {
  const names = plan.model.nodes.flatMap(({ outputs }) => outputs);
  return names.findLast((name) => isPlace(plan, name)) ?? plan.input;
}

function isPlace(plan: Plan, name: string): boolean {
  return plan.dependent.has(name) && boundaryAt(plan, name, 0, 0) !== undefined;
}

function namesBetween(plan: Plan, output: string): Set<string> {
  return new Set(findBoundaries(plan, nodesTowards(plan, output), output).map(({ name }) => name));
}

/** The input of the last global pool on the way to `output` through which everything goes. */
function lastPooledMap(plan: Plan, output: string): string | undefined {
  const between = namesBetween(plan, output);
  const pool = nodesTowards(plan, output).findLast(
    (node) => between.has(node.outputs[0]) && pooledMap(plan, node) !== undefined,
  );
  return pool === undefined ? undefined : pooledMap(plan, pool);
}

function noOutput(plan: Plan): SamesameError {
  const outputs = Object.keys(plan.model.outputs);
  const failure = outputs.map((name) => plan.failures.get(name)).find((error) => error !== undefined);
  if (failure !== undefined) return failure;
  return new SamesameError('E_MODEL', {
    what: `${plan.name} has no output for each image`,
    expected: 'an output [N, D], [N, C, H, W] or [N, T, D]',
    received: outputs.join(', '),
    help: 'name the tensor to cut at (--cut)',
  });
}

/** The map that a node pools to one number a channel; undefined where it is no such node. */
function pooledMap(plan: Plan, node: OnnxNode): string | undefined {
  const [from] = node.inputs;
  const shape = shapeOf(plan, from);
  if (shape.length !== 4) return undefined;
  switch (node.opType) {
    case 'GlobalAveragePool':
    case 'GlobalMaxPool':
      return from;
    case 'AveragePool':
    case 'MaxPool':
      return shapeOf(plan, node.outputs[0])
        .slice(2)
        .every((dim) => dim === 1) && shape[2] !== 1
        ? from
        : undefined;
    case 'ReduceMean':
    case 'ReduceMax': {
      const axes = reducedAxes(plan, node, shape.length);
      if (axes === '2,3') return from;
      // Channels last: the map lies before the transpose.
      const turn = plan.producers.get(from);
      const isTurned = turn?.opType === 'Transpose' && numbersAttribute(turn, 'perm')?.join() === '0,2,3,1';
      return axes === '1,2' && isTurned ? turn.inputs[0] : undefined;
    }
    default:
      return undefined;
  }
}

function reducedAxes(plan: Plan, node: OnnxNode, rank: number): string {
  const input = node.inputs[1] === undefined ? undefined : plan.values.get(node.inputs[1]);
  const axes =
    input !== undefined && isKnown(input) ? numbersOf(input) : (numbersAttribute(node, 'axes') ?? []);
  return axes
    .map((axis) => (axis < 0 ? axis + rank : axis))
    .sort((a, b) => a - b)
    .join();
}

function shapeOf(plan: Plan, name: string): readonly Dim[] {
  return plan.values.get(name)?.shape ?? [];
}
