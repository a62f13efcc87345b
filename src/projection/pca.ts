import { PCA } from '@saehrimnir/druidjs';
import { type MapPoint, rowsOf, sizeOf } from './points.ts';

/** The plane in which embeddings spread most, and the way into it. */
export interface PcaPlane {
  /** Mean of the embeddings that it was fitted to: `[D]`. */
  readonly mean: readonly number[];
  /** Two orthogonal directions of length 1, `[2, D]`; zeros where the embeddings spread in fewer. */
  readonly axes: readonly [readonly number[], readonly number[]];
  /** `axes · (embedding − mean)` of each row of `[N, D]`. */
  project(embeddings: Float32Array, numImages: number): MapPoint[];
}

/** A direction with less than this share of the variance is rounding. */
const MIN_SHARE = 1e-10;

/**
 * Principal components: the two orthogonal directions with the greatest variance, the greater first. Each is turned such
 * that its largest part is positive, so that the same embeddings never give a mirrored map.
 * @param embeddings float32 `[N, D]`
 * @throws E_SHAPE, E_NAN
 * @source Pearson 1901
 */
export function fitPca(embeddings: Float32Array, numImages: number): PcaPlane {
  const size = sizeOf(embeddings, numImages);
  const rows = rowsOf(embeddings, numImages);
  const mean = Array.from({ length: size }, (_, d) => rows.reduce((sum, row) => sum + row[d], 0) / numImages);
  const centred = rows.map((row) => row.map((value, d) => value - mean[d]));
  const total = centred.reduce((sum, row) => sum + dot(row, row), 0);
  const none = new Array<number>(size).fill(0);
  const found = total > 0 ? principalDirections(centred, size) : [];
  const axes = [0, 1]
    .map((i) => found[i] ?? none)
    .map((axis) => {
      const variance = centred.reduce((sum, row) => sum + dot(row, axis) ** 2, 0);
      return variance > MIN_SHARE * total ? turned(axis) : none;
    }) as [number[], number[]];
  return {
    mean,
    axes,
    project: (others, count) => {
      sizeOf(others, count);
      return rowsOf(others, count).map((row) => {
        const moved = row.map((value, d) => value - mean[d]);
        return [dot(moved, axes[0]), dot(moved, axes[1])];
      });
    },
  };
}

/** Eigenvectors of the covariance by simultaneous power iteration, started by a fixed seed. */
function principalDirections(centred: number[][], size: number): number[][] {
  // Scaled to length about 1, so that the iteration's tolerance means the same for every model.
  const scale = Math.sqrt(centred.reduce((sum, row) => sum + dot(row, row), 0) / centred.length);
  const scaled = centred.map((row) => row.map((value) => value / scale));
  const count = Math.min(2, size);
  const pca = new PCA(scaled, { d: count, seed: 1, eig_args: { max_iterations: 500, tol: 1e-14 } });
  const columns = pca.principal_components().to2dArray();
  const [first, second] = [0, 1].map((c) => Array.from(columns, (row) => row[c] ?? 0));
  // Where there is no second direction, the iteration leaves the first one there.
  const overlap = dot(first, second);
  const rest = second.map((value, d) => value - overlap * first[d]);
  const length = Math.sqrt(dot(rest, rest));
  return length > 1e-6 ? [first, rest.map((value) => value / length)] : [first];
}

function turned(axis: readonly number[]): number[] {
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) + 1e-9 ? value : best), 0);
  return axis.map((value) => (largest < 0 ? -value : value));
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d] * b[d];
  return sum;
}
