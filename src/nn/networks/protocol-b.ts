import { glorotUniform } from '../initializers.ts';
import { relu } from '../layers/activations.ts';
import { conv } from '../layers/conv.ts';
import { maxPool } from '../layers/pooling.ts';
import { sequential } from '../layers/sequential.ts';
import { flatten } from '../layers/shape.ts';
import type { Encoder } from './encoder.ts';

const same = { padding: 'same', initializer: glorotUniform } as const;

/**
 * The two-dimensional embedding of protocol B, 160,258 parameters on 28×28×1.
 * @source after Hadsell, Chopra & LeCun 2006, "Dimensionality reduction by learning an invariant mapping"
 */
export function protocolB(): Encoder {
  const pool = maxPool(2, { padding: 'same' });
  return {
    name: 'protocol-b',
    embeddingSize: 2,
    normalized: false,
    layer: sequential({
      conv1: conv(32, 7, same),
      relu1: relu,
      pool1: pool,
      conv2: conv(64, 5, same),
      relu2: relu,
      pool2: pool,
      conv3: conv(128, 3, same),
      relu3: relu,
      pool3: pool,
      conv4: conv(256, 1, same),
      relu4: relu,
      pool4: pool,
      conv5: conv(2, 1, same),
      pool5: pool,
      flatten,
    }),
  };
}
