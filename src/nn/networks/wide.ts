import { heNormal } from '../initializers.ts';
import { relu } from '../layers/activations.ts';
import { conv } from '../layers/conv.ts';
import { dense } from '../layers/dense.ts';
import { dropout as dropoutLayer } from '../layers/dropout.ts';
import type { Layer } from '../layers/layer.ts';
import { maxPool } from '../layers/pooling.ts';
import { sequential } from '../layers/sequential.ts';
import { flatten, l2Norm } from '../layers/shape.ts';
import type { Encoder, EncoderOptions } from './encoder.ts';

/** Blocks halve the image until its longer side is no longer than this. */
const LAST_SIDE = 8;
const MAX_CHANNELS = 192;

/**
 * `compact` with half as many channels again and one convolution more, for when accuracy is worth three times the step:
 * a strided 5×5 convolution, 3×3 convolutions with max pooling until 8×8 or less is left, one more without, then two
 * dense layers to an embedding of length 1. On 28×28×1 it has 2,634,048 parameters, nine tenths of them in the first
 * dense layer.
 *
 * Without batch norm, which is many passes over memory where a convolution is one.
 * @param options `embeddingSize` D, default 64; `normalize` to length 1, default true; `dropout`: share of the numbers
 * before the first dense layer that a training step leaves out, 0…1, default 0
 */
export function wide({ embeddingSize = 64, normalize = true, dropout = 0 }: EncoderOptions = {}): Encoder {
  return {
    name: 'wide',
    embeddingSize,
    normalized: normalize,
    layer: sequential({
      stem: conv(48, 5, { stride: 2, padding: 2 }),
      relu1: relu,
      blocks,
      last: conv(MAX_CHANNELS, 3, { padding: 1 }),
      relu2: relu,
      flatten,
      dropout: dropoutLayer(dropout),
      hidden: dense(256, { initializer: heNormal }),
      relu3: relu,
      embedding: dense(embeddingSize),
      ...(normalize ? { l2Norm } : {}),
    }),
  };
}

/** Convolution, pooling, ReLU; 96 channels in the first block, 192 in those behind it. At least one block. */
const blocks: Layer = (x, scope) => {
  let value = x;
  for (let i = 1; i === 1 || Math.max(Number(value.shape[2]), Number(value.shape[3])) > LAST_SIDE; i++) {
    const channels = Math.min(96 * i, MAX_CHANNELS);
    const block = sequential({ conv: conv(channels, 3, { padding: 1 }), pool: maxPool(2), relu });
    value = block(value, scope.within(`block${i}`));
  }
  return value;
};
