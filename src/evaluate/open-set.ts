import type { Random } from '../base/random.ts';
import { type DistanceName, distanceOfKey, forEachDistanceRow } from './distances.ts';
import { type Estimate, wilson } from './interval.ts';
import type { Products } from './products.ts';

export interface OpenSetOptions {
  /** float32 `[N, D]`. */
  readonly embeddings: Float32Array;
  /** int32 `[N]`: class of each image, −1 without one: such images take no part. */
  readonly labels: ArrayLike<number>;
  /** A query is said to be known when its nearest gallery image is closer than this. */
  readonly threshold: number;
  /** Decides which classes and which of their images are in the gallery. */
  readonly random: Random;
  /** Images of each known class in the gallery. Default 1: the hardest case, and every class can be asked for. */
  readonly imagesPerClass?: number;
  /** Default `euclidean`. */
  readonly distance?: DistanceName;
  /** Queries at a time. Default 64. */
  readonly blockSize?: number;
  /** Makes inner products with a gallery, on a faster engine. Default: plain TypeScript. */
  readonly createProducts?: (gallery: Float32Array, numGallery: number) => Promise<Products>;
}

/** How well "none of these" is known. Nothing in it is NaN. */
export interface OpenSet {
  readonly numGallery: number;
  readonly numKnownClasses: number;
  /** Queries whose class is in the gallery, and whose class is not. */
  readonly numKnown: number;
  readonly numUnknown: number;
  readonly threshold: number;
  /** FPIR: share of unknown queries that something in the gallery was found for. */
  readonly falsePositiveRate: Estimate;
  /** FNIR: share of known queries whose nearest gallery image is of another class, or too far. */
  readonly falseNegativeRate: Estimate;
  /** FNIR at thresholds that keep FPIR to a tenth and a hundredth; null where there are too few unknown queries. */
  readonly falseNegativeRateAt: Readonly<Record<'.10' | '.01', number | null>>;
}

/**
 * Open-set identification: half of the classes are known, a few images of each in a gallery; all other images ask "who
 * is this?", and for those of the other half the right answer is nobody. A gallery of G gives an unknown image G chances
 * to be mistaken, so a threshold from pairs lets through many more than its false match rate says.
 * @returns rates undefined where a kind of query is missing
 * @throws E_SHAPE, E_NAN
 * @source Phillips, Grother & Micheals 2011, Evaluation methods in face recognition (open-set identification)
 */
export async function identifyOpenSet(options: OpenSetOptions): Promise<OpenSet> {
  const { embeddings, labels, threshold, random, imagesPerClass = 1 } = options;
  const { distance = 'euclidean', blockSize = 64 } = options;
  const { gallery, known, unknown } = drawRoles(labels, imagesPerClass, random);
  const dim = labels.length === 0 ? 0 : embeddings.length / labels.length;
  const rowsOf = (images: readonly number[]) => {
    const rows = new Float32Array(images.length * dim);
    for (const [row, image] of images.entries())
      rows.set(embeddings.subarray(image * dim, (image + 1) * dim), row * dim);
    return rows;
  };
  const queries = [...known, ...unknown];
  const nearest = new Float64Array(queries.length);
  const isRight = new Uint8Array(queries.length);
  const galleryRows = rowsOf(gallery);
  await forEachDistanceRow(
    {
      queries: rowsOf(queries),
      numQueries: queries.length,
      gallery: galleryRows,
      numGallery: gallery.length,
      distance,
      blockSize,
      products: gallery.length > 0 ? await options.createProducts?.(galleryRows, gallery.length) : undefined,
    },
    (query, keys) => {
      let best = 0;
      for (let i = 1; i < keys.length; i++) if (keys[i] < keys[best]) best = i;
      nearest[query] = distanceOfKey(keys[best], distance);
      isRight[query] = labels[gallery[best]] === labels[queries[query]] ? 1 : 0;
    },
  );
  const unknownDistances = nearest.slice(known.length).sort();
  const missed = (limit: number) =>
    known.reduce((count, _, i) => count + (isRight[i] === 1 && nearest[i] < limit ? 0 : 1), 0);
  const missedAt = (rate: number) => {
    const allowed = Math.floor(rate * unknown.length + 1e-9);
    if (allowed < 1 || known.length === 0) return null;
    return missed(unknownDistances[allowed]) / known.length;
  };
  return {
    numGallery: gallery.length,
    numKnownClasses: new Set(gallery.map((image) => labels[image])).size,
    numKnown: known.length,
    numUnknown: unknown.length,
    threshold,
    falsePositiveRate: wilson(unknownDistances.filter((d) => d < threshold).length, unknown.length),
    falseNegativeRate: wilson(missed(threshold), known.length),
    falseNegativeRateAt: { '.10': missedAt(0.1), '.01': missedAt(0.01) },
  };
}

function drawRoles(labels: ArrayLike<number>, imagesPerClass: number, random: Random) {
  const members = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] < 0) continue;
    const images = members.get(labels[i]) ?? [];
    images.push(i);
    members.set(labels[i], images);
  }
  const classes = random.shuffle([...members.keys()].sort((a, b) => a - b));
  // A known class must have an image left to ask with.
  const able = classes.filter((label) => members.get(label)!.length > imagesPerClass);
  const knownClasses = new Set(able.slice(0, Math.ceil(classes.length / 2)));
  const gallery: number[] = [];
  const known: number[] = [];
  const unknown: number[] = [];
  for (const label of classes) {
    const images = random.shuffle([...members.get(label)!]);
    if (!knownClasses.has(label)) unknown.push(...images);
    else {
      gallery.push(...images.slice(0, imagesPerClass));
      known.push(...images.slice(imagesPerClass));
    }
  }
  return gallery.length > 0 ? { gallery, known, unknown } : { gallery, known: [], unknown: [] };
}
