import type { Emitter } from '../tensor.ts';

/** ONNX Runtime's own ops on images whose channels lie in blocks: `[N, C / block, H, W, block]`. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

/** `value` under another shape: its elements as they lie in memory, whatever a blocked op calls its shape. */
export function reshaped(emitter: Emitter, value: string, shape: readonly number[]): string {
  return emitter.node('Reshape', [value, emitter.int64s(shape)]);
}

/** The sum over one axis, which is left out. */
export function summed(emitter: Emitter, value: string, axis: number): string {
  return emitter.node('ReduceSum', [value, emitter.int64s([axis])], { keepdims: 0 });
}
