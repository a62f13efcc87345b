import type { PairList } from '../../data/types.ts';
import { retrieve, verify } from '../../evaluate/index.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import { createGalleryProducts, type Model } from '../../model/index.ts';
import { resultRows } from '../../report/result-rows.ts';
import { embedStore, type ImageRows, measureEmbedded } from '../embed-store.ts';

/** How an exported network's embeddings differ from those of the model it was made from. */
export interface Parity {
  /** Images that both have embedded. */
  readonly numImages: number;
  /** Greatest difference of any number of any embedding. */
  readonly largestDifference: number;
  /** Euclidean distance of the two embeddings of an image: greatest and mean. */
  readonly largestDistance: number;
  readonly meanDistance: number;
  /** Null where the images have neither pairs nor classes to measure with. */
  readonly metrics: readonly MetricChange[] | null;
  /** Share of pairs that are called otherwise, by the model's own threshold. Null without pairs. */
  readonly verdictsChanged: number | null;
  readonly numPairs: number;
}

/** A headline metric of both, on the same images and pairs. Null where it is not defined. */
export interface MetricChange {
  readonly name: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly change: number | null;
}

export type Embed = Model['embed'];

export interface ParityInput {
  readonly model: Model;
  readonly exported: Embed;
  readonly rows: ImageRows;
  readonly images: Int32Array;
  /** int32, of every image; leave out where classes are not known. */
  readonly labels?: Int32Array;
  readonly pairs?: PairList;
  readonly seed: string | number;
  readonly runtime: Runtime;
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

/** Intervals are not shown here, so few resamples are drawn. */
const NUM_RESAMPLES = 20;

/** Embeds images with both networks, and measures both on the same images and pairs by the model's own threshold. */
export async function measureParity(input: ParityInput): Promise<Parity> {
  const { model, exported, rows, pairs, onProgress } = input;
  const images = Int32Array.from(
    new Set([...input.images, ...(pairs?.left ?? []), ...(pairs?.right ?? [])]),
  ).sort();
  const report = (stage: string) => (done: number, total: number) => onProgress?.(stage, done, total);
  const before = await embedStore(model.embed, rows, images, report('embed with the model'));
  const after = await embedStore(exported, rows, images, report('embed with the export'));
  const size = before.length / images.length;
  const differences = compareEmbeddings(before, after, size);
  if (pairs === undefined || pairs.numPairs === 0)
    return { numImages: images.length, ...differences, metrics: null, verdictsChanged: null, numPairs: 0 };

  const sides = [];
  for (const embeddings of [before, after]) {
    const distances = await measureEmbedded(model, embeddings, images, pairs);
    sides.push({ distances, results: await resultsOf(input, images, embeddings, distances) });
  }
  const [first, second] = sides;
  const { threshold } = model.config;
  const numChanged = first.distances.reduce(
    (count, distance, i) => count + (distance < threshold !== second.distances[i] < threshold ? 1 : 0),
    0,
  );
  return {
    numImages: images.length,
    ...differences,
    metrics: first.results.map(({ name, value }, i) => changeOf(name, value, second.results[i].value)),
    verdictsChanged: numChanged / pairs.numPairs,
    numPairs: pairs.numPairs,
  };
}

function compareEmbeddings(before: Float32Array, after: Float32Array, size: number) {
  let [largestDifference, largestDistance, sum] = [0, 0, 0];
  for (let start = 0; start < before.length; start += size) {
    let squared = 0;
    for (let i = start; i < start + size; i++) {
      const difference = Math.abs(before[i] - after[i]);
      largestDifference = Math.max(largestDifference, difference);
      squared += difference ** 2;
    }
    const distance = Math.sqrt(squared);
    largestDistance = Math.max(largestDistance, distance);
    sum += distance;
  }
  return { largestDifference, largestDistance, meanDistance: sum / Math.max(1, before.length / size) };
}

async function resultsOf(
  { model, labels, pairs, seed, runtime }: ParityInput,
  images: Int32Array,
  embeddings: Float32Array,
  distances: Float32Array,
) {
  const { similar, left, right } = pairs!;
  const { threshold, distance } = model.config;
  const common = { seed, numResamples: NUM_RESAMPLES };
  const verification = verify({ distances, similar, threshold, groups: { left, right }, ...common });
  const own = labels && Int32Array.from(images, (image) => labels[image]);
  const canSearch = distance === 'euclidean' && own?.some((label) => label >= 0);
  const retrieval = canSearch ? await search(embeddings, own!, runtime, common) : null;
  return resultRows({ verification, retrieval, rawPixels: null }).map(({ name, estimate }) => ({
    name,
    value: estimate.value,
  }));
}

async function search(
  embeddings: Float32Array,
  labels: Int32Array,
  runtime: Runtime,
  common: { readonly seed: string | number; readonly numResamples: number },
) {
  const gallery = await createGalleryProducts(embeddings, labels.length, runtime);
  try {
    return await retrieve({ embeddings, labels, products: gallery.products, ...common });
  } finally {
    await gallery.close();
  }
}

function changeOf(name: string, before: number | null, after: number | null): MetricChange {
  return { name, before, after, change: before === null || after === null ? null : after - before };
}
