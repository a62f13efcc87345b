import { SamesameError } from '../base/errors.ts';
import type { ProgressEvent } from '../data/types.ts';
import type { BootstrapOptions } from './bootstrap.ts';
import { type DistanceName, forEachDistanceRow } from './distances.ts';
import { type Estimate, wilson } from './interval.ts';
import type { Products } from './products.ts';
import { addQuery, createQueryMetrics, estimateMean, NDCG_DEPTH } from './query-metrics.ts';
import { createSelector } from './select.ts';

export interface RetrieveOptions extends BootstrapOptions {
  /** float32 `[N, D]`: the queries, and the gallery too unless another is given. */
  readonly embeddings: Float32Array;
  /** int32 `[N]`: class of each query, −1 without one. */
  readonly labels: ArrayLike<number>;
  /** float32 `[G, D]`. Default: the queries themselves, each left out of its own search. */
  readonly galleryEmbeddings?: Float32Array;
  /** int32 `[G]`: class of each gallery image, −1 without one: it can be found, but is never right. */
  readonly galleryLabels?: ArrayLike<number>;
  /** Default `euclidean`. */
  readonly distance?: DistanceName;
  /** Cut-offs of recall@k and precision@k. Default 1, 5, 10: the field's own. */
  readonly ks?: readonly number[];
  /** Queries at a time; memory is `blockSize × G` floats. Default 64: 10,000 images take 2.5 MB. */
  readonly blockSize?: number;
  /** Inner products of a block with the gallery, a matrix multiplication on a faster engine. Default: plain TypeScript. */
  readonly products?: Products;
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** How often the nearest images are of the same class. Nothing in it is NaN; all of it survives JSON. */
export interface Retrieval {
  /** Queries that were measured. */
  readonly numQueries: number;
  /** Queries left out: without a class, or with no other image of it in the gallery. */
  readonly numSkippedQueries: number;
  readonly numGallery: number;
  readonly distance: DistanceName;
  /** By k: share of queries with at least one of their class among the k nearest. */
  readonly recallAt: Readonly<Record<number, Estimate>>;
  /** By k: share of the k nearest that are of the query's class, mean over queries. */
  readonly precisionAt: Readonly<Record<number, Estimate>>;
  /** Precision among the R nearest, where R is how many of the class there are to find. */
  readonly rPrecision: Estimate;
  /** `mean over queries of (1/R) Σᵢ≤R precision@i · rightᵢ`. */
  readonly mapAtR: Estimate;
  /** `mean over queries of 1 / rank of the first of their class`. */
  readonly mrr: Estimate;
  /** `Σᵢ≤10 rightᵢ / log₂(i + 1)` over the same sum of a perfect order, mean over queries. */
  readonly ndcgAt10: Estimate;
  /** By k: share of queries that the commonest class among the k nearest names right. */
  readonly knnAt: Readonly<Record<number, Estimate>>;
}

/**
 * Retrieval metrics of embeddings, each with its 95 % interval, without ever holding an N × N matrix.
 *
 * Neighbours come nearest first; equal distances by gallery index, so a result never depends on chance. Where the
 * gallery holds fewer than k images, @k takes all of them and precision@k divides by how many there are. Every metric is
 * undefined where no query could be measured. Intervals: Wilson for recall@k, bootstrap for the others, over classes
 * where there are at least 20 of them and over queries otherwise.
 * @throws E_SHAPE, E_DATA_LENGTH, E_NAN, E_CONFIG for a k below 1
 * @source Musgrave, Belongie & Lim 2020, A metric learning reality check (R-precision, MAP@R); Voorhees 1999, The TREC-8
 * question answering track report (MRR); Järvelin & Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques
 */
export async function retrieve(options: RetrieveOptions): Promise<Retrieval> {
  const { embeddings, labels, distance = 'euclidean', ks = [1, 5, 10], blockSize = 64 } = options;
  const leaveOneOut = options.galleryEmbeddings === undefined;
  const gallery = options.galleryEmbeddings ?? embeddings;
  const galleryLabels = leaveOneOut ? labels : options.galleryLabels;
  if (galleryLabels === undefined) {
    throw new SamesameError('E_DATA_LENGTH', {
      what: 'retrieval failed: the gallery has no labels',
      expected: 'galleryLabels beside galleryEmbeddings',
    });
  }
  const badK = ks.find((k) => !Number.isInteger(k) || k < 1);
  if (badK !== undefined) {
    throw new SamesameError('E_CONFIG', {
      what: 'retrieval failed: a cut-off is not a whole number of images',
      expected: 'integers from 1',
      received: `${badK}`,
    });
  }

  const numAll = labels.length;
  const numGallery = galleryLabels.length;
  const classSizes = countClasses(galleryLabels);
  const queries = createQueryMetrics(numAll, ks);
  const selector = createSelector(numGallery);
  const maxK = Math.max(0, ...ks);
  const numFindable = leaveOneOut ? numGallery - 1 : numGallery;

  await forEachDistanceRow(
    {
      queries: embeddings,
      numQueries: numAll,
      gallery,
      numGallery,
      distance,
      blockSize,
      products: options.products,
    },
    (query, keys) => {
      if (options.onProgress !== undefined && (query + 1) % blockSize === 0) {
        options.onProgress({ stage: 'retrieve', done: query + 1, total: numAll });
      }
      const label = labels[query];
      const numRelevant = label < 0 ? 0 : (classSizes.get(label) ?? 0) - (leaveOneOut ? 1 : 0);
      if (numRelevant <= 0) return;
      if (leaveOneOut) keys[query] = -1;
      const count = selector.select(keys, Math.max(numRelevant, maxK, NDCG_DEPTH));
      const nearest = selector.nearest.subarray(0, count);
      addQuery(queries, { label, numRelevant, numFindable, nearest, galleryLabels, keys });
    },
  );
  options.onProgress?.({ stage: 'retrieve', done: numAll, total: numAll });

  const estimate = (values: Float64Array) => estimateMean(queries, values, options);
  return {
    numQueries: queries.count,
    numSkippedQueries: numAll - queries.count,
    numGallery,
    distance,
    recallAt: Object.fromEntries(ks.map((k, i) => [k, wilson(queries.numFound[i], queries.count)])),
    precisionAt: Object.fromEntries(ks.map((k, i) => [k, estimate(queries.precisionAt[i])])),
    rPrecision: estimate(queries.rPrecision),
    mapAtR: estimate(queries.mapAtR),
    mrr: estimate(queries.reciprocalRank),
    ndcgAt10: estimate(queries.ndcg),
    knnAt: Object.fromEntries(ks.map((k, i) => [k, estimate(queries.knnAt[i])])),
  };
}

function countClasses(labels: ArrayLike<number>): Map<number, number> {
  const sizes = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) sizes.set(labels[i], (sizes.get(labels[i]) ?? 0) + 1);
  return sizes;
}
