import type { Random } from '../base/random.ts';

/** Fills a new parameter of `shape` from a seeded stream. */
export type Initializer = (shape: readonly number[], random: Random) => Float32Array;

/**
 * Normal with variance `2 / fanIn`: keeps the size of activations through ReLU layers.
 * @source He et al. 2015, "Delving deep into rectifiers", eq. 10
 */
export const heNormal: Initializer = (shape, random) => {
  const deviation = Math.sqrt(2 / fansOf(shape).fanIn);
  return fill(shape, () => deviation * random.normal());
};

/**
 * Uniform in `±√(6 / (fanIn + fanOut))`: keeps the size of activations and gradients through linear layers.
 * @source Glorot & Bengio 2010, eq. 16
 */
export const glorotUniform: Initializer = (shape, random) => {
  const { fanIn, fanOut } = fansOf(shape);
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  return fill(shape, () => limit * (2 * random.uniform() - 1));
};

/** Every entry `value`. */
export function constantOf(value: number): Initializer {
  return (shape) => fill(shape, () => value);
}

export const zeros: Initializer = constantOf(0);
export const ones: Initializer = constantOf(1);

/** Inputs and outputs of one unit: `[in, out]` of a dense layer, `[out, in, kH, kW]` of a convolution. */
function fansOf(shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length === 2) return { fanIn: shape[0], fanOut: shape[1] };
  const [numOut, numIn, ...kernel] = shape;
  const taps = kernel.reduce((product, length) => product * length, 1);
  return { fanIn: (numIn ?? 1) * taps, fanOut: numOut * taps };
}

function fill(shape: readonly number[], next: () => number): Float32Array {
  const length = shape.reduce((product, dim) => product * dim, 1);
  return Float32Array.from({ length }, next);
}
