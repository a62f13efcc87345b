import { SamesameError } from '../base/errors.ts';
import { compile } from '../graph/compile.ts';
import type { TensorData } from '../graph/dtype.ts';
import { input } from '../graph/ops/source.ts';
import type { Tensor } from '../graph/tensor.ts';
import { fromPixels, type PixelScale } from '../nn/layers/pixels.ts';
import type { Encoder, ImageShape } from '../nn/networks/encoder.ts';
import { createScope, type Parameter } from '../nn/scope.ts';

/** Values of parameters by name, each of the parameter's size. */
export type ParameterValues = ReadonlyMap<string, Float32Array>;

/**
 * The ONNX file of a trained encoder: `images` uint8 `[batch, H, W, C]` → `embedding` float32 `[batch, D]`, any batch.
 * Scaling and normalisation are inside. Equal values give equal bytes.
 * @throws E_MODEL where a parameter has no value
 */
export function buildEncoderModel(
  encoder: Encoder,
  { height, width, channels }: ImageShape,
  pixelScale: PixelScale,
  values: ParameterValues,
): Uint8Array {
  const collected = createScope({ training: false });
  const images = input('images', 'uint8', ['batch', height, width, channels]);
  const embedding = encoder.layer(fromPixels(images, pixelScale), collected.scope);
  return compile({ embedding }, { name: encoder.name, bind: bindValues(collected.parameters, values) }).bytes;
}

/** The constants that take the place of parameters. @throws E_MODEL */
export function bindValues(
  parameters: readonly Parameter[],
  values: ParameterValues,
): Map<Tensor, TensorData> {
  return new Map(
    parameters.map(({ name, tensor, shape }) => {
      const value = values.get(name);
      const length = shape.reduce((product, dim) => product * dim, 1);
      if (value?.length === length) return [tensor, value];
      throw new SamesameError('E_MODEL', {
        what: `the parameter ${name} has no fitting value`,
        expected: `${length} numbers`,
        received: value === undefined ? 'none' : `${value.length} numbers`,
      });
    }),
  );
}
