import { glorotUniform } from '../initializers.ts';
import { relu } from '../layers/activations.ts';
import { conv } from '../layers/conv.ts';
import { dense } from '../layers/dense.ts';
import { maxPool } from '../layers/pooling.ts';
import { sequential } from '../layers/sequential.ts';
import { flatten } from '../layers/shape.ts';
import type { Encoder } from './encoder.ts';

/**
 * The encoder of protocol A (digit and clothing pairs): two small convolutions and a dense layer, 75,008 parameters
 * on 28×28×1; with its comparator head, 76,121. Weights begin Glorot uniform, as the published code leaves them.
 */
export function protocolA(): Encoder {
  return {
    name: 'protocol-a',
    embeddingSize: 32,
    normalized: false,
    layer: sequential({
      conv1: conv(8, 3, { initializer: glorotUniform }),
      relu1: relu,
      conv2: conv(16, 3, { initializer: glorotUniform }),
      relu2: relu,
      pool: maxPool(2),
      flatten,
      dense: dense(32),
      relu3: relu,
    }),
  };
}
