import { createRandom } from '../base/random.ts';
import { takePairs } from '../data/pairs/list.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { PairList } from '../data/types.ts';
import {
  chooseThreshold,
  comparePaired,
  type PairedComparison,
  pixelEmbeddings,
  type Retrieval,
  retrieve,
  type Verification,
  verify,
} from '../evaluate/index.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { euclideanComparer } from '../model/comparator.ts';
import type { Model } from '../model/model.ts';
import { createGalleryProducts } from '../model/products.ts';
import type { ByNegatives } from '../report/negative-rows.ts';
import { embedStore, type ImageRows, measurePairs } from './embed-store.ts';

/** What is measured on, all of it unseen by training. */
export interface MeasureInput {
  readonly pixels: PixelStore;
  /** What the model embeds. Default: the pixels. */
  readonly rows?: ImageRows;
  /** The backbone as it was before training: what learning is worth is what it adds to that. */
  readonly frozen?: Pick<Model, 'embed' | 'distances'>;
  /** int32 `[numImages]`; all −1 where only pairs are known. */
  readonly labels: Int32Array;
  /** Pairs that the numbers are of. */
  readonly pairs: PairList;
  /** Pairs that chose the model's threshold; the raw-pixel baseline gets its own from the same ones. */
  readonly thresholdPairs?: PairList;
  /** Images that are searched with. */
  readonly images: Int32Array;
  /** Images that are searched in. Default: `images`, each left out of its own search. */
  readonly gallery?: Int32Array;
  readonly seed: string | number;
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

/** What is reached without learning, by a threshold from the same validation pairs. */
export interface Baseline {
  readonly verification: Verification;
  readonly retrieval: Retrieval | null;
}

/** How good a model is, beside what the bare pixels reach. */
export interface Measurement {
  readonly verification: Verification;
  /** Null where images have no labels. */
  readonly retrieval: Retrieval | null;
  readonly rawPixels: Baseline | null;
  /** Null where there is no backbone. */
  readonly frozenFeatures: Baseline | null;
  /** The model against those features on the same pairs. Null without a backbone, or where there are more images than can be held. */
  readonly overFrozen: PairedComparison | null;
  /** With each kind of negatives, where the data says which are easy and which are hard. */
  readonly byNegatives?: ByNegatives;
  /** Of `pairs`, float32 `[P]`. */
  readonly distances: Float32Array;
  /** Of the images that retrieval was measured on. */
  readonly retrievalImages: Int32Array;
  /** float32 `[retrievalImages.length, D]`. */
  readonly embeddings: Float32Array;
  readonly embedImagesPerSecond: number;
}

/** Images that retrieval is measured on; more would narrow the interval below half a percent at some cost. */
const MAX_RETRIEVAL_IMAGES = 20_000;
/** Images that are searched in, where they are others: 256 MB of 64 numbers each. */
const MAX_GALLERY_IMAGES = 1_000_000;
/** Floats of raw pixels that are held for the baseline: 128 MB. */
const MAX_PIXEL_FLOATS = 2 ** 25;

/**
 * Measures verification (are these two the same?) and retrieval (what looks like this?) with a model's own threshold.
 * Nothing is chosen here, but for the raw-pixel baseline's threshold, which comes from `thresholdPairs`.
 */
export async function measureModel(
  model: Pick<Model, 'config' | 'embed' | 'distances'>,
  input: MeasureInput,
  runtime: Runtime,
): Promise<Measurement> {
  const { pixels, pairs, labels, seed, onProgress } = input;
  const { threshold } = model.config;
  const retrievalImages = sampleOf(input.images, MAX_RETRIEVAL_IMAGES, seed);
  const start = performance.now();
  const { rows = pixels } = input;
  const embeddings = await embedStore(model.embed, rows, retrievalImages, (done, total) =>
    onProgress?.('embed', done, total),
  );
  const embedImagesPerSecond = retrievalImages.length / ((performance.now() - start) / 1000);
  const distances = await measurePairs(model, rows, pairs);
  const groups = { left: pairs.left, right: pairs.right };
  const verification = verify({ distances, similar: pairs.similar, threshold, groups, seed });
  const isLabelled =
    retrievalImages.some((index) => labels[index] >= 0) && model.config.distance === 'euclidean';
  const retrieval = isLabelled
    ? await retrieveAmong(
        { ...model, rows, maxImages: MAX_GALLERY_IMAGES },
        embeddings,
        retrievalImages,
        input,
        runtime,
      )
    : null;
  const baselines = { images: retrievalImages, isLabelled, runtime };
  const raw = await measureBaseline(input, bareImages(pixels), baselines);
  const { frozen } = input;
  const features =
    frozen === undefined
      ? null
      : await measureBaseline(input, { ...frozen, rows, maxImages: MAX_GALLERY_IMAGES }, baselines);
  return {
    verification,
    retrieval,
    rawPixels: raw?.baseline ?? null,
    frozenFeatures: features?.baseline ?? null,
    // Where features are of some of the pairs alone, there are too many images to hold.
    overFrozen:
      features === null || features.distances.length < distances.length
        ? null
        : comparePaired({
            first: { distances, threshold },
            second: { distances: features.distances, threshold: features.baseline.verification.threshold },
            similar: pairs.similar,
            groups,
            seed,
          }),
    distances,
    retrievalImages,
    embeddings,
    embedImagesPerSecond,
  };
}

/** Something that embeds rows and compares them, of as many images as can be held. */
interface Embedding extends Pick<Model, 'embed' | 'distances'> {
  readonly rows: ImageRows;
  readonly maxImages: number;
}

function bareImages(pixels: PixelStore): Embedding {
  const size = pixels.rowBytes;
  return {
    embed: async (bytes) => pixelEmbeddings(bytes, bytes.length / size, size),
    distances: euclideanComparer(size).distances,
    rows: pixels,
    maxImages: Math.floor(MAX_PIXEL_FLOATS / size),
  };
}

/** Null where no pairs are held out to choose its threshold. */
async function measureBaseline(
  input: MeasureInput,
  embedding: Embedding,
  {
    images,
    isLabelled,
    runtime,
  }: { readonly images: Int32Array; readonly isLabelled: boolean; readonly runtime: Runtime },
): Promise<{ readonly baseline: Baseline; readonly distances: Float32Array } | null> {
  const { pairs, thresholdPairs, seed } = input;
  const { embed, rows, maxImages } = embedding;
  if (thresholdPairs === undefined) return null;
  const held = limitPairs(thresholdPairs, maxImages, seed);
  const tested = limitPairs(pairs, maxImages, seed);
  const threshold = chooseThreshold(await measurePairs(embedding, rows, held), held.similar);
  const distances = await measurePairs(embedding, rows, tested);
  const groups = { left: tested.left, right: tested.right };
  const verification = verify({ distances, similar: tested.similar, threshold, groups, seed });
  const sample = sampleOf(images, maxImages, seed);
  const retrieval = isLabelled
    ? await retrieveAmong(embedding, await embedStore(embed, rows, sample), sample, input, runtime)
    : null;
  return { baseline: { verification, retrieval }, distances };
}

/** @param searcher how gallery images are embedded, and how many of them at most */
async function retrieveAmong(
  { embed, rows, maxImages }: Pick<Embedding, 'embed' | 'rows' | 'maxImages'>,
  embeddings: Float32Array,
  images: Int32Array,
  input: MeasureInput,
  runtime: Runtime,
) {
  const labelsOf = (indices: Int32Array) => Int32Array.from(indices, (index) => input.labels[index]);
  const others = input.gallery && sampleOf(input.gallery, maxImages, input.seed);
  const galleryEmbeddings =
    others &&
    (await embedStore(embed, rows, others, (done, total) => input.onProgress?.('embed', done, total)));
  const gallery = await createGalleryProducts(
    galleryEmbeddings ?? embeddings,
    (others ?? images).length,
    runtime,
  );
  const retrieval = await retrieve({
    embeddings,
    labels: labelsOf(images),
    galleryEmbeddings,
    galleryLabels: others && labelsOf(others),
    products: gallery.products,
    seed: input.seed,
    onProgress: ({ done, total }) => input.onProgress?.('search', done, total),
  });
  await gallery.close();
  return retrieval;
}

/**
 * All pairs, or where they touch more than `maxImages` images, some of them drawn by the seed: a list may have its similar
 * pairs in front.
 */
function limitPairs(pairs: PairList, maxImages: number, seed: string | number): PairList {
  if (new Set([...pairs.left, ...pairs.right]).size <= maxImages) return pairs;
  const order = createRandom(seed)
    .fork('limit pairs')
    .shuffle(Array.from({ length: pairs.numPairs }, (_, i) => i));
  const seen = new Set<number>();
  const isFull = (pair: number) => seen.add(pairs.left[pair]).add(pairs.right[pair]).size > maxImages;
  const end = order.findIndex(isFull);
  return takePairs(
    pairs,
    order.slice(0, end).sort((a, b) => a - b),
  );
}

/** At most `maxCount` of the images, drawn by the seed, in ascending order. */
function sampleOf(images: Int32Array, maxCount: number, seed: string | number): Int32Array {
  if (images.length <= maxCount) return images;
  return createRandom(seed).fork('sample').shuffle(images.slice()).slice(0, maxCount).sort();
}
