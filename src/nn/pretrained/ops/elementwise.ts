import { SamesameError } from '../../../base/errors.ts';
import { joinDim, splitDim } from '../../../graph/dims.ts';
import { type DType, isFloat, ONNX_TYPE } from '../../../graph/dtype.ts';
import { abs } from '../../../graph/ops/abs.ts';
import { add } from '../../../graph/ops/add.ts';
import { broadcastShapes } from '../../../graph/ops/broadcast.ts';
import { cast } from '../../../graph/ops/cast.ts';
import { equal, greater, greaterOrEqual, less, lessOrEqual } from '../../../graph/ops/comparisons.ts';
import { cos } from '../../../graph/ops/cos.ts';
import { divide } from '../../../graph/ops/divide.ts';
import { erf } from '../../../graph/ops/erf.ts';
import { exp } from '../../../graph/ops/exp.ts';
import { log } from '../../../graph/ops/log.ts';
import { and, not, or } from '../../../graph/ops/logical.ts';
import { maximum } from '../../../graph/ops/maximum.ts';
import { minimum } from '../../../graph/ops/minimum.ts';
import { multiply } from '../../../graph/ops/multiply.ts';
import { negate } from '../../../graph/ops/negate.ts';
import { pow } from '../../../graph/ops/pow.ts';
import { reciprocal } from '../../../graph/ops/reciprocal.ts';
import { sin } from '../../../graph/ops/sin.ts';
import { sqrt } from '../../../graph/ops/sqrt.ts';
import { subtract } from '../../../graph/ops/subtract.ts';
import { where } from '../../../graph/ops/where.ts';
import type { Dim, Tensor } from '../../../graph/tensor.ts';
import { broadcastKnown } from '../arrange.ts';
import { numberAttribute, present, refuse } from '../attributes.ts';
import type { Translate } from '../builder.ts';
import { isKnown, type Known, toTensor, type Value } from '../values.ts';

type OnCells = (...cells: Dim[]) => Dim;

/** Arithmetic of shapes, in which the batch may take part, and of small constants. */
const number = (compute: (...numbers: number[]) => number | boolean): OnCells => {
  return (...cells) =>
    cells.every((cell) => typeof cell === 'number') ? Number(compute(...cells)) : openLength(cells);
};

function openLength(cells: readonly Dim[]): never {
  throw new SamesameError('E_MODEL', {
    what: 'it computes with the size of the batch what samesame cannot',
    expected: 'products and quotients of the batch and numbers',
    received: cells.join(' and '),
    help: 'export the network with a fixed batch of 1',
  });
}

function times(a: Dim, b: Dim): Dim {
  const [left, right] = [splitDim(a), splitDim(b)];
  if (left.symbol !== undefined && right.symbol !== undefined) return openLength([a, b]);
  return joinDim({ count: left.count * right.count, symbol: left.symbol ?? right.symbol });
}

function over(a: Dim, b: Dim): Dim {
  const [left, right] = [splitDim(a), splitDim(b)];
  if (left.symbol === right.symbol && left.symbol !== undefined) return left.count / right.count;
  const count = left.count / right.count;
  if (right.symbol !== undefined || (left.symbol !== undefined && !Number.isInteger(count))) {
    return openLength([a, b]);
  }
  return joinDim({ count, symbol: left.symbol });
}

/** A length that is open is no negative number and not 0: exporters ask for −1 and 0 to fill in defaults. */
function same(a: Dim, b: Dim): number {
  if (typeof a === typeof b) return Number(a === b);
  const [symbol, value] = typeof a === 'number' ? [b, a] : [a, b];
  return typeof symbol === 'string' && Number(value) <= 0 ? 0 : openLength([a, b]);
}

const binary = (fold: OnCells, build: (a: Tensor, b: Tensor) => Tensor, resultType?: DType): Translate => {
  return ([a, b]) => {
    const [left, right] = [present(a, 'first operand'), present(b, 'second operand')];
    return foldCells([left, right], fold, resultType) ?? build(toTensor(left), toTensor(right));
  };
};

/** Addition and multiplication, whose constants are biases, scales and position embeddings: weights. */
const weighted = (fold: OnCells, build: (a: Tensor, b: Tensor) => Tensor): Translate => {
  return ([a, b], _node, builder) => {
    const operands = [present(a, 'first operand'), present(b, 'second operand')];
    const folded = foldCells(operands, fold);
    if (folded !== undefined) return folded;
    const [left, right] = operands.map((x) => builder.weight(x, 'offset'));
    return build(left, right);
  };
};

const unary = (build: (x: Tensor) => Tensor, fold?: (x: number) => number | boolean): Translate => {
  return ([x]) => {
    const value = present(x, 'input');
    return (fold && foldCells([value], number(fold))) ?? build(toTensor(value));
  };
};

const divideValues: Translate = ([a, b]) => {
  const operands = [present(a, 'first operand'), present(b, 'second operand')];
  const isWhole = isKnown(operands[0]) && !isFloat(operands[0].dtype);
  const fold: OnCells = (x, y) => {
    const quotient = over(x, y);
    return isWhole && typeof quotient === 'number' ? Math.trunc(quotient) : quotient;
  };
  return foldCells(operands, fold) ?? divide(toTensor(operands[0]), toTensor(operands[1]));
};

const power: Translate = ([a, b]) => {
  const [base, exponent] = [present(a, 'base'), present(b, 'exponent')];
  const folded = foldCells([base, exponent], number(Math.pow));
  if (folded !== undefined) return folded;
  if (!isKnown(exponent) || exponent.values.length !== 1) return pow(toTensor(base), toTensor(exponent));
  return pow(toTensor(base), Number(exponent.values[0]));
};

/** Min and Max take any number of inputs. */
const extremum = (fold: OnCells, build: (a: Tensor, b: Tensor) => Tensor): Translate => {
  return (inputs) => {
    const operands = inputs.map((x) => present(x, 'input'));
    return foldCells(operands, fold) ?? operands.map(toTensor).reduce(build);
  };
};

const choose: Translate = (inputs) => {
  const [condition, a, b] = inputs.map((x) => present(x, 'input'));
  const fold: OnCells = (chosen, x, y) => (chosen !== 0 ? x : y);
  if (isKnown(condition) && isKnown(a) && isKnown(b)) {
    return { ...foldCells([condition, a, b], fold)!, dtype: a.dtype };
  }
  return where(toTensor(condition), toTensor(a), toTensor(b));
};

/** Between floating types nothing is to do: every network computes in float32 here. */
const castValue: Translate = ([x], node) => {
  const value = present(x, 'input');
  const dtype = castTarget(numberAttribute(node, 'to', 1));
  if (isFloat(dtype) && isFloat(value.dtype)) return value;
  if (!isKnown(value)) return cast(value, dtype);
  const fold: OnCells = (cell) => (typeof cell === 'string' || isFloat(dtype) ? cell : toWhole(cell, dtype));
  return foldCells([value], fold, dtype)!;
};

/** Half, double and bfloat16 are float32 here. */
function castTarget(code: number): DType {
  const FLOATS = [1, 10, 11, 16];
  if (FLOATS.includes(code)) return 'float32';
  const found = Object.entries(ONNX_TYPE).find(([, known]) => known === code)?.[0] as DType | undefined;
  refuse(found === undefined, `Cast to type ${code}`, Object.keys(ONNX_TYPE).join(', '));
  return found!;
}

function toWhole(value: number, dtype: DType): number {
  return dtype === 'bool' ? Number(value !== 0) : Math.trunc(value);
}

/** The op on known values, broadcast; undefined where one depends on the image, or the batch is used as a number. */
function foldCells(operands: readonly Value[], fold: OnCells, resultType?: DType): Known | undefined {
  if (!operands.every(isKnown)) return undefined;
  const shape = operands
    .map((operand) => operand.shape as Dim[])
    .reduce((a, b) => broadcastShapes(a, b, 'a constant')) as number[];
  const full = operands.map((operand) =>
    operand.shape.length === shape.length && operand.shape.every((dim, i) => dim === shape[i])
      ? operand
      : broadcastKnown(operand, shape),
  );
  const values = Array.from(full[0].values, (_, i) => fold(...full.map((operand) => operand.values[i])));
  return { name: '', dtype: resultType ?? operands[0].dtype, shape, values };
}

export const ELEMENTWISE: Readonly<Record<string, Translate>> = {
  Add: weighted((a, b) => (a === 0 ? b : b === 0 ? a : number((x, y) => x + y)(a, b)), add),
  Sub: binary((a, b) => (b === 0 ? a : a === b ? 0 : number((x, y) => x - y)(a, b)), subtract),
  Mul: weighted(times, multiply),
  Div: divideValues,
  Pow: power,
  Min: extremum(number(Math.min), minimum),
  Max: extremum(number(Math.max), maximum),
  Equal: binary(same, equal, 'bool'),
  Greater: binary(
    number((a, b) => a > b),
    greater,
    'bool',
  ),
  GreaterOrEqual: binary(
    number((a, b) => a >= b),
    greaterOrEqual,
    'bool',
  ),
  Less: binary(
    number((a, b) => a < b),
    less,
    'bool',
  ),
  LessOrEqual: binary(
    number((a, b) => a <= b),
    lessOrEqual,
    'bool',
  ),
  And: binary(
    number((a, b) => a !== 0 && b !== 0),
    and,
    'bool',
  ),
  Or: binary(
    number((a, b) => a !== 0 || b !== 0),
    or,
    'bool',
  ),
  Not: unary(not, (x) => x === 0),
  Where: choose,
  Cast: castValue,
  Neg: unary(negate, (x) => -x),
  Abs: unary(abs, Math.abs),
  Sqrt: unary(sqrt, Math.sqrt),
  Exp: unary(exp, Math.exp),
  Log: unary(log, Math.log),
  Reciprocal: unary(reciprocal, (x) => 1 / x),
  Erf: unary(erf),
  Sin: unary(sin, Math.sin),
  Cos: unary(cos, Math.cos),
};
