import { SamesameError } from '../base/errors.ts';
import { compile } from '../graph/compile.ts';
import type { TensorData } from '../graph/dtype.ts';
import { cast } from '../graph/ops/cast.ts';
import { input } from '../graph/ops/source.ts';
import type { Tensor } from '../graph/tensor.ts';
import { fromPixels, type PixelScale } from '../nn/layers/pixels.ts';
import type { Encoder, ImageShape, Trunk } from '../nn/networks/encoder.ts';
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
  imageShape: ImageShape,
  pixelScale: PixelScale,
  values: ParameterValues,
): Uint8Array {
  const collected = createScope({ training: false });
  const planes = scaledImages(imageShape, pixelScale);
  const features = encoder.trunk === undefined ? planes : encoder.trunk.layer(planes, collected.scope);
  const embedding = encoder.layer(features, collected.scope);
  return compile({ embedding }, { name: encoder.name, bind: bindValues(collected.parameters, values) }).bytes;
}

/**
 * The ONNX file of a frozen trunk: `images` uint8 `[batch, H, W, C]` → `features` float16 `[batch, ...featureShape]`.
 * Equal trunks give equal bytes, by which their features are kept.
 */
export function buildTrunkModel(trunk: Trunk, imageShape: ImageShape, pixelScale: PixelScale): Uint8Array {
  const { scope } = createScope({ training: false });
  const features = cast(trunk.layer(scaledImages(imageShape, pixelScale), scope), 'float16');
  return compile({ features }, { name: 'trunk' }).bytes;
}

/** What follows a trunk: `features` float16 `[batch, ...featureShape]` → `embedding` float32 `[batch, D]`. @throws E_MODEL */
export function buildHeadModel(encoder: Encoder, trunk: Trunk, values: ParameterValues): Uint8Array {
  const collected = createScope({ training: false });
  const features = input('features', 'float16', ['batch', ...trunk.featureShape]);
  const embedding = encoder.layer(cast(features, 'float32'), collected.scope);
  return compile({ embedding }, { name: encoder.name, bind: bindValues(collected.parameters, values) }).bytes;
}

function scaledImages({ height, width, channels }: ImageShape, pixelScale: PixelScale): Tensor {
  return fromPixels(input('images', 'uint8', ['batch', height, width, channels]), pixelScale);
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
