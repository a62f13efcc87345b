import { SamesameError } from '../../base/errors.ts';
import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { broadcastShapes } from './broadcast.ts';

/** Both hold; bool operands broadcast. @throws E_DTYPE, E_SHAPE */
export const and: (a: Tensor, b: Tensor) => Tensor = defineLogical('and', 'And');

/** At least one holds; bool operands broadcast. @throws E_DTYPE, E_SHAPE */
export const or: (a: Tensor, b: Tensor) => Tensor = defineLogical('or', 'Or');

/** Does not hold. @throws E_DTYPE */
export const not: (a: Tensor) => Tensor = defineLogical('not', 'Not');

function defineLogical(name: string, opType: string): (...operands: Tensor[]) => Tensor {
  const rule: OpRule<null> = {
    name,
    infer: (operands) => {
      for (const { dtype } of operands) {
        if (dtype === 'bool') continue;
        throw new SamesameError('E_DTYPE', {
          what: `${name} needs bool operands`,
          expected: 'bool',
          received: dtype,
          help: 'compare first, or cast to bool',
        });
      }
      const [first, ...rest] = operands.map(({ shape }) => shape);
      return { dtype: 'bool', shape: rest.reduce((a, b) => broadcastShapes(a, b, name), first) };
    },
    emit: (emitter, inputs) => emitter.node(opType, inputs),
    gradient: 'none',
  };
  return (...operands) => apply(rule, operands, null);
}
