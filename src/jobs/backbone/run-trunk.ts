import { SamesameError } from '../../base/errors.ts';
import { toFloat16 } from '../../base/float16.ts';
import type { PixelShape } from '../../data/types.ts';
import type { Runtime } from '../../graph/runtime/types.ts';

/** A loaded trunk: features of a batch, `[numImages, rowLength]` as bits of float16. */
export interface LoadedTrunk {
  /** Batches that are worth handing over at once. */
  readonly concurrency: number;
  run(pixels: Uint8Array, numImages: number): Promise<Uint16Array>;
  close(): Promise<void>;
}

/**
 * Loads a frozen graph with one input, uint8 `[N, H, W, C]`, and one output, float16 or float32 `[N, …]`.
 * @throws E_RUNTIME; E_MODEL for a graph of another kind
 */
export async function loadTrunk(
  runtime: Runtime,
  model: Uint8Array,
  shape: PixelShape,
): Promise<LoadedTrunk> {
  const program = await runtime.load(model);
  const inputs = Object.entries(program.inputs);
  const outputs = Object.entries(program.outputs);
  const [input, output] = [inputs[0], outputs[0]];
  const outputType: string | undefined = output?.[1].dtype;
  const isOfKind =
    inputs.length === 1 &&
    outputs.length === 1 &&
    input[1].dtype === 'uint8' &&
    (outputType === 'float32' || outputType === 'float16');
  if (!isOfKind) {
    await program.close();
    const list = (ports: typeof inputs) => ports.map(([name, { dtype }]) => `${name} (${dtype})`).join(', ');
    throw new SamesameError('E_MODEL', {
      what: 'the frozen part of the network cannot be run by itself',
      expected: 'one uint8 input, one float32 or float16 output',
      received: `inputs ${list(inputs)}; outputs ${list(outputs)}`,
    });
  }
  const { height, width, channels } = shape;
  return {
    concurrency: program.concurrency ?? 1,
    async run(pixels, numImages) {
      const batch = runtime.tensor('uint8', pixels, [numImages, height, width, channels]);
      const { data } = (await program.run({ [input[0]]: batch }))[output[0]];
      return data instanceof Uint16Array ? data : toFloat16(data as Float32Array);
    },
    close: () => program.close(),
  };
}
