import type { Index } from '@lancedb/lancedb';
import type { Effort } from '../engine.ts';
import type { StoreIdentity } from '../types.ts';

export const EFFORTS: readonly Effort[] = [1, 2, 4, 8, 16];

/** Partitions looked into, and how many times `k` candidates are measured by their whole embeddings. */
export function effortOf(effort: Effort): { readonly numProbes: number; readonly refineFactor: number } {
  return { numProbes: 8 * effort, refineFactor: 4 * effort };
}

/**
 * The kind of index for so many rows: partitions with product quantisation, refined by the embeddings themselves. A graph
 * (HNSW) answers as fast and takes many times as long to build (bench/search).
 */
export async function indexConfig(
  numRows: number,
  { embeddingSize, distance }: StoreIdentity,
): Promise<Index> {
  const { Index } = await import('@lancedb/lancedb');
  return Index.ivfPq({
    distanceType: distance === 'euclidean' ? 'l2' : 'cosine',
    numPartitions: Math.max(1, Math.round(Math.sqrt(numRows))),
    numSubVectors: subVectorsOf(embeddingSize),
  });
}

/** A byte for four numbers, where D can be divided like that. */
function subVectorsOf(embeddingSize: number): number {
  for (const size of [4, 8, 2]) if (embeddingSize % size === 0) return embeddingSize / size;
  return embeddingSize;
}
