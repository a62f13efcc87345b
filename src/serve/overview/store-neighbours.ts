import type { ImageRecord, VectorStore } from '../../search/store/types.ts';
import { onceAVersion } from './once-a-version.ts';
import { sampleStore } from './sample.ts';

/** Images that are each held against the whole store. */
const MAX_EXAMINED = 2000;
/** Neighbours looked at of each. */
const NUM_NEIGHBOURS = 10;
/** Queries between which other requests have their turn. */
const QUERIES_AT_A_TIME = 16;

/** Two images of a store that lie near each other. */
export interface NearPair {
  readonly a: ImageRecord;
  readonly b: ImageRecord;
  readonly distance: number;
}

export interface NearPairs {
  readonly numRows: number;
  /** Of how many images the neighbours were looked up: all of a small store, some of a large one. */
  readonly numExamined: number;
  readonly pairs: readonly NearPair[];
}

/** Looks up the neighbours of images of a store in the store itself. */
export function createNeighbourFinder(store: VectorStore, signal: AbortSignal): () => Promise<NearPairs> {
  return onceAVersion(store, async () => {
    const { numRows, records, embeddings } = await sampleStore(store, MAX_EXAMINED);
    const size = store.identity.embeddingSize;
    const pairs: NearPair[] = [];
    const seen = new Set<string>();
    for (let start = 0; start < records.length; start += QUERIES_AT_A_TIME) {
      const end = Math.min(start + QUERIES_AT_A_TIME, records.length);
      const queries = embeddings.subarray(start * size, end * size);
      const { answers } = await store.search(queries, { k: NUM_NEIGHBOURS + 1, signal });
      for (const [i, { neighbours }] of answers.entries()) {
        const a = records[start + i];
        for (const { record: b, distance } of neighbours) {
          const key = a.id < b.id ? `${a.id} ${b.id}` : `${b.id} ${a.id}`;
          if (a.id === b.id || seen.has(key)) continue;
          seen.add(key);
          pairs.push({ a, b, distance });
        }
      }
    }
    return { numRows, numExamined: records.length, pairs };
  });
}
