import type { ProgressEvent } from '../../data/types.ts';
import { heatRegion, rankCorrelation } from '../../evaluate/index.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import {
  type Agreement,
  type Comparison,
  type EmbeddedMaps,
  type FeatureMap,
  judge,
  type Model,
  openFeatureMap,
  type SpatialProduct,
  spatialProduct,
} from '../../model/index.ts';
import { type Carried, measureCarried } from './carried.ts';
import { meansInCells, spreadOver } from './grid.ts';
import type { View } from './hide.ts';
import { countPatches, type DistancesTo, occlusionHeat } from './occlusion.ts';
import { describeExplanation } from './sentence.ts';

/** Where the agreement of one photo with the other comes from. Heat has a number for each pixel that the network sees. */
export interface ExplainedSide {
  /** Of the heat maps: the photo's part of the network's input. */
  readonly height: number;
  readonly width: number;
  /** float32 `[height · width]`: the spatial product, spread over the pixels. Undefined where the network has no map. */
  readonly product?: Float32Array;
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
  { runtime, signal, onProgress }: ExplainPairOptions,
): Promise<Explanation> {
  const embeddings = [await model.embed(left.pixels), await model.embed(right.pixels)] as const;
  const [distance] = await model.distances(...embeddings);
  const toRight: DistancesTo = async (images) =>
    distancesOfRows(await model.embed(images), embeddings[1], (rows, others) =>
      model.distances(rows, others),
    );
  const toLeft: DistancesTo = async (images) =>
    distancesOfRows(await model.embed(images), embeddings[0], (rows, others) =>
      model.distances(others, rows),
    );

  const products = await multiply(model, encoder, [left, right], runtime);
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
  const comparison = judge(distance, model.config);
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

async function distancesOfRows(
  rows: Float32Array,
  other: Float32Array,
  distances: (rows: Float32Array, others: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const others = new Float32Array(rows.length);
  for (let offset = 0; offset < rows.length; offset += other.length) others.set(other, offset);
  return distances(rows, others);
}

interface Product {
  readonly method: SpatialProduct['method'];
  /** One a pixel of the photo. */
  readonly heat: Float32Array;
  readonly numCells: number;
}

/** The spatial product of both photos, each given the other; undefined where the network has no feature map. */
async function multiply(
  model: Model,
  encoder: Uint8Array,
  views: readonly View[],
  runtime: Runtime,
): Promise<Product[] | undefined> {
  const features = await openFeatureMap(encoder, views[0].pixels, runtime);
  if (features === undefined) return undefined;
  try {
    const maps = [await features.read(views[0].pixels), await features.read(views[1].pixels)];
    const whole = await Promise.all(maps.map((map) => features.embed(map)));
    const products: Product[] = [];
    for (const [i, { shape, part }] of views.entries()) {
      const agreement = agreementWith(model, features, whole[i], whole[1 - i]);
      const { method, heat } = await spatialProduct(features, maps[i], agreement);
      // Cells that were asked alone all agree a little: what counts is by how much more than the one that agrees least.
      const least = method === 'path' ? 0 : heat.reduce((least, value) => Math.min(least, value));
      const { rows, columns } = features;
      const values = heat.map((value) => value - least);
      products.push({
        method,
        heat: spreadOver({ rows, columns, values }, shape, part),
        numCells: Math.min(rows, columns),
      });
    }
    return products;
  } finally {
    await features.close();
  }
}

/**
 * Agreement with the other image: the inner product of both embeddings, over the length of both for embeddings of
 * length 1, that is their cosine; for a learned comparator its similarity. The lengths are those of the whole images, so
 * that scaling to length 1 does not undo what a part of the map adds.
 */
function agreementWith(
  model: Model,
  features: FeatureMap,
  own: EmbeddedMaps,
  other: EmbeddedMaps,
): Agreement {
  const size = own.embedding.length;
  const length = lengthOf(own.unscaled);
  const scale = length === 0 ? 0 : lengthOf(own.embedding) / length;
  return async (maps) => {
    const embeddings = (await features.embed(maps)).unscaled.map((value) => value * scale);
    if (model.config.distance === 'comparator') {
      const distances = await distancesOfRows(embeddings, other.embedding, (rows, others) =>
        model.distances(rows, others),
      );
      return distances.map((distance) => 1 - distance);
    }
    return Float32Array.from({ length: embeddings.length / size }, (_, n) => {
      let product = 0;
      for (let k = 0; k < size; k++) product += embeddings[n * size + k] * other.embedding[k];
      return product;
    });
  };
}

function lengthOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
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
