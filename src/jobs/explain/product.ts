import type { Runtime } from '../../graph/runtime/types.ts';
import { type EmbeddedMaps, type FeatureMap, openFeatureMap } from '../../model/feature-map.ts';
import type { Model } from '../../model/model.ts';
import { type Agreement, type SpatialProduct, spatialProduct } from '../../model/spatial-product.ts';
import { distancesOfRows } from './distances.ts';
import { spreadOver } from './grid.ts';
import type { View } from './hide.ts';

/** The spatial product of one photo. */
export interface Product {
  readonly method: SpatialProduct['method'];
  /** One a pixel of the photo. */
  readonly heat: Float32Array;
  readonly numCells: number;
  readonly barShare: number;
}

/** What of a model says how far apart two embeddings are. */
export type ComparedModel = Pick<Model, 'config' | 'distances'>;

/** The spatial product of both photos, each given the other; undefined where the network has no feature map. */
export async function multiplyMaps(
  model: ComparedModel,
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
      const grid = { rows, columns, values };
      const everywhere = sumOfHeat(spreadOver(grid, shape, { left: 0, top: 0, ...shape }));
      const onPhoto = spreadOver(grid, shape, part);
      products.push({
        method,
        heat: onPhoto,
        numCells: Math.min(rows, columns),
        barShare: everywhere > 0 ? 1 - sumOfHeat(onPhoto) / everywhere : 0,
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
  model: ComparedModel,
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

function sumOfHeat(heat: Float32Array): number {
  return heat.reduce((sum, value) => sum + Math.max(0, value), 0);
}
