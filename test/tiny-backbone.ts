import { createRandom } from '../src/base/random.ts';
import { compile } from '../src/graph/compile.ts';
import { input } from '../src/graph/ops/source.ts';
import { bindValues } from '../src/model/encoder-graph.ts';
import { heNormal } from '../src/nn/initializers.ts';
import { relu } from '../src/nn/layers/activations.ts';
import { conv } from '../src/nn/layers/conv.ts';
import { dense } from '../src/nn/layers/dense.ts';
import { globalAveragePool, maxPool } from '../src/nn/layers/pooling.ts';
import { sequential } from '../src/nn/layers/sequential.ts';
import { flatten } from '../src/nn/layers/shape.ts';
import { createScope } from '../src/nn/scope.ts';

/** Channels of the last map. */
export const TINY_CHANNELS = 12;

/**
 * The ONNX file of a classifier with random weights that reads `pixel_values` float32 `[batch, 3, 32, 32]`: ten
 * convolutions, so that a share of its layers can be frozen, then a global pool and a dense layer, as MobileNet ends, or a
 * flattened map and two dense layers, as VGG does.
 */
export function tinyBackbone(ending: 'pooled' | 'flattened' = 'pooled'): Uint8Array {
  const convolutions = Array.from({ length: 10 }, (_, i) => [
    [`conv${i}`, conv(i < 9 ? 8 : TINY_CHANNELS, 3, { padding: 'same' })] as const,
    [`relu${i}`, relu] as const,
    ...(i === 1 || i === 3 ? [[`pool${i}`, maxPool(2)] as const] : []),
  ]);
  const layer = sequential({
    ...Object.fromEntries(convolutions.flat()),
    ...(ending === 'pooled'
      ? { pool: globalAveragePool, classifier: dense(5) }
      : {
          pool: maxPool(2),
          flatten,
          dense: dense(20, { initializer: heNormal }),
          relu,
          classifier: dense(5),
        }),
  });
  const collected = createScope({ training: false });
  const logits = layer(input('pixel_values', 'float32', ['batch', 3, 32, 32]), collected.scope);
  const random = createRandom('tiny backbone');
  const values = new Map(
    collected.parameters.map(({ name, shape, initializer }) => [name, initializer(shape, random.fork(name))]),
  );
  return compile({ logits }, { bind: bindValues(collected.parameters, values) }).bytes;
}
