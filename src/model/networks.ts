import { SamesameError } from '../base/errors.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { createHeadComparer, euclideanComparer, type PairComparer } from './comparator.ts';
import type { ModelConfig } from './config.ts';
import { createEmbedder, type Embedder } from './embedder.ts';

/** A model's files as bytes. */
export interface ModelBytes {
  readonly config: ModelConfig;
  /** Where they came from, for messages. */
  readonly path: string;
  readonly encoder: Uint8Array;
  readonly comparator?: Uint8Array;
}

/** The networks of a model, loaded: from images to embeddings, from embeddings to distances. @throws E_MODEL, E_RUNTIME */
export async function openNetworks(
  { config, path, encoder, comparator }: ModelBytes,
  runtime: Runtime,
): Promise<{ readonly embedder: Embedder; readonly comparer: PairComparer }> {
  const embedder = await createEmbedder(encoder, runtime);
  checkFits(embedder, config, path);
  const { embeddingSize } = config.encoder;
  const comparer =
    config.comparator === undefined || comparator === undefined
      ? euclideanComparer(embeddingSize)
      : await createHeadComparer(
          comparator,
          { embeddingSize, bothWays: !config.comparator.symmetric && config.comparator.bothWays },
          runtime,
        );
  return { embedder, comparer };
}

/** An encoder is what its config says. @throws E_MODEL */
function checkFits(embedder: Embedder, { encoder, input }: ModelConfig, path: string): void {
  const imageBytes = input.height * input.width * input.channels;
  if (embedder.embeddingSize === encoder.embeddingSize && embedder.imageBytes === imageBytes) return;
  throw new SamesameError('E_MODEL', {
    what: `config.json and encoder.onnx in ${path} do not fit together`,
    expected: `images of ${imageBytes} bytes (${input.height}×${input.width}×${input.channels}), embeddings of ${encoder.embeddingSize}`,
    received: `images of ${embedder.imageBytes} bytes, embeddings of ${embedder.embeddingSize}`,
    help: 'config.json was changed; copy the model folder again, or train again',
  });
}
