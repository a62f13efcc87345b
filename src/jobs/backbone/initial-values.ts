import { createRandom } from '../../base/random.ts';
import { input } from '../../graph/ops/source.ts';
import type { ParameterValues } from '../../model/encoder-graph.ts';
import type { Encoder, ImageShape } from '../../nn/networks/encoder.ts';
import { createScope } from '../../nn/scope.ts';

/** The values that an encoder's parameters begin with; those of a pretrained network are the ones in its file. */
export function initialValues(encoder: Encoder, { height, width, channels }: ImageShape): ParameterValues {
  const collected = createScope({ training: false });
  const shape = encoder.trunk?.featureShape ?? [channels, height, width];
  encoder.layer(input('features', 'float32', ['batch', ...shape]), collected.scope);
  const random = createRandom('initial');
  return new Map(
    collected.parameters.map(({ name, shape, initializer }) => [name, initializer(shape, random.fork(name))]),
  );
}
