import { SamesameError } from '../base/errors.ts';
import { createRandom } from '../base/random.ts';
import { suggest } from '../base/suggest.ts';
import type { Products } from '../evaluate/products.ts';
import { fitPca } from './pca.ts';
import { type MapPoint, sizeOf } from './points.ts';
import { projectTsne } from './tsne.ts';
import { projectUmap } from './umap.ts';

/** Ways from an embedding to a place on a map. */
export const PROJECTION_NAMES = ['embedding', 'pca', 'umap', 'tsne'] as const;
export type ProjectionName = (typeof PROJECTION_NAMES)[number];

export interface ProjectOptions {
  /**
   * Default `auto`: the embedding itself where it has two numbers, because nothing is truer; else UMAP, which keeps
   * neighbours. Below 15 images UMAP and t-SNE have too few neighbours to keep, and the map is PCA's.
   */
  readonly method?: ProjectionName | 'auto';
  /** What UMAP and t-SNE draw their start from. Default 1. PCA and the embedding draw nothing. */
  readonly seed?: string | number;
  /** Inner products of rows with the embeddings, for UMAP's neighbours. Default: plain TypeScript. */
  readonly products?: Products;
  /** Called with the share that is done. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** A map of embeddings. */
export interface Projection {
  /** The one that was drawn. */
  readonly method: ProjectionName;
  /** One an embedding, in their order. */
  readonly points: readonly MapPoint[];
}

const MIN_NEIGHBOURHOOD_IMAGES = 15;

/**
 * Places embeddings on a plane. The same embeddings and the same seed give the same places, on the same machine.
 *
 * Few or equal embeddings are no special case for the caller: none gives no point, one lies at the origin, and where all
 * are equal, all lie there.
 * @param embeddings float32 `[N, D]`; stays the caller's
 * @throws E_CONFIG for an unknown method, for `embedding` where D is not 2, for t-SNE of more than 5,000; E_SHAPE, E_NAN;
 *   what `signal` aborts with
 * @example
 * const { method, points } = await projectEmbeddings(embeddings, 2000);
 * method; // 'umap'
 * points[0]; // [3.1, -7.4]
 */
export async function projectEmbeddings(
  embeddings: Float32Array,
  numImages: number,
  { method = 'auto', seed = 1, products, onProgress = () => {}, signal }: ProjectOptions = {},
): Promise<Projection> {
  const size = sizeOf(embeddings, numImages);
  const chosen = chooseProjection(method, numImages, size);
  const random = createRandom(seed).fork('map', chosen);
  const pca = () => fitPca(embeddings, numImages).project(embeddings, numImages);
  const onShare = (share: number) => {
    onProgress(share);
    return !(signal?.aborted ?? false);
  };
  const draw = async (): Promise<readonly MapPoint[]> => {
    if (numImages === 0) return [];
    if (chosen === 'embedding')
      return Array.from({ length: numImages }, (_, i) => [embeddings[2 * i], embeddings[2 * i + 1]]);
    if (chosen === 'pca' || isOnePoint(embeddings, size)) return pca();
    if (chosen === 'umap') return projectUmap(embeddings, numImages, random, { onShare, products });
    return projectTsne(embeddings, numImages, random, onShare);
  };
  const points = await draw();
  signal?.throwIfAborted();
  return { method: chosen, points };
}

/**
 * The method by name, `auto` resolved.
 * @param size D
 * @throws E_CONFIG
 */
export function chooseProjection(method: string, numImages: number, size: number): ProjectionName {
  const neighbourly = (name: 'umap' | 'tsne') => (numImages < MIN_NEIGHBOURHOOD_IMAGES ? 'pca' : name);
  if (method === 'auto') return size === 2 ? 'embedding' : neighbourly('umap');
  const known = PROJECTION_NAMES.find((name) => name === method);
  if (known === undefined) {
    const near = suggest(method, [...PROJECTION_NAMES, 'auto']);
    throw new SamesameError('E_CONFIG', {
      what: `there is no map by "${method}"`,
      expected: `auto, ${PROJECTION_NAMES.join(', ')}`,
      received: method,
      help: near === undefined ? 'leave it out for auto' : `did you mean "${near}"?`,
    });
  }
  if (known === 'embedding' && numImages > 0 && size !== 2) {
    throw new SamesameError('E_CONFIG', {
      what: 'these embeddings are not places on a plane',
      expected: 'embeddings of 2 numbers',
      received: `embeddings of ${size}`,
      help: 'leave --method out, or train with --embedding-size 2',
    });
  }
  return known === 'umap' || known === 'tsne' ? neighbourly(known) : known;
}

function isOnePoint(embeddings: Float32Array, size: number): boolean {
  return embeddings.every((value, i) => value === embeddings[i % size]);
}
