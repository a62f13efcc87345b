import { SamesameError } from '../base/errors.ts';
import type { Runtime } from '../graph/runtime/types.ts';

/** Turns pairs of embeddings into distances. */
export interface PairComparer {
  /**
   * @param left float32 `[P, D]`
   * @param right float32 `[P, D]`
   * @returns float32 `[P]`, lower is closer, owned by the caller
   */
  distances(left: Float32Array, right: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** `d[p] = |left[p] − right[p]|`. */
export function euclideanComparer(embeddingSize: number): PairComparer {
  return {
    async distances(left, right) {
      const distances = new Float32Array(left.length / embeddingSize);
      for (let p = 0; p < distances.length; p++) {
        let sum = 0;
        for (let i = p * embeddingSize; i < (p + 1) * embeddingSize; i++) sum += (left[i] - right[i]) ** 2;
        distances[p] = Math.sqrt(sum);
      }
      return distances;
    },
    async close() {},
  };
}

/** Pairs a run of the head: its activations are small. */
const BATCH_SIZE = 4096;

/**
 * `d[p] = 1 − similarity[p]` of a comparator head.
 * @param options `bothWays`: ask both ways round and take the mean, so that a head that is not symmetric gives one answer
 *   for A with B and B with A
 * @throws E_MODEL, E_RUNTIME
 */
export async function createHeadComparer(
  head: Uint8Array,
  { embeddingSize, bothWays }: { readonly embeddingSize: number; readonly bothWays: boolean },
  runtime: Runtime,
): Promise<PairComparer> {
  const program = await runtime.load(head);
  if (program.inputs.left?.shape[1] !== embeddingSize || program.outputs.similarity === undefined) {
    throw new SamesameError('E_MODEL', {
      what: 'this ONNX file is not the comparator of this model',
      expected: `left, right float32 [batch, ${embeddingSize}] → similarity float32 [batch]`,
      received: `inputs ${Object.keys(program.inputs).join(', ')}; outputs ${Object.keys(program.outputs).join(', ')}`,
    });
  }
  const similarities = async (left: Float32Array, right: Float32Array) => {
    const shape = [left.length / embeddingSize, embeddingSize];
    const { similarity } = await program.run({
      left: runtime.tensor('float32', left, shape),
      right: runtime.tensor('float32', right, shape),
    });
    return similarity.data as Float32Array;
  };

  return {
    async distances(left, right) {
      const distances = new Float32Array(left.length / embeddingSize);
      for (let start = 0; start < distances.length; start += BATCH_SIZE) {
        const [from, to] = [
          start * embeddingSize,
          Math.min(start + BATCH_SIZE, distances.length) * embeddingSize,
        ];
        const forward = await similarities(left.subarray(from, to), right.subarray(from, to));
        const backward = bothWays
          ? await similarities(right.subarray(from, to), left.subarray(from, to))
          : forward;
        for (let i = 0; i < forward.length; i++) distances[start + i] = 1 - (forward[i] + backward[i]) / 2;
      }
      return distances;
    },
    close: () => program.close(),
  };
}
