import { relu as reluOp } from '../../graph/ops/relu.ts';
import type { Layer } from './layer.ts';

/** `max(x, 0)`. */
export const relu: Layer = (x) => reluOp(x);
