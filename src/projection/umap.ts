import { UMAP } from 'umap-js';
import type { Random } from '../base/random.ts';
import { findNearestOthers } from '../evaluate/nearest.ts';
import type { Products } from '../evaluate/products.ts';
import { breathe, type MapPoint, type OnShare, rowsOf, sizeOf } from './points.ts';

/** Images that each one is held near to. 15 is UMAP's own default; more draws the large picture, fewer the small one. */
const NUM_NEIGHBOURS = 15;
/** Of points on the map. UMAP's own default is 0.1; images are drawn at these points, and want some room. */
const MIN_DISTANCE = 0.25;

/**
 * UMAP: near neighbours stay near; how far apart two clusters lie says little. The neighbours are exact, the layout is
 * drawn from `random`: the same stream gives the same map.
 * @param embeddings float32 `[N, D]`, N at least 3
 * @param options.onShare told the share that is done, from 0 to 1; gives false to stop
 * @param options.products inner products of rows with `embeddings`. Default: plain TypeScript.
 * @throws E_SHAPE, E_NAN
 * @source McInnes, Healy & Melville 2018
 */
export async function projectUmap(
  embeddings: Float32Array,
  numImages: number,
  random: Random,
  { onShare = () => true, products }: { readonly onShare?: OnShare; readonly products?: Products } = {},
): Promise<MapPoint[]> {
  sizeOf(embeddings, numImages);
  const k = Math.min(NUM_NEIGHBOURS, numImages - 2); // the library wants one image that is no neighbour
  const nearest = await findNearestOthers({ embeddings, numRows: numImages, k, products });
  const umap = new UMAP({ nNeighbors: k + 1, minDist: MIN_DISTANCE, random: random.uniform });
  // Each point is its own nearest neighbour, as the library has it.
  umap.setPrecomputedKNN(
    nearest.map((found, i) => [i, ...found.map(({ index }) => index)]),
    nearest.map((found) => [0, ...found.map(({ distance }) => distance)]),
  );
  const numEpochs = umap.initializeFit(rowsOf(embeddings, numImages));
  for (let epoch = 1; epoch <= numEpochs; epoch++) {
    umap.step();
    if (epoch % 10 > 0) continue;
    await breathe();
    if (!onShare(epoch / numEpochs)) break;
  }
  return umap.getEmbedding().map(([x, y]) => [x, y]);
}
