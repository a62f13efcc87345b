import { heNormal } from '../initializers.ts';
import { relu } from '../layers/activations.ts';
import { conv } from '../layers/conv.ts';
import { dense } from '../layers/dense.ts';
import { maxPool } from '../layers/pooling.ts';
import { sequential } from '../layers/sequential.ts';
import { flatten } from '../layers/shape.ts';
import type { Encoder } from './encoder.ts';

/**
 * The trainable leg of protocol E (couples on disk): three convolutions and two dense layers, each with a penalty on its
 * weights as published: .03, and .05 on the first dense layer.
 */
export function protocolE(): Encoder {
  return {
    name: 'protocol-e',
    embeddingSize: 256,
    normalized: false,
    layer: sequential({
      conv1: conv(8, 5, { l2: 0.03 }),
      relu1: relu,
      pool1: maxPool(2),
      conv2: conv(8, 5, { l2: 0.03 }),
      relu2: relu,
      pool2: maxPool(2),
      conv3: conv(16, 3, { l2: 0.03 }),
      relu3: relu,
      pool3: maxPool(2),
      flatten,
      dense1: dense(256, { initializer: heNormal, l2: 0.05 }),
      relu4: relu,
      dense2: dense(256, { initializer: heNormal, l2: 0.03 }),
      relu5: relu,
    }),
  };
}
