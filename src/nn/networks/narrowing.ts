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

/** Channels of a network that halves its image. */
export interface Widths {
  /** Of the first convolution. */
  readonly stemChannels: number;
  /** Of the first block; the second has twice as many, and so on. */
  readonly blockChannels: number;
  readonly maxChannels: number;
}

/** Blocks halve the image until its longer side is no longer than this. */
const LAST_SIDE = 8;

/**
 * A strided 5×5 convolution, then 3×3 convolutions with max pooling until 8×8 or less is left, then two dense layers to the
 * embedding: what `compact` and `slim` are.
 */
export function narrowing(
  name: string,
  widths: Widths,
  { embeddingSize = 64, normalize = true, dropout = 0 }: EncoderOptions,
): Encoder {
  return {
    name,
    embeddingSize,
    normalized: normalize,
    layer: sequential({
      stem: conv(widths.stemChannels, 5, { stride: 2, padding: 2 }),
      relu1: relu,
      blocks: blocksOf(widths),
      flatten,
      hidden: dense(128, { initializer: heNormal }),
      relu2: relu,
      dropout: dropoutLayer(dropout),
      embedding: dense(embeddingSize),
      ...(normalize ? { l2Norm } : {}),
    }),
  };
}

/** Convolution, pooling, ReLU. At least one block. */
function blocksOf({ blockChannels, maxChannels }: Widths): Layer {
  return (x, scope) => {
    let value = x;
    for (let i = 1; i === 1 || Math.max(Number(value.shape[2]), Number(value.shape[3])) > LAST_SIDE; i++) {
      const channels = Math.min(blockChannels * i, maxChannels);
      const block = sequential({ conv: conv(channels, 3, { padding: 1 }), pool: maxPool(2), relu });
      value = block(value, scope.within(`block${i}`));
    }
    return value;
  };
}
