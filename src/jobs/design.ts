import type { Runtime } from '../graph/runtime/types.ts';
import type { Comparator } from '../loss/comparators/comparator.ts';
import { createHeadComparer, euclideanComparer } from '../model/comparator.ts';
import { buildComparatorModel } from '../model/comparator-graph.ts';
import { createEmbedder } from '../model/embedder.ts';
import { buildEncoderModel, buildHeadModel, type ParameterValues } from '../model/encoder-graph.ts';
import type { Model } from '../model/model.ts';
import type { PixelScale } from '../nn/layers/pixels.ts';
import type { Encoder, ImageShape } from '../nn/networks/encoder.ts';
import { initialValues } from './backbone/initial-values.ts';

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
export function buildFiles(design: ModelDesign, values: ParameterValues) {
  const { encoder, imageShape, pixelScale } = design;
  return {
    encoder: buildEncoderModel(encoder, imageShape, pixelScale, values),
    comparator: buildComparator(design, values),
  };
}

function buildComparator({ comparator, encoder }: ModelDesign, values: ParameterValues) {
  return comparator && buildComparatorModel(comparator, encoder.embeddingSize, values);
}

/** Whether the design's head is asked both ways round: one that is symmetric never needs to be. */
export function asksBothWays({ comparator, bothWays = true }: ModelDesign): boolean {
  return comparator !== undefined && !comparator.symmetric && bothWays;
}

/**
 * A design under given values, loaded. What it embeds are rows as `rowsOf` gives them: behind a frozen trunk, its
 * features.
 */
export async function openParts(
  design: ModelDesign,
  values: ParameterValues,
  runtime: Runtime,
): Promise<Pick<Model, 'embed' | 'distances' | 'close'>> {
  const { encoder, imageShape, pixelScale } = design;
  const { embeddingSize, trunk } = encoder;
  const model =
    trunk === undefined
      ? buildEncoderModel(encoder, imageShape, pixelScale, values)
      : buildHeadModel(encoder, trunk, values);
  const embedder = await createEmbedder(model, runtime);
  const comparator = buildComparator(design, values);
  const comparer =
    comparator === undefined
      ? euclideanComparer(embeddingSize)
      : await createHeadComparer(comparator, { embeddingSize, bothWays: asksBothWays(design) }, runtime);
  return {
    embed: embedder.embed,
    distances: comparer.distances,
    async close() {
      await embedder.close();
      await comparer.close();
    },
  };
}

/** A backbone as it was before training, loaded. @param encoder without a head, of the design's images */
export function openUntrained(
  design: ModelDesign,
  encoder: Encoder,
  runtime: Runtime,
): Promise<Pick<Model, 'embed' | 'distances' | 'close'>> {
  const values = initialValues(encoder, design.imageShape);
  return openParts({ ...design, encoder, comparator: undefined }, values, runtime);
}
