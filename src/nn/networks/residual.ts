import { add } from '../../graph/ops/add.ts';
import { relu } from '../layers/activations.ts';
import { batchNorm } from '../layers/batch-norm.ts';
import { conv } from '../layers/conv.ts';
import { dense } from '../layers/dense.ts';
import type { Layer } from '../layers/layer.ts';
import { maxPool } from '../layers/pooling.ts';
import { sequential } from '../layers/sequential.ts';
import { flatten, l2Norm } from '../layers/shape.ts';
import type { Encoder, EncoderOptions } from './encoder.ts';

/** Channels of the three blocks. */
const CHANNELS = [64, 128, 256];
/** Blocks halve the image until its longer side is no longer than this. */
const LAST_SIDE = 4;

/**
 * A small residual network for drawings and other things that differ in little: a strided 5×5 convolution, then three
 * blocks of two 3×3 convolutions beside a 1×1 shortcut, batch norm behind each, and one dense layer to an embedding of
 * length 1. The stride in the first layer keeps batch norm, which costs memory traffic, off the full resolution.
 * @param options `embeddingSize` D, default 64; `normalize` to length 1, default true
 * @source after He, Zhang, Ren & Sun 2016, "Deep residual learning for image recognition"
 */
export function residual({ embeddingSize = 64, normalize = true }: EncoderOptions = {}): Encoder {
  return {
    name: 'residual',
    embeddingSize,
    normalized: normalize,
    layer: sequential({
      stem: conv(32, 5, { stride: 2, padding: 2, bias: false }),
      norm: batchNorm(),
      relu,
      blocks,
      flatten,
      embedding: dense(embeddingSize),
      ...(normalize ? { l2Norm } : {}),
    }),
  };
}

const blocks: Layer = (x, scope) =>
  CHANNELS.reduce((value, channels, i) => block(channels)(value, scope.within(`block${i + 1}`)), x);

/** ReLU after pooling, which it commutes with. */
function block(channels: number): Layer {
  const main = sequential({
    conv1: conv(channels, 3, { padding: 1, bias: false }),
    norm1: batchNorm(),
    relu,
    conv2: conv(channels, 3, { padding: 1, bias: false }),
    norm2: batchNorm(),
  });
  const shortcut = sequential({ conv: conv(channels, 1, { bias: false }), norm: batchNorm() });
  return (x, scope) => {
    const sum = add(main(x, scope), shortcut(x, scope.within('shortcut')));
    const isLarge = Math.max(Number(x.shape[2]), Number(x.shape[3])) > LAST_SIDE;
    return relu(isLarge ? maxPool(2)(sum, scope) : sum, scope);
  };
}
