import { type Dim, normalizeAxis, type Shape } from '../tensor.ts';

/** Options of every reduction. */
export interface ReduceOptions {
  /** Keep reduced axes with length 1. Default false. */
  readonly keepDims?: boolean;
}

export interface ReduceAttributes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** Axes counted from the front, sorted, each once; all of them when `axes` is undefined. @throws E_SHAPE */
export function resolveAxes(axes: readonly number[] | undefined, rank: number, user: string): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  return [...new Set(axes.map((axis) => normalizeAxis(axis, rank, user)))].sort((a, b) => a - b);
}

/** The shape after reducing `axes`. */
export function reducedShape(shape: Shape, { axes, keepDims }: ReduceAttributes): Dim[] {
  if (keepDims) return shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  return shape.filter((_, i) => !axes.includes(i));
}
