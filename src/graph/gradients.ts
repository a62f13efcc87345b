import { SamesameError } from '../base/errors.ts';
import { add } from './ops/add.ts';
import { scalar } from './ops/source.ts';
import { describeShape, type Node, sameShape, type Tensor } from './tensor.ts';

/**
 * The gradients of a scalar, by reverse mode over the graph: `∂loss/∂t` for each `t` of `targets`, of that tensor's
 * shape. Only what lies between the targets and the loss is differentiated, so a frozen part costs nothing.
 * @param loss float `[]`
 * @throws E_GRAPH where a target does not reach the loss, or an op on the way has no gradient
 */
export function gradients(loss: Tensor, targets: readonly Tensor[]): Tensor[] {
  if (loss.shape.length !== 0) {
    throw new SamesameError('E_SHAPE', {
      what: 'gradients needs a scalar loss',
      expected: '[]',
      received: describeShape(loss.shape),
      help: 'reduce it with reduceMean or reduceSum',
    });
  }
  const order = nodesBelow(loss);
  const onPath = nodesAbove(order, targets);
  const adjoints = new Map<Node, Tensor>([[loss.node, scalar(1, loss.dtype)]]);

  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    const dy = adjoints.get(node);
    if (dy === undefined || !onPath.has(node)) continue;
    const { gradient } = node.rule;
    if (gradient === 'none') continue;
    node.inputs.forEach((x, index) => {
      if (!onPath.has(x.node)) return;
      const dx = gradient(dy, node, index);
      if (!sameShape(dx.shape, x.shape)) {
        throw new SamesameError('E_GRAPH', {
          what: `the gradient rule of ${node.rule.name} is wrong for input ${index}`,
          expected: describeShape(x.shape),
          received: describeShape(dx.shape),
        });
      }
      const former = adjoints.get(x.node);
      adjoints.set(x.node, former === undefined ? dx : add(former, dx));
    });
  }

  return targets.map((target, i) => {
    const adjoint = adjoints.get(target.node);
    if (adjoint !== undefined) return adjoint;
    throw new SamesameError('E_GRAPH', {
      what: `target ${i} has no gradient: the loss does not vary with it`,
      expected: 'a tensor from which a differentiable path leads to the loss',
      received: `${target.node.rule.name} ${describeShape(target.shape)}`,
      help: 'leave it out of the targets, or check that it is used',
    });
  });
}

/** Every node that `tensor` depends on, itself included, inputs before users. */
export function nodesBelow(...tensors: readonly Tensor[]): Node[] {
  const seen = new Set<Node>();
  const stack = tensors.map((tensor) => tensor.node);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const { node: source } of node.inputs) if (!seen.has(source)) stack.push(source);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** The nodes of `order` that depend smoothly on one of `targets`, the targets included. */
function nodesAbove(order: readonly Node[], targets: readonly Tensor[]): Set<Node> {
  const above = new Set<Node>(targets.map((target) => target.node));
  for (const node of order) {
    if (node.rule.gradient !== 'none' && node.inputs.some((x) => above.has(x.node))) above.add(node);
  }
  return above;
}
