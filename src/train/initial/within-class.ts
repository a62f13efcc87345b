import { choleskyInPlace, solveLowerInPlace } from '../../base/cholesky.ts';
import { SamesameError } from '../../base/errors.ts';
import { createRandom } from '../../base/random.ts';
import { multiplyRows, principalSubspace } from './principal-subspace.ts';

export interface WithinClassOptions {
  /** D, from 1 to F: the D directions in which the features spread most. */
  readonly embeddingSize: number;
  /**
   * Above 0, to 1: how far the covariance within classes is drawn towards a ball of its own size. 1: only its size counts,
   * and directions stay as they are. Default .97: a few classes say reliably only which few directions vary most
   * within every class.
   */
  readonly shrinkage?: number;
  /**
   * 0 to 1: how far the origin, from which angles are seen, moves towards the mean of the features. Default .75: the mean
   * of a few classes is not that of all, and where new images lie beyond it, angles turn round.
   */
  readonly centre?: number;
  /** Controls where the search for those directions begins. Default 0. */
  readonly seed?: string | number;
}

/** A dense layer: `features · weight + bias`. */
export interface DenseValues {
  /** float32 `[F, D]` */
  readonly weight: Float32Array;
  /** float32 `[D]` */
  readonly bias: Float32Array;
}

/**
 * Within-class covariance normalisation: the linear map under which what varies within a class counts less. Learned from
 * the covariances of the classes alone, it can carry over to classes that were not among them, and need not: docs/photos.md.
 *
 * `z = Aᵀ V (x − centre · mean)`, where the rows of `V` span the D directions of the largest second moment, and
 * `A Aᵀ = ((1 − shrinkage) · V W Vᵀ / t + shrinkage · I)⁻¹` with `W` the mean of the classes' covariances and
 * `t = trace(W) / F`. A class counts once, however many images it has; one image has no covariance. Where nothing varies
 * within classes, `A` is the identity.
 * @param features float32 `[N, F]`, finite
 * @param labels int32 `[N]`; images with one below 0 are left out
 * @throws E_CONFIG where D is above F; E_DATA_EMPTY without a labelled image; E_NAN
 * @source Hatch, Kajarekar & Stolcke 2006, "Within-class covariance normalization for SVM-based speaker recognition";
 *   Ledoit & Wolf 2004 for the shrinkage
 */
export function fitWithinClass(
  features: Float32Array,
  labels: Int32Array,
  options: WithinClassOptions,
): DenseValues {
  const { embeddingSize, shrinkage = 0.97, centre = 0.75, seed = 0 } = options;
  const dim = features.length / labels.length;
  const places = Array.from(labels.keys()).filter((n) => labels[n] >= 0);
  check(features, dim, places.length, embeddingSize);

  const { mean, classes } = meansOf(features, labels, places, dim);
  const origin = mean.map((value) => centre * value);
  const moment = secondMoment(features, places, mean, origin);
  const rows = principalSubspace(moment, dim, embeddingSize, createRandom(seed).fork('principal subspace'));

  const { covariance, size } = withinClasses(features, labels, { places, classes, rows, dim });
  const shrunk = covariance.map((value) => (size === 0 ? 0 : ((1 - shrinkage) * value) / size));
  for (let k = 0; k < embeddingSize; k++) shrunk[k * (embeddingSize + 1)] += size === 0 ? 1 : shrinkage;
  choleskyInPlace(shrunk, embeddingSize); // the shrinkage, above 0, makes it positive definite

  const weight = new Float32Array(dim * embeddingSize);
  const bias = new Float64Array(embeddingSize);
  for (let d = 0; d < dim; d++) {
    const row = Float64Array.from({ length: embeddingSize }, (_, k) => rows[k * dim + d]);
    solveLowerInPlace(shrunk, row, embeddingSize);
    weight.set(row, d * embeddingSize);
    for (let k = 0; k < embeddingSize; k++) bias[k] -= origin[d] * row[k];
  }
  return { weight, bias: Float32Array.from(bias) };
}

function check(features: Float32Array, dim: number, numLabelled: number, embeddingSize: number): void {
  if (numLabelled === 0) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: 'no image has a label, so nothing is known of what varies within classes',
      expected: 'images in one folder per class',
      help: 'leave headInit out',
    });
  }
  const bad = features.find((value) => !Number.isFinite(value));
  if (bad !== undefined) {
    throw new SamesameError('E_NAN', {
      what: 'the features of an image are not numbers',
      expected: 'finite features',
      received: String(bad),
    });
  }
  if (embeddingSize > dim) {
    throw new SamesameError('E_CONFIG', {
      what: 'the embedding is longer than the features that it is a projection of',
      expected: `embeddingSize up to ${dim}`,
      received: String(embeddingSize),
      help: 'choose a smaller embeddingSize, or leave headInit out',
    });
  }
}

interface Class {
  /** float64 `[F]` */
  readonly mean: Float64Array;
  numImages: number;
}

function meansOf(features: Float32Array, labels: Int32Array, places: readonly number[], dim: number) {
  const classes = new Map<number, Class>();
  const mean = new Float64Array(dim);
  for (const n of places) {
    const known = classes.get(labels[n]) ?? { mean: new Float64Array(dim), numImages: 0 };
    classes.set(labels[n], known);
    known.numImages++;
    for (let d = 0; d < dim; d++) {
      known.mean[d] += features[n * dim + d];
      mean[d] += features[n * dim + d];
    }
  }
  for (const { mean: sums, numImages } of classes.values()) {
    for (let d = 0; d < dim; d++) sums[d] /= numImages;
  }
  return { mean: mean.map((sum) => sum / places.length), classes };
}

/** Mean of `(x − origin)(x − origin)ᵀ`: float64 `[F, F]`. */
function secondMoment(
  features: Float32Array,
  places: readonly number[],
  mean: Float64Array,
  origin: Float64Array,
): Float64Array {
  const dim = mean.length;
  const moment = new Float64Array(dim * dim);
  const row = new Float64Array(dim);
  for (const n of places) {
    for (let d = 0; d < dim; d++) row[d] = features[n * dim + d];
    for (let d = 0; d < dim; d++) {
      if (row[d] === 0) continue; // Behind a ReLU many are.
      const factor = row[d];
      const from = d * dim;
      for (let e = d; e < dim; e++) moment[from + e] += factor * row[e];
    }
  }
  for (let d = 0; d < dim; d++) {
    for (let e = d; e < dim; e++) {
      const value =
        moment[d * dim + e] / places.length -
        mean[d] * mean[e] +
        (mean[d] - origin[d]) * (mean[e] - origin[e]);
      moment[d * dim + e] = value;
      moment[e * dim + d] = value;
    }
  }
  return moment;
}

interface Projected {
  readonly places: readonly number[];
  readonly classes: ReadonlyMap<number, Class>;
  /** float64 `[D, F]` */
  readonly rows: Float64Array;
  readonly dim: number;
}

/** `V W Vᵀ`, float64 `[D, D]`, and `trace(W) / F`. */
function withinClasses(
  features: Float32Array,
  labels: Int32Array,
  { places, classes, rows, dim }: Projected,
): { readonly covariance: Float64Array; readonly size: number } {
  const size = rows.length / dim;
  const columns = new Float64Array(dim * size);
  for (let k = 0; k < size; k++) for (let d = 0; d < dim; d++) columns[d * size + k] = rows[k * dim + d];
  const covariance = new Float64Array(size * size);
  const numClasses = [...classes.values()].filter(({ numImages }) => numImages > 1).length;
  let trace = 0;
  const difference = new Float64Array(dim);
  for (const n of places) {
    const { mean, numImages } = classes.get(labels[n])!;
    if (numImages === 1) continue;
    const share = 1 / (numImages * numClasses);
    for (let d = 0; d < dim; d++) {
      difference[d] = features[n * dim + d] - mean[d];
      trace += share * difference[d] ** 2;
    }
    const projected = multiplyRows(difference, columns, dim);
    for (let k = 0; k < size; k++) {
      const factor = share * projected[k];
      for (let l = 0; l < size; l++) covariance[k * size + l] += factor * projected[l];
    }
  }
  return { covariance, size: trace / dim };
}
