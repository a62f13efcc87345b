import { heNormal } from '../initializers.ts';
import { relu } from '../layers/activations.ts';
import { conv } from '../layers/conv.ts';
import { dense } from '../layers/dense.ts';
import type { Layer } from '../layers/layer.ts';
import { maxPool } from '../layers/pooling.ts';
import { sequential } from '../layers/sequential.ts';
import { flatten, l2Norm } from '../layers/shape.ts';
import type { Encoder, EncoderOptions } from './encoder.ts';

/** Blocks halve the image until its longer side is no longer than this. */
const LAST_SIDE = 8;
const MAX_CHANNELS = 128;

/**
 * Our default for small images: a strided 5×5 convolution, then 3×3 convolutions with max pooling until 8×8 or less is
 * left, then two dense layers to an embedding of length 1. On 28×28×1 it has 429,120 parameters.
 *
 * Chosen by measurement (docs/compact.md): the stride in the first layer saves a seventh of the step and costs no
 * accuracy; pooling after the second beats a stride there; the hidden dense layer is worth more than another convolution.
 * @param options `embeddingSize` D, default 64; `normalize` to length 1, default true
 */
export function compact({ embeddingSize = 64, normalize = true }: EncoderOptions = {}): Encoder {
  return {
    name: 'compact',
    embeddingSize,
    normalized: normalize,
    layer: sequential({
      stem: conv(32, 5, { stride: 2, padding: 2 }),
      relu1: relu,
      blocks,
      flatten,
      hidden: dense(128, { initializer: heNormal }),
      relu2: relu,
      embedding: dense(embeddingSize),
      ...(normalize ? { l2Norm } : {}),
    }),
  };
}

/** Convolution, pooling, ReLU; 64 channels in the first block, 128 in those behind it. At least one block. */
const blocks: Layer = (x, scope) => {
  let value = x;
  for (let i = 1; i === 1 || Math.max(Number(value.shape[2]), Number(value.shape[3])) > LAST_SIDE; i++) {
    const channels = Math.min(64 * i, MAX_CHANNELS);
    const block = sequential({ conv: conv(channels, 3, { padding: 1 }), pool: maxPool(2), relu });
    value = block(value, scope.within(`block${i}`));
  }
  return value;
};
