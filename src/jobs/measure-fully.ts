import { createRandom } from '../base/random.ts';
import type { ImageSet, PairList } from '../data/types.ts';
import {
  type Agreement,
  accuracyByClass,
  agreement,
  type ClassAccuracy,
  type DetectionPoint,
  identifyOpenSet,
  kMeans,
  type LinearProbe,
  linearProbe,
  missesAt,
  type OpenSet,
  silhouette,
  type Verification,
  verify,
} from '../evaluate/index.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import type { ModelConfig } from '../model/config.ts';
import { createGalleryProducts } from '../model/products.ts';
import type { Measurement } from './measure.ts';

/** What `evaluate --full` adds. */
export interface FullMeasurement {
  /** FNMR@FMR and TAR@FAR. */
  readonly detection: readonly DetectionPoint[];
  /** Null where images have no labels. */
  readonly clusters: Clusters | null;
  readonly linearProbe: LinearProbe | null;
  readonly openSet: OpenSet | null;
  /** Accuracy of each class's pairs, the least first. Empty where images have no class. */
  readonly classes: readonly (ClassAccuracy & { readonly name: string })[];
  /** The same pairs by whether the model was trained on both of their classes, by name. Null where that is not so or not known. */
  readonly bySeen: BySeen | null;
}

export interface Clusters extends Agreement {
  /** As many as classes. */
  readonly numClusters: number;
  /** Of the true classes. Null with fewer than two. */
  readonly silhouette: number | null;
  readonly numImages: number;
}

/** Pairs of known things and of new ones, side by side: the first flatters where the second is what is asked. */
export interface BySeen {
  readonly seen: Verification;
  readonly unseen: Verification;
}

export interface FullInput {
  readonly set: Pick<ImageSet, 'labels' | 'classNames'>;
  readonly pairs: PairList;
  readonly measurement: Pick<Measurement, 'distances' | 'embeddings' | 'retrievalImages'>;
  readonly config: Pick<ModelConfig, 'threshold' | 'classes'>;
  /** Classes that the model was trained on, where that is known better than by their names. */
  readonly seenLabels?: ReadonlySet<number>;
  readonly seed: string | number;
  readonly runtime: Runtime;
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

/** Images that clusters, probe and open set are measured on: k-means with hundreds of classes takes its time. */
const MAX_CLUSTERED = 10_000;

/**
 * Everything beyond verification and retrieval, of embeddings and distances that are there already. Matrices are worked
 * through in blocks of rows.
 */
export async function measureFully(input: FullInput): Promise<FullMeasurement> {
  const { set, pairs, measurement, config, seed, runtime, onProgress } = input;
  const { distances } = measurement;
  const rows = labelledRows(input);
  const numStages = 4;
  const step = (done: number) => onProgress?.('full', done, numStages);
  step(0);
  const clusters = await measureClusters(rows, seed, runtime);
  step(1);
  const random = createRandom(seed).fork('full');
  const probe = rows === null ? null : linearProbe({ ...rows, random: random.fork('probe') });
  step(2);
  const openSet = rows === null ? null : await measureOpenSet(rows, config.threshold, seed, runtime);
  step(3);
  const labelsOf = (images: Int32Array) => Int32Array.from(images, (image) => set.labels[image]);
  const classes =
    set.classNames.length < 2
      ? []
      : accuracyByClass({
          distances,
          similar: pairs.similar,
          left: labelsOf(pairs.left),
          right: labelsOf(pairs.right),
          threshold: config.threshold,
        }).map((found) => ({ name: set.classNames[found.label] ?? 'none', ...found }));
  const bySeen = measureBySeen(input);
  step(4);
  return {
    detection: missesAt(distances, pairs.similar, undefined, countDistinct(pairs)),
    clusters,
    linearProbe: probe,
    openSet,
    classes,
    bySeen,
  };
}

/** Different dissimilar pairs: of few images the same ones are drawn again and again. */
function countDistinct({ numPairs, left, right, similar }: PairList): number {
  const seen = new Set<string>();
  for (let i = 0; i < numPairs; i++)
    if (similar[i] <= 0.5) seen.add(`${Math.min(left[i], right[i])} ${Math.max(left[i], right[i])}`);
  return seen.size;
}

interface LabelledRows {
  /** float32 `[labels.length, D]`. */
  readonly embeddings: Float32Array;
  readonly labels: Int32Array;
}

/** The measured images that have a class, at most `MAX_CLUSTERED`. */
function labelledRows({ set, measurement, seed }: FullInput): LabelledRows | null {
  const { embeddings, retrievalImages } = measurement;
  const size = embeddings.length / Math.max(1, retrievalImages.length);
  const places = Array.from(retrievalImages.keys()).filter((i) => set.labels[retrievalImages[i]] >= 0);
  if (places.length === 0) return null;
  createRandom(seed).fork('clustered').shuffle(places);
  const kept = places.slice(0, MAX_CLUSTERED).sort((a, b) => a - b);
  const rows = new Float32Array(kept.length * size);
  for (const [row, i] of kept.entries()) rows.set(embeddings.subarray(i * size, (i + 1) * size), row * size);
  return { embeddings: rows, labels: Int32Array.from(kept, (i) => set.labels[retrievalImages[i]]) };
}

async function measureClusters(
  rows: LabelledRows | null,
  seed: string | number,
  runtime: Runtime,
): Promise<Clusters | null> {
  if (rows === null) return null;
  const { embeddings, labels } = rows;
  const numClusters = new Set(labels).size;
  const { assignments } = kMeans({ embeddings, numRows: labels.length, numClusters, seed });
  const gallery = await createGalleryProducts(embeddings, labels.length, runtime);
  const width = await silhouette({ embeddings, labels, products: gallery.products });
  await gallery.close();
  return { ...agreement(labels, assignments), numClusters, silhouette: width, numImages: labels.length };
}

async function measureOpenSet(
  { embeddings, labels }: LabelledRows,
  threshold: number,
  seed: string | number,
  runtime: Runtime,
): Promise<OpenSet> {
  const opened: { close(): Promise<void> }[] = [];
  const result = await identifyOpenSet({
    embeddings,
    labels,
    threshold,
    random: createRandom(seed).fork('open set'),
    async createProducts(gallery, numGallery) {
      const products = await createGalleryProducts(gallery, numGallery, runtime);
      opened.push(products);
      return products.products;
    },
  });
  for (const products of opened) await products.close();
  return result;
}

/** Pairs of classes that were trained on, and pairs of classes that were not. Mixed pairs are in neither. */
function measureBySeen({ set, pairs, measurement, config, seenLabels, seed }: FullInput): BySeen | null {
  const names = new Set(config.classes);
  const isSeen = (label: number) =>
    seenLabels === undefined ? names.has(set.classNames[label]) : seenLabels.has(label);
  const part = (wanted: boolean) => {
    const kept: number[] = [];
    for (let i = 0; i < pairs.numPairs; i++) {
      const sides = [set.labels[pairs.left[i]], set.labels[pairs.right[i]]];
      if (sides.every((label) => label >= 0 && isSeen(label) === wanted)) kept.push(i);
    }
    if (kept.length === 0) return null;
    return verify({
      distances: Float32Array.from(kept, (i) => measurement.distances[i]),
      similar: Float32Array.from(kept, (i) => pairs.similar[i]),
      threshold: config.threshold,
      groups: {
        left: Int32Array.from(kept, (i) => pairs.left[i]),
        right: Int32Array.from(kept, (i) => pairs.right[i]),
      },
      seed,
    });
  };
  if (set.classNames.length === 0) return null;
  const [seen, unseen] = [part(true), part(false)];
  return seen === null || unseen === null ? null : { seen, unseen };
}
