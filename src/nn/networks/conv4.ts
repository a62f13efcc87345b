import { relu } from '../layers/activations.ts';
import { batchNorm } from '../layers/batch-norm.ts';
import { conv } from '../layers/conv.ts';
import type { Layer } from '../layers/layer.ts';
import { maxPool } from '../layers/pooling.ts';
import { sequential } from '../layers/sequential.ts';
import { flatten } from '../layers/shape.ts';
import type { Encoder } from './encoder.ts';

/** Pooling before the ReLU gives the same numbers and does the elementwise work on a quarter of them. */
const block: Layer = sequential({
  conv: conv(64, 3, { padding: 1, bias: false }),
  norm: batchNorm(),
  pool: maxPool(2),
  relu,
});

/**
 * The network that few-shot learning is measured with: four blocks of a 3×3 convolution with 64 filters, batch norm,
 * ReLU and 2×2 max pooling; on 28×28×1 an embedding of 64 numbers of any length, and 111,680 parameters that are
 * learned. For images of 16 to 31 pixels a side, which four poolings bring down to one.
 * @source Vinyals et al. 2016, "Matching networks for one shot learning", section 4.1; Snell et al. 2017
 */
export function conv4(): Encoder {
  return {
    name: 'conv4',
    embeddingSize: 64,
    normalized: false,
    layer: sequential({ block1: block, block2: block, block3: block, block4: block, flatten }),
  };
}
