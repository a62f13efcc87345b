import type { Index } from '@lancedb/lancedb';
import type { Effort } from '../engine.ts';
import type { StoreIdentity } from '../types.ts';

export const EFFORTS: readonly Effort[] = [1, 2, 4, 8, 16, 32];

/** Partitions that a search looks into. */
export function numProbesOf(effort: Effort): number {
  return 4 * effort;
}

/** Rounds of k-means for the partitions: more of them find no better neighbours, and take their time. */
const NUM_ITERATIONS = 10;

/**
 * The kind of index for so many rows: partitions of whole embeddings. Product
 * quantisation and graphs (HNSW) take far longer to build, and a graph must be built again as the store grows. It takes the
 * disk of the embeddings once more.
 */
export async function indexConfig(numRows: number, { distance }: StoreIdentity): Promise<Index> {
  const { Index } = await import('@lancedb/lancedb');
  return Index.ivfFlat({
    distanceType: distance === 'euclidean' ? 'l2' : 'cosine',
    numPartitions: Math.max(1, Math.round(Math.sqrt(numRows) / 2)),
    maxIterations: NUM_ITERATIONS,
  });
}

/** Columns that filters and look-ups go by, and the kind of index that each has in a large store. */
const COLUMN_INDICES = { id: 'btree', path: 'btree', modified_ms: 'btree', label: 'bitmap' } as const;

/** Indices of columns that a table does not have yet. @param present columns that have one */
export async function missingColumnIndices(
  present: readonly string[],
): Promise<readonly { readonly column: string; readonly config: Index }[]> {
  const { Index } = await import('@lancedb/lancedb');
  return Object.entries(COLUMN_INDICES)
    .filter(([column]) => !present.includes(column))
    .map(([column, kind]) => ({ column, config: Index[kind]() }));
}
