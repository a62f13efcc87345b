import type { ImageSet, ProgressEvent } from '../../data/types.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import type { ModelConfig } from '../../model/config.ts';
import { judge } from '../../model/judge.ts';
import { createGalleryProducts } from '../../model/products.ts';
import { formatPercent } from '../../report/format.ts';
import {
  addEmbeddingLinks,
  createMemoryIndex,
  type FoundLinks,
  type Pairing,
} from '../../search/duplicates/index.ts';
import { type EmbeddedSet, embedSet } from '../encode/embed-set.ts';
import type { OpenEncoder } from '../encode/open-encoder.ts';
import type { NamedEmbeddings } from '../encode/read-embeddings.ts';

export interface SearchEmbeddingsOptions {
  readonly set: ImageSet;
  /** Grows by what is found. */
  readonly found: FoundLinks;
  readonly encoder: OpenEncoder;
  /** Embeddings to search in, of the images behind the files. Default: those of the files themselves. */
  readonly index?: NamedEmbeddings;
  /** Images of `set`, from the first, that are files. */
  readonly numFiles: number;
  /** Of the files those, from the first, that are held against the others; all where they are held against each other. */
  readonly numSearched: number;
  readonly maxError?: number;
  readonly confirm?: boolean;
  readonly numNeighbours?: number;
  readonly mirrored?: boolean;
  readonly pairing?: Pairing;
  readonly runtime: Runtime;
  readonly onProgress: (event: ProgressEvent) => void;
  readonly warn: (message: string) => void;
  readonly signal?: AbortSignal;
}

/** Pairs measured at a time. */
const BLOCK = 4096;

/**
 * Adds the links that only a network finds. A trained model decides by its calibration; the features of a pretrained
 * network know no threshold, so there the pixels decide.
 */
export async function searchEmbeddings(options: SearchEmbeddingsOptions): Promise<void> {
  const { set, found, encoder, index, numFiles, maxError, pairing, runtime, onProgress, warn, signal } =
    options;
  const { facts } = found.portraits;
  const indices = Array.from({ length: numFiles }, (_, i) => i).filter((i) => facts[i].look !== undefined);
  const embedded = await embedSet(set, encoder, { indices, onProgress, signal });
  const size = encoder.embeddingSize;
  const firstReference = embedded.images.findIndex((image) => image >= options.numSearched);
  const numQueries = firstReference < 0 ? embedded.images.length : firstReference;
  const rows = index ?? rowsFrom(embedded, firstReference);
  const images =
    index === undefined
      ? rowsFrom(embedded, firstReference).images
      : index.names.map((_, row) => numFiles + row);
  if (numQueries === 0 || images.length === 0) return;
  if (encoder.config !== undefined) warnOfCalibration(encoder, encoder.config, maxError, warn);
  const gallery = await createGalleryProducts(rows.embeddings, images.length, runtime);
  const rowAt = (all: Float32Array, row: number) => all.subarray(row * size, (row + 1) * size);
  try {
    await addEmbeddingLinks({
      index: createMemoryIndex({
        embeddings: rows.embeddings,
        images,
        distance: 'euclidean',
        products: gallery.products,
      }),
      queries: embedded.embeddings.subarray(0, numQueries * size),
      queryImages: embedded.images.slice(0, numQueries),
      k: options.numNeighbours,
      async distancesOf(pairs) {
        const distances = new Float32Array(pairs.length);
        for (let start = 0; start < pairs.length; start += BLOCK) {
          const block = pairs.slice(start, start + BLOCK);
          const left = new Float32Array(block.length * size);
          const right = new Float32Array(block.length * size);
          for (const [i, [query, row]] of block.entries()) {
            left.set(rowAt(embedded.embeddings, query), i * size);
            right.set(rowAt(rows.embeddings, row), i * size);
          }
          distances.set(await encoder.distances(left, right), start);
        }
        return distances;
      },
      decide: encoder.config && ((distance) => verdictOf(distance, encoder.config!, maxError)),
      confirmed: encoder.kind === 'backbone' || options.confirm === true,
      mirrored: options.mirrored,
      pairing,
      views: found.views,
      add(link) {
        found.joins.join(link.a, link.b);
        found.links.push(link);
      },
      areJoined: found.joins.areJoined,
      onProgress,
      signal,
    });
  } finally {
    await gallery.close();
  }
}

/** The rows from one on; all where there is no such row. */
function rowsFrom(
  { embeddings, embeddingSize, images }: EmbeddedSet,
  first: number,
): Pick<EmbeddedSet, 'embeddings' | 'images'> {
  if (first < 0) return { embeddings, images };
  return { embeddings: embeddings.subarray(first * embeddingSize), images: images.slice(first) };
}

/** Why the model holds two images at that distance for copies; undefined where it does not. */
function verdictOf(distance: number, config: ModelConfig, maxError: number | undefined): string | undefined {
  const { verdict, probability } = judge(distance, config);
  const isCopy = maxError === undefined ? verdict === 'same' : probability >= 1 - maxError;
  return isCopy
    ? `the model says the same: distance ${distance.toPrecision(3)}, probability ${formatPercent(probability)}`
    : undefined;
}

function warnOfCalibration(
  { name }: OpenEncoder,
  { answers }: ModelConfig,
  maxError: number | undefined,
  warn: (message: string) => void,
): void {
  if (answers === undefined)
    warn(
      `${name} is not calibrated: ${maxError === undefined ? 'its threshold' : 'its first estimate of the probability'} decides; samesame calibrate ${name} DATA makes it surer`,
    );
  else if (maxError === undefined && answers.cuts.same === null)
    warn(
      `${name} never says "same": it was calibrated on too few pairs for its error rate; --max-error asks for another`,
    );
}
