import { l2Normalize } from '../../graph/ops/l2-normalize.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import type { Layer } from './layer.ts';

/** `[N, …] → [N, the rest in one axis]`. */
export const flatten: Layer = (x) =>
  reshape(x, [x.shape[0], x.shape.slice(1).reduce<number>((product, dim) => product * Number(dim), 1)]);

/** `[N, D] → [N, D]`: each row scaled to length 1. */
export const l2Norm: Layer = (x) => l2Normalize(x);
