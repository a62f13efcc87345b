/// <reference lib="dom" />
import { visiblePart } from '../../data/pixels/visible.ts';
import { heatRegion } from '../../evaluate/heat-region.ts';
import { measureCarried } from '../../jobs/explain/carried.ts';
import { type DistancesTo, distancesOfRows } from '../../jobs/explain/distances.ts';
import type { View } from '../../jobs/explain/hide.ts';
import { multiplyMaps } from '../../jobs/explain/product.ts';
import { describeExplanation } from '../../jobs/explain/sentence.ts';
import { judge } from '../../model/judge.ts';
import type { NetworkPixels } from '../pixels/to-network.ts';
import type { HeatMap, WebExplanation, WebProgress } from '../types.ts';
import type { OpenedModel } from './opened-model.ts';

export interface ExplainOptions {
  readonly prior?: number;
  readonly onProgress: (event: WebProgress) => void;
  readonly signal: AbortSignal;
}

const NUM_STEPS = 3;

/** Spatial product of both images and what their marked parts carry; null where the network has no grid. */
export async function explain(
  { info: { config }, encoder, embedder, comparer, runtime }: OpenedModel,
  images: readonly [NetworkPixels, NetworkPixels],
  { prior, onProgress, signal }: ExplainOptions,
): Promise<WebExplanation | null> {
  const { input } = config;
  const tell = (done: number) => {
    signal.throwIfAborted();
    onProgress({ stage: 'explain', done, total: NUM_STEPS });
  };
  const [left, right] = [await embedder.embed(images[0].pixels), await embedder.embed(images[1].pixels)];
  const [distance] = await comparer.distances(left, right);
  const comparison = judge(distance, config, { prior });
  tell(1);
  const visible = images.map(({ photo }) => visiblePart(photo, input));
  const views = images.map(({ pixels }, i): View => ({ pixels, shape: input, part: visible[i].input }));
  const products = await multiplyMaps({ config, distances: comparer.distances }, encoder, views, runtime);
  tell(2);
  if (products === undefined) return null;

  const regions = products.map(({ heat }) => heatRegion(heat));
  const toRight: DistancesTo = async (changed) =>
    distancesOfRows(await embedder.embed(changed), right, comparer.distances);
  const toLeft: DistancesTo = async (changed) =>
    distancesOfRows(await embedder.embed(changed), left, (rows, others) => comparer.distances(others, rows));
  const carried = await measureCarried(distance, [
    { view: views[0], mask: regions[0].mask, distancesTo: toRight },
    { view: views[1], mask: regions[1].mask, distancesTo: toLeft },
  ]);
  tell(NUM_STEPS);
  const sides = products.map(({ heat, barShare }, i): HeatMap => {
    const { photo, input: part } = visible[i];
    const { width, height } = images[i].photo;
    return {
      height: part.height,
      width: part.width,
      heat,
      seen: {
        left: photo.left / width,
        top: photo.top / height,
        width: photo.width / width,
        height: photo.height / height,
      },
      level: regions[i].level,
      areaShare: regions[i].areaShare,
      barShare,
    };
  });
  return {
    comparison,
    method: products[0].method,
    left: sides[0],
    right: sides[1],
    carried,
    sentence: describeExplanation({ comparison, sides, carried, rankCorrelation: null }),
  };
}
