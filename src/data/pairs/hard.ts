import { SamesameError } from '../../base/errors.ts';
import type { PairList } from '../types.ts';
import { emptyPairs } from './list.ts';

/** Rows compared at a time: two blocks of 128 embeddings of 64 numbers fit in the first-level cache. */
const BLOCK = 128;

/**
 * The pairs that an embedding gets most wrong: for each image the farthest of its own class (similar) and the nearest
 * of another class (dissimilar), by Euclidean distance. Each pair comes once, though both of its images may name it;
 * ties go to the earlier image. An image alone in its class names no similar pair.
 * Time O(N²·D), memory O(N): distances are compared block by block and never kept.
 * @param labels int32 `[numImages]`; unlabelled images are passed over
 * @param indices int32 `[N]`: the image of each embedding
 * @param embeddings float32 `[N, D]`, row-major
 * @throws E_SHAPE, E_NAN for an embedding that is not finite, E_DATA_ONE_CLASS
 */
export function drawHardPairs(labels: Int32Array, indices: Int32Array, embeddings: Float32Array): PairList {
  const numRows = indices.length;
  const size = embeddings.length / numRows;
  if (numRows === 0 || !Number.isInteger(size) || size === 0) {
    throw new SamesameError('E_SHAPE', {
      what: 'drawing hard pairs failed',
      expected: 'embeddings [N, D], one for each of N indices',
      received: `${embeddings.length} numbers for ${numRows} indices`,
    });
  }
  const broken = embeddings.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) {
    throw new SamesameError('E_NAN', {
      what: `the embedding of image ${indices[Math.floor(broken / size)]} is not finite`,
      received: String(embeddings[broken]),
    });
  }
  const rowLabels = Int32Array.from(indices, (index) => labels[index]);
  const { farthestSame, nearestOther } = searchExtremes(embeddings, rowLabels, size);
  if (nearestOther.every((row) => row < 0)) {
    throw new SamesameError('E_DATA_ONE_CLASS', {
      what: 'dissimilar pairs cannot be drawn',
      expected: 'embeddings of at least two classes',
      received: 'one class',
    });
  }
  return listOnce(indices, farthestSame, nearestOther);
}

function searchExtremes(embeddings: Float32Array, rowLabels: Int32Array, size: number) {
  const numRows = rowLabels.length;
  const farthestSame = new Int32Array(numRows).fill(-1);
  const nearestOther = new Int32Array(numRows).fill(-1);
  const farthest = new Float64Array(numRows).fill(-1);
  const nearest = new Float64Array(numRows).fill(Number.POSITIVE_INFINITY);
  const offer = (row: number, other: number, distanceSquared: number, isSame: boolean) => {
    if (isSame && distanceSquared > farthest[row]) {
      farthest[row] = distanceSquared;
      farthestSame[row] = other;
    } else if (!isSame && distanceSquared < nearest[row]) {
      nearest[row] = distanceSquared;
      nearestOther[row] = other;
    }
  };
  for (let rowBlock = 0; rowBlock < numRows; rowBlock += BLOCK) {
    for (let otherBlock = 0; otherBlock < numRows; otherBlock += BLOCK) {
      const rowEnd = Math.min(rowBlock + BLOCK, numRows);
      const otherEnd = Math.min(otherBlock + BLOCK, numRows);
      for (let row = rowBlock; row < rowEnd; row++) {
        if (rowLabels[row] < 0) continue;
        for (let other = otherBlock; other < otherEnd; other++) {
          if (other === row || rowLabels[other] < 0) continue;
          let distanceSquared = 0;
          for (let d = 0, a = row * size, b = other * size; d < size; d++) {
            const difference = embeddings[a + d] - embeddings[b + d];
            distanceSquared += difference * difference;
          }
          offer(row, other, distanceSquared, rowLabels[row] === rowLabels[other]);
        }
      }
    }
  }
  return { farthestSame, nearestOther };
}

function listOnce(indices: Int32Array, farthestSame: Int32Array, nearestOther: Int32Array): PairList {
  const numRows = indices.length;
  const left: number[] = [];
  const right: number[] = [];
  const similar: number[] = [];
  for (const [partner, isSimilar] of [
    [farthestSame, 1],
    [nearestOther, 0],
  ] as const) {
    for (let row = 0; row < numRows; row++) {
      const other = partner[row];
      const isNamedBefore = other >= 0 && other < row && partner[other] === row;
      if (other < 0 || isNamedBefore) continue;
      left.push(indices[row]);
      right.push(indices[other]);
      similar.push(isSimilar);
    }
  }
  const pairs = emptyPairs(left.length);
  pairs.left.set(left);
  pairs.right.set(right);
  pairs.similar.set(similar);
  return pairs;
}
