import { extractOnnx } from '../graph/extract.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { createValueHistogram, type ValueRange } from './value-histogram.ts';

/** Images that activations are looked at on: any number of them, decoded, uint8 `[N, H, W, C]`. */
export type ImageBatches = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Shape of one image as the encoder's file has it: `[H, W, C]`. */
export type ImageDims = readonly [height: number, width: number, channels: number];

/**
 * Runs a network on images and gives the range of each named value.
 * @param values names of float32 values
 * @returns by name; every one of `values` is in it
 * @throws E_RUNTIME; what the iteration throws
 */
export async function calibrateRanges(
  encoder: Uint8Array,
  values: readonly string[],
  batches: ImageBatches,
  { dims, runtime }: { readonly dims: ImageDims; readonly runtime: Runtime },
): Promise<Map<string, ValueRange>> {
  const histograms = new Map(values.map((name) => [name, createValueHistogram()]));
  const program = await runtime.load(extractOnnx(encoder, { outputs: values }));
  const imageBytes = dims[0] * dims[1] * dims[2];
  try {
    for await (const batch of batches) {
      const results = await program.run({
        images: runtime.tensor('uint8', batch, [batch.length / imageBytes, ...dims]),
      });
      for (const [name, histogram] of histograms) histogram.add(results[name].data as Float32Array);
    }
  } finally {
    await program.close();
  }
  return new Map(Array.from(histograms, ([name, histogram]) => [name, histogram.bestRange()]));
}

/**
 * Numbers of axes of all float32 values of a network, found by running it once on a black image.
 * @throws E_RUNTIME
 */
export async function probeRanks(
  encoder: Uint8Array,
  values: readonly string[],
  { dims, runtime }: { readonly dims: ImageDims; readonly runtime: Runtime },
): Promise<Map<string, number>> {
  const program = await runtime.load(extractOnnx(encoder, { outputs: values }));
  try {
    const images = runtime.tensor('uint8', new Uint8Array(dims[0] * dims[1] * dims[2]), [1, ...dims]);
    const results = await program.run({ images });
    return new Map(
      Object.entries(results)
        .filter(([, { type }]) => type === 'float32')
        .map(([name, { dims: shape }]) => [name, shape.length]),
    );
  } finally {
    await program.close();
  }
}
