import type { Runtime } from '../graph/runtime/types.ts';
import type { Comparator } from '../loss/comparators/comparator.ts';
import { createHeadComparer, euclideanComparer } from '../model/comparator.ts';
import { buildComparatorModel } from '../model/comparator-graph.ts';
import { createEmbedder } from '../model/embedder.ts';
import { buildEncoderModel, type ParameterValues } from '../model/encoder-graph.ts';
import type { Model } from '../model/model.ts';
import type { PixelScale } from '../nn/layers/pixels.ts';
import type { Encoder, ImageShape } from '../nn/networks/encoder.ts';

/** What a model is made of, apart from the values of its parameters. */
export interface ModelDesign {
  readonly encoder: Encoder;
  readonly imageShape: ImageShape;
  readonly pixelScale: PixelScale;
  readonly comparator?: Comparator;
  /** Whether a head that is not symmetric is asked both ways round. Default true. */
  readonly bothWays?: boolean;
}

/** The ONNX files of a design under given values. */
export function buildFiles(
  { encoder, imageShape, pixelScale, comparator }: ModelDesign,
  values: ParameterValues,
) {
  return {
    encoder: buildEncoderModel(encoder, imageShape, pixelScale, values),
    comparator: comparator && buildComparatorModel(comparator, encoder.embeddingSize, values),
  };
}

/** Whether the design's head is asked both ways round: one that is symmetric never needs to be. */
export function asksBothWays({ comparator, bothWays = true }: ModelDesign): boolean {
  return comparator !== undefined && !comparator.symmetric && bothWays;
}

/** A design under given values, loaded. */
export async function openParts(
  design: ModelDesign,
  values: ParameterValues,
  runtime: Runtime,
): Promise<Pick<Model, 'embed' | 'distances' | 'close'>> {
  const files = buildFiles(design, values);
  const embedder = await createEmbedder(files.encoder, runtime);
  const { embeddingSize } = design.encoder;
  const comparer =
    files.comparator === undefined
      ? euclideanComparer(embeddingSize)
      : await createHeadComparer(
          files.comparator,
          { embeddingSize, bothWays: asksBothWays(design) },
          runtime,
        );
  return {
    embed: embedder.embed,
    distances: comparer.distances,
    async close() {
      await embedder.close();
      await comparer.close();
    },
  };
}
