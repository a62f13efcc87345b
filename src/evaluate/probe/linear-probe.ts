import { choleskyInPlace, solveLowerInPlace } from '../../base/cholesky.ts';
import { SamesameError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { checkFinite, checkRows } from '../checks.ts';
import { type Estimate, UNDEFINED, wilson } from '../interval.ts';

export interface LinearProbeOptions {
  /** float32 `[N, D]`. */
  readonly embeddings: Float32Array;
  /** int32 `[N]`: class of each row; rows below 0 take no part. */
  readonly labels: ArrayLike<number>;
  /** Decides which half of each class is learnt from. */
  readonly random: Random;
  /**
   * Weight of the penalty `ridge · mean variance · |W|²`, from above 0. Default 0.01: a hundredth of what an average
   * direction of the embeddings varies, enough to hold directions that hardly do.
   */
  readonly ridge?: number;
}

/** How well a plane between classes can be drawn through the embeddings. */
export interface LinearProbe {
  /** Share of the other half that is named right. Undefined with fewer than two classes of two images. */
  readonly accuracy: Estimate;
  readonly numTrain: number;
  readonly numTest: number;
  readonly numClasses: number;
}

/**
 * A linear classifier on frozen embeddings: ridge regression from an embedding to one number a class, fitted exactly to
 * half of each class, the largest number naming the other half. It says whether classes can be told apart from the
 * embedding at all, whatever the distance makes of it. Classes of one image take no part. O(N·D² + N·C·D + D³).
 * @throws E_SHAPE, E_NAN
 * @source Alain & Bengio 2016, Understanding intermediate layers using linear classifier probes; Hoerl & Kennard 1970,
 * Ridge regression
 */
export function linearProbe({ embeddings, labels, random, ridge = 0.01 }: LinearProbeOptions): LinearProbe {
  const dim = checkRows(embeddings, labels.length, 'embeddings');
  checkFinite(embeddings, 'embeddings');
  const { train, test, classes } = halve(labels, random);
  const counts = { numTrain: train.length, numTest: test.length, numClasses: classes.size };
  if (classes.size < 2) return { accuracy: UNDEFINED, ...counts };

  const means = new Float64Array(dim);
  for (const row of train) for (let d = 0; d < dim; d++) means[d] += embeddings[row * dim + d] / train.length;
  const gram = new Float64Array(dim * dim);
  const targets = new Float64Array(dim * classes.size);
  const share = new Float64Array(classes.size);
  const centred = new Float64Array(dim);
  for (const row of train) {
    const c = classes.get(labels[row])!;
    share[c] += 1 / train.length;
    for (let d = 0; d < dim; d++) centred[d] = embeddings[row * dim + d] - means[d];
    for (let i = 0; i < dim; i++) {
      // Centred inputs: the mean of the targets falls out of the right-hand side.
      targets[i * classes.size + c] += centred[i];
      for (let j = 0; j <= i; j++) gram[i * dim + j] += centred[i] * centred[j];
    }
  }
  let trace = 0;
  for (let d = 0; d < dim; d++) trace += gram[d * dim + d];
  for (let d = 0; d < dim; d++) gram[d * dim + d] += Math.max(ridge * (trace / dim), 1e-12);
  solveInPlace(gram, targets, dim, classes.size);

  let numRight = 0;
  for (const row of test) {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes.size; c++) {
      let value = share[c];
      for (let d = 0; d < dim; d++)
        value += (embeddings[row * dim + d] - means[d]) * targets[d * classes.size + c];
      if (value > most) {
        most = value;
        best = c;
      }
    }
    if (best === classes.get(labels[row])) numRight++;
  }
  return { accuracy: wilson(numRight, test.length), ...counts };
}

/** Half of each class, rounded up, to learn from. */
function halve(labels: ArrayLike<number>, random: Random) {
  const members = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] < 0) continue;
    const rows = members.get(labels[i]) ?? [];
    rows.push(i);
    members.set(labels[i], rows);
  }
  const train: number[] = [];
  const test: number[] = [];
  const classes = new Map<number, number>();
  for (const label of [...members.keys()].sort((a, b) => a - b)) {
    const rows = random.shuffle(members.get(label)!);
    if (rows.length < 2) continue;
    classes.set(label, classes.size);
    const half = Math.ceil(rows.length / 2);
    train.push(...rows.slice(0, half));
    test.push(...rows.slice(half));
  }
  return { train, test, classes };
}

/**
 * Solves `A·X = B` for a positive definite A, of which the lower triangle is given, by Cholesky's method. B becomes X.
 * @param a float64 `[n, n]`, becomes its factor
 * @param b float64 `[n, width]`
 */
function solveInPlace(a: Float64Array, b: Float64Array, n: number, width: number): void {
  if (!choleskyInPlace(a, n)) {
    throw new SamesameError('E_NAN', {
      what: 'the embeddings are too unequal in size to fit a linear probe to',
      expected: 'directions within fifteen powers of ten of each other',
    });
  }
  solveLowerInPlace(a, b, n, width);
  for (let i = n - 1; i >= 0; i--) {
    for (let c = 0; c < width; c++) {
      let sum = b[i * width + c];
      for (let k = i + 1; k < n; k++) sum -= a[k * n + i] * b[k * width + c];
      b[i * width + c] = sum / a[i * n + i];
    }
  }
}
