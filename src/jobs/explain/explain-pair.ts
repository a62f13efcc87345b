import type { ProgressEvent } from '../../data/types.ts';
import { heatRegion, rankCorrelation } from '../../evaluate/index.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import { type Comparison, judge, type Model, type SpatialProduct } from '../../model/index.ts';
import { type Carried, measureCarried } from './carried.ts';
import { type DistancesTo, distancesOfRows } from './distances.ts';
import { meansInCells } from './grid.ts';
import type { View } from './hide.ts';
import { countPatches, occlusionHeat } from './occlusion.ts';
import { multiplyMaps, type Product } from './product.ts';
import { describeExplanation } from './sentence.ts';

/** Where the agreement of one photo with the other comes from. Heat has a number for each pixel that the network sees. */
export interface ExplainedSide {
  /** Of the heat maps: the photo's part of the network's input. */
  readonly height: number;
  readonly width: number;
  /** float32 `[height · width]`: the spatial product, spread over the pixels. Undefined where the network has no map. */
  readonly product?: Float32Array;
  /** Of the product's heat, what lies on the bars that `fit` puts beside a photo: there a model sees its shape. 0…1. */
  readonly barShare: number;
  /** float32 `[height · width]`: the rise of distance where that pixel is hidden. */
  readonly occlusion: Float32Array;
  /** The marked part: from which heat on, and its share of the photo. */
  readonly level: number;
  readonly areaShare: number;
  /** Of both maps; null where they cannot be compared. */
  readonly rankCorrelation: number | null;
}

export interface Explanation {
  readonly comparison: Comparison;
  /** How the marked parts were found: `path` and `descriptors` as `spatialProduct` says, `occlusion` where there is no map. */
  readonly method: SpatialProduct['method'] | 'occlusion';
  readonly sides: readonly [left: ExplainedSide, right: ExplainedSide];
  readonly carried: Carried;
  /** Spearman's, of spatial product and occlusion, the mean over both photos. */
  readonly rankCorrelation: number | null;
  /** All of it in plain words. */
  readonly sentence: string;
}

/** How the marked part is chosen, for people. */
export const REGION_RULE = 'the smallest part of each photo that holds half of its heat';

/** Maps are compared on a grid no finer than occlusion's own. */
const MAX_COMPARED_SIDE = 9;

export interface ExplainPairOptions {
  /** Share of similar pairs that the probability is told for. Default: the model's own. */
  readonly prior?: number;
  readonly runtime: Runtime;
  readonly signal?: AbortSignal;
  /** Stage `explain`: patches of both photos. */
  readonly onProgress?: (event: ProgressEvent) => void;
}

/**
 * Explains a model's verdict about two decoded images: where their agreement comes from by the spatial product of the last
 * feature map, the same by occlusion as the check, and how much of the similarity the hottest part carries.
 * @param encoder bytes of the model's `encoder.onnx`
 * @throws E_MODEL, E_RUNTIME; whatever `signal` aborts with
 */
export async function explainPair(
  model: Model,
  encoder: Uint8Array,
  [left, right]: readonly [left: View, right: View],
  { runtime, prior, signal, onProgress }: ExplainPairOptions,
): Promise<Explanation> {
  const embeddings = [await model.embed(left.pixels), await model.embed(right.pixels)] as const;
  const [distance] = await model.distances(...embeddings);
  const comparison = judge(distance, model.config, { prior });
  const toRight: DistancesTo = async (images) =>
    distancesOfRows(await model.embed(images), embeddings[1], (rows, others) =>
      model.distances(rows, others),
    );
  const toLeft: DistancesTo = async (images) =>
    distancesOfRows(await model.embed(images), embeddings[0], (rows, others) =>
      model.distances(others, rows),
    );

  const products = await multiplyMaps(model, encoder, [left, right], runtime);
  signal?.throwIfAborted();
  const counts = [countPatches(left), countPatches(right)];
  const occlude = (view: View, distancesTo: DistancesTo, before: number) =>
    occlusionHeat(view, distance, distancesTo, {
      signal,
      onProgress: (done) =>
        onProgress?.({ stage: 'explain', done: before + done, total: counts[0] + counts[1] }),
    });
  const occlusions = [await occlude(left, toRight, 0), await occlude(right, toLeft, counts[0])];

  const views = [left, right];
  const regions = views.map((_, i) => heatRegion(products?.[i].heat ?? occlusions[i]));
  const sides = views.map(({ part: { height, width } }, i): ExplainedSide => {
    const { level, areaShare } = regions[i];
    const compared = products && compareMaps(products[i], occlusions[i], { height, width });
    return {
      height,
      width,
      product: products?.[i].heat,
      barShare: products?.[i].barShare ?? 0,
      occlusion: occlusions[i],
      level,
      areaShare,
      rankCorrelation: compared ?? null,
    };
  }) as unknown as readonly [ExplainedSide, ExplainedSide];
  const carried = await measureCarried(distance, [
    { view: left, mask: regions[0].mask, distancesTo: toRight },
    { view: right, mask: regions[1].mask, distancesTo: toLeft },
  ]);
  const method = products?.[0].method ?? 'occlusion';
  const agreed = meanOf(sides.map((side) => side.rankCorrelation));
  return {
    comparison,
    method,
    sides,
    carried,
    rankCorrelation: agreed,
    sentence: describeExplanation({ comparison, sides, carried, rankCorrelation: agreed }),
  };
}

function compareMaps(
  { heat, numCells }: Product,
  occlusion: Float32Array,
  size: { readonly height: number; readonly width: number },
): number | null {
  const side = Math.min(numCells, MAX_COMPARED_SIDE);
  return rankCorrelation(meansInCells(heat, size, side), meansInCells(occlusion, size, side));
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
