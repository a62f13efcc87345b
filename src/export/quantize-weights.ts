/** Weights as 8-bit numbers: `w ≈ scales[c] · data[i]`, with c the channel that i lies in. */
export interface QuantizedWeights {
  readonly data: Int8Array;
  /** `[numChannels]`, above 0. */
  readonly scales: Float32Array;
}

/**
 * Bits of a quantised weight. x86 processors without VNNI add two products of a byte and a weight in 16 bits, which
 * overflow where both are large; weights of 7 bits cannot (`2 · 255 · 63 < 2¹⁵`).
 */
export type WeightBits = 7 | 8;

/**
 * Quantises weights, each output channel by its own largest weight.
 * @param axis of `shape` that output channels lie along
 * @param options `bits`, default 8; `leastScales` `[numChannels]`, which no scale is below, default none
 * @source Krishnamoorthi 2018, "Quantizing deep convolutional networks for efficient inference", section 3
 */
export function quantizeWeights(
  values: Float32Array,
  shape: readonly number[],
  axis: number,
  {
    bits = 8,
    leastScales = new Float32Array(shape[axis]),
  }: { readonly bits?: WeightBits; readonly leastScales?: Float32Array } = {},
): QuantizedWeights {
  const most = 2 ** (bits - 1) - 1;
  const numChannels = shape[axis];
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const channelOf = (i: number) => Math.floor(i / inner) % numChannels;
  const largest = new Float64Array(numChannels);
  for (let i = 0; i < values.length; i++) {
    const c = channelOf(i);
    largest[c] = Math.max(largest[c], Math.abs(values[i]));
  }
  // A channel of zeros needs any scale but 0.
  const scales = Float32Array.from(largest, (size, c) => Math.max(size / most, leastScales[c]) || 1);
  const data = Int8Array.from(values, (value, i) => {
    const level = Math.round(value / scales[channelOf(i)]);
    return Math.max(-most, Math.min(most, level));
  });
  return { data, scales };
}

/** A scale and the level that stands for 0, of an activation as uint8. */
export interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Levels 0…255 for a range with 0 in it, so that 0 (padding, ReLU) is one of them. */
export function affineOf({ low, high }: { readonly low: number; readonly high: number }): Affine {
  const [from, to] = [Math.min(0, low), Math.max(0, high)];
  if (!(to > from)) return { scale: 1, zeroPoint: 0 };
  const scale = Math.fround((to - from) / 255);
  return { scale, zeroPoint: Math.max(0, Math.min(255, Math.round(-from / scale))) };
}
