import { heNormal } from '../initializers.ts';
import { relu } from '../layers/activations.ts';
import { conv } from '../layers/conv.ts';
import { dense } from '../layers/dense.ts';
import { maxPool } from '../layers/pooling.ts';
import { sequential } from '../layers/sequential.ts';
import { flatten, l2Norm } from '../layers/shape.ts';
import type { Encoder } from './encoder.ts';

/** Our default for small images. */
export function compact({ embeddingSize = 64 }: { readonly embeddingSize?: number } = {}): Encoder {
  return {
    name: 'compact',
    embeddingSize,
    normalized: true,
    layer: sequential({
      conv1: conv(32, 3, { padding: 1 }),
      relu1: relu,
      pool1: maxPool(2),
      conv2: conv(64, 3, { padding: 1 }),
      relu2: relu,
      pool2: maxPool(2),
      flatten,
      dense1: dense(128, { initializer: heNormal }),
      relu3: relu,
      dense2: dense(embeddingSize),
      l2Norm,
    }),
  };
}
