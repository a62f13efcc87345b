import type { ProgressEvent } from '../../data/types.ts';
import type { Neighbour } from '../../evaluate/index.ts';
import { confirmUnguided } from './confirm.ts';
import { describeAlignment } from './find-links.ts';
import type { Views } from './thumbnails.ts';
import type { Link, Pairing } from './types.ts';

/** Where the nearest of many embeddings are looked up: in memory, or in a vector store. */
export interface NeighbourIndex {
  /** What the rows are of, as indices in the set. */
  readonly images: readonly number[];
  /**
   * @param queries float32 `[numQueries, D]`
   * @param exclude row that query i must not find, −1 for none
   * @returns for each query the `k` nearest rows, nearest first
   */
  search(
    queries: Float32Array,
    numQueries: number,
    k: number,
    exclude?: ArrayLike<number>,
  ): Promise<readonly (readonly Neighbour[])[]>;
}

export interface EmbeddingLinksOptions {
  readonly index: NeighbourIndex;
  /** float32 `[queryImages.length, D]`. */
  readonly queries: Float32Array;
  /** What the queries are of, as indices in the set. */
  readonly queryImages: readonly number[];
  /** Neighbours looked at of each image. Default 20. */
  readonly k?: number;
  /** The model's own distances of pairs; a learned head's differ from those of the index. */
  readonly distancesOf: (
    pairs: readonly (readonly [query: number, row: number])[],
  ) => Promise<ArrayLike<number>>;
  /** Why a pair at that distance is a copy; undefined where it is none. Absent: the pixels alone decide. */
  readonly decide?: (distance: number) => string | undefined;
  /** Whether the pixels must agree, too. */
  readonly confirmed: boolean;
  readonly mirrored?: boolean;
  readonly pairing?: Pairing;
  readonly views: Views;
  /** Called with each link. Links between images that are joined already are not looked for. */
  readonly add: (link: Link) => void;
  readonly areJoined: (a: number, b: number) => boolean;
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly signal?: AbortSignal;
}

const DEFAULT_K = 20;
const QUERIES_AT_A_TIME = 1024;

/** Links of what lies near in the space of embeddings, the nearest first within each block of queries. */
export async function addEmbeddingLinks(options: EmbeddingLinksOptions): Promise<void> {
  const {
    index,
    queries,
    queryImages,
    k = DEFAULT_K,
    pairing = () => true,
    areJoined,
    onProgress,
    signal,
  } = options;
  const dim = queryImages.length === 0 ? 0 : queries.length / queryImages.length;
  const rowOf = new Map(index.images.map((image, row) => [image, row]));
  for (let start = 0; start < queryImages.length; start += QUERIES_AT_A_TIME) {
    signal?.throwIfAborted();
    const end = Math.min(start + QUERIES_AT_A_TIME, queryImages.length);
    const exclude = queryImages.slice(start, end).map((image) => rowOf.get(image) ?? -1);
    const found = await index.search(queries.subarray(start * dim, end * dim), end - start, k, exclude);
    const pairs: [query: number, row: number][] = [];
    const positionOf = new Map(queryImages.slice(start, end).map((image, i) => [image, i]));
    for (const [i, neighbours] of found.entries()) {
      const a = queryImages[start + i];
      for (const { index: row } of neighbours) {
        const b = index.images[row];
        // Of two that find each other one is enough.
        const isTwice = b < a && hasFound(found[positionOf.get(b) ?? -1], rowOf.get(a));
        if (a !== b && pairing(a, b) && !areJoined(a, b) && !isTwice) pairs.push([start + i, row]);
      }
    }
    const distances = pairs.length === 0 ? [] : await options.distancesOf(pairs);
    const order = pairs.map((_, i) => i).sort((p, q) => distances[p] - distances[q] || p - q);
    for (const i of order) {
      const [query, row] = pairs[i];
      await judge(queryImages[query], index.images[row], distances[i], options);
    }
    onProgress?.({ stage: 'search', done: end, total: queryImages.length });
  }
}

function hasFound(neighbours: readonly Neighbour[] | undefined, row: number | undefined): boolean {
  return neighbours?.some(({ index }) => index === row) ?? false;
}

async function judge(
  query: number,
  other: number,
  distance: number,
  { decide, confirmed, mirrored = false, views, add, areJoined }: EmbeddingLinksOptions,
): Promise<void> {
  const [a, b] = query < other ? [query, other] : [other, query];
  if (areJoined(a, b)) return;
  const why = decide?.(distance);
  if (decide !== undefined && why === undefined) return;
  if (!confirmed) {
    add({ a, b, tier: 'embedding', distance, reason: why!, isMirrored: false });
    return;
  }
  for (const isMirrored of mirrored ? [false, true] : [false]) {
    const found = await confirmUnguided(a, b, views, isMirrored);
    if (found === undefined) continue;
    const seen = describeAlignment(found, isMirrored);
    const reason = `near in the network's eyes (distance ${distance.toPrecision(3)}); ${seen}`;
    add({ a, b, tier: 'embedding', distance: 1 - found.detail, reason, isMirrored });
    return;
  }
}
