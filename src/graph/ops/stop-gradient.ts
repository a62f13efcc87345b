import { apply, type OpRule, type Tensor } from '../tensor.ts';

const rule: OpRule<null> = {
  name: 'stopGradient',
  infer: ([x]) => x,
  emit: (_, [x]) => x,
  gradient: 'none',
};

/** `x` as a constant: no gradient passes. It writes nothing to the graph. */
export function stopGradient(x: Tensor): Tensor {
  return apply(rule, [x], null);
}
