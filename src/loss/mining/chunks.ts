import { slice } from '../../graph/ops/slice.ts';
import { staticShape, type Tensor } from '../../graph/tensor.ts';

/** Numbers in one cube of triplets: 16 MB of float32, which holds a batch of 161 in one piece. */
const CUBE_SIZE = 2 ** 22;

/**
 * Does work that builds cubes `[anchors, N, N]` from matrices `[N, N]` for a few anchors at a time, so that each cube
 * stays within 16 MB however large the batch is. The runtime frees one before it makes the next.
 */
export function byAnchors<T>(
  matrices: readonly Tensor[],
  work: (...rows: Tensor[]) => T,
  cubeSize = CUBE_SIZE,
): T[] {
  const [length] = staticShape(matrices[0].shape, 'mining triplets');
  const numRows = Math.max(1, Math.floor(cubeSize / length ** 2));
  const results: T[] = [];
  for (let start = 0; start < length; start += numRows) {
    results.push(work(...matrices.map((matrix) => slice(matrix, [start], [start + numRows], { axes: [0] }))));
  }
  return results;
}
