import { HUB_INPUT, HUB_OUTPUT } from '../../export/index.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import type { ModelConfig } from '../../model/config.ts';
import { createEmbedder } from '../../model/index.ts';
import type { Embed } from './parity.ts';

/** Images a run: as many as an embedder takes. */
const BATCH_SIZE = 64;

/** An exported network, fed with decoded images as the model is. */
export interface OpenedNetwork {
  readonly embed: Embed;
  close(): Promise<void>;
}

/**
 * Opens the file of an export. Where it reads `pixel_values`, images are brought to them as transformers.js does it: colours
 * as planes, each byte divided by 255; grey three times.
 * @throws E_MODEL, E_RUNTIME
 */
export async function openNetwork(
  network: Uint8Array,
  { height, width, channels }: ModelConfig['input'],
  runtime: Runtime,
): Promise<OpenedNetwork> {
  const program = await runtime.load(network);
  if (program.inputs[HUB_INPUT] === undefined) {
    await program.close();
    return createEmbedder(network, runtime);
  }
  const area = height * width;
  const embedBatch = async (pixels: Uint8Array) => {
    const numImages = pixels.length / (area * channels);
    const planes = new Float32Array(numImages * 3 * area);
    for (let n = 0; n < numImages; n++) {
      for (let c = 0; c < 3; c++) {
        const plane = (n * 3 + c) * area;
        const first = n * area * channels + (channels === 1 ? 0 : c);
        for (let i = 0; i < area; i++) planes[plane + i] = pixels[first + i * channels] / 255;
      }
    }
    const feeds = { [HUB_INPUT]: runtime.tensor('float32', planes, [numImages, 3, height, width]) };
    return (await program.run(feeds))[HUB_OUTPUT].data as Float32Array;
  };
  return {
    async embed(pixels) {
      const parts: Float32Array[] = [];
      const step = BATCH_SIZE * area * channels;
      for (let start = 0; start < pixels.length; start += step)
        parts.push(await embedBatch(pixels.subarray(start, start + step)));
      const embeddings = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts) {
        embeddings.set(part, at);
        at += part.length;
      }
      return embeddings;
    },
    close: () => program.close(),
  };
}
