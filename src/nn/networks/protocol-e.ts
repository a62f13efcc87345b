import { heNormal } from '../initializers.ts';
import { relu } from '../layers/activations.ts';
import { conv } from '../layers/conv.ts';
import { dense } from '../layers/dense.ts';
import { maxPool } from '../layers/pooling.ts';
import { sequential } from '../layers/sequential.ts';
import { flatten } from '../layers/shape.ts';
import type { Encoder } from './encoder.ts';

/** The trainable leg of protocol E (couples on disk): three convolutions and two dense layers. */
export function protocolE(): Encoder {
  return {
    name: 'protocol-e',
    embeddingSize: 256,
    normalized: false,
    layer: sequential({
      conv1: conv(8, 5),
      relu1: relu,
      pool1: maxPool(2),
      conv2: conv(8, 5),
      relu2: relu,
      pool2: maxPool(2),
      conv3: conv(16, 3),
      relu3: relu,
      pool3: maxPool(2),
      flatten,
      dense1: dense(256, { initializer: heNormal }),
      relu4: relu,
      dense2: dense(256, { initializer: heNormal }),
      relu5: relu,
    }),
  };
}
