import type { NearPair } from '../../search/near-groups.ts';
import type { ImageRecord, VectorStore } from '../../search/store/types.ts';
import { onceAVersion } from './once-a-version.ts';
import { sampleStore } from './sample.ts';

/** Images that are each held against the whole store. */
const MAX_EXAMINED = 2000;
/** Neighbours looked at of each. */
const NUM_NEIGHBOURS = 10;
/** Queries between which other requests have their turn. */
const QUERIES_AT_A_TIME = 16;

export interface NearPairs {
  readonly numRows: number;
  /** Of how many images the neighbours were looked up: all of a small store, some of a large one. */
  readonly numExamined: number;
  /** Those examined and their neighbours, ascending by id. */
  readonly records: readonly ImageRecord[];
  /** By place in `records`, each pair once. */
  readonly pairs: readonly NearPair[];
}

/** Looks up the neighbours of images of a store in the store itself. */
export function createNeighbourFinder(store: VectorStore, signal: AbortSignal): () => Promise<NearPairs> {
  return onceAVersion(store, async () => {
    const { numRows, records: examined, embeddings } = await sampleStore(store, MAX_EXAMINED);
    const size = store.identity.embeddingSize;
    const known = new Map(examined.map((record) => [record.id, record]));
    const found = new Map<string, { readonly ids: readonly [string, string]; readonly distance: number }>();
    for (let start = 0; start < examined.length; start += QUERIES_AT_A_TIME) {
      const end = Math.min(start + QUERIES_AT_A_TIME, examined.length);
      const queries = embeddings.subarray(start * size, end * size);
      const { answers } = await store.search(queries, { k: NUM_NEIGHBOURS + 1, signal });
      for (const [i, { neighbours }] of answers.entries()) {
        const { id } = examined[start + i];
        for (const { record, distance } of neighbours) {
          if (record.id === id) continue;
          known.set(record.id, record);
          const ids = id < record.id ? ([id, record.id] as const) : ([record.id, id] as const);
          found.set(ids.join(' '), { ids, distance });
        }
      }
    }
    const records = [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const placeOf = new Map(records.map(({ id }, place) => [id, place]));
    const pairs = [...found.values()].map(({ ids: [a, b], distance }) => ({
      a: placeOf.get(a)!,
      b: placeOf.get(b)!,
      distance,
    }));
    return { numRows, numExamined: examined.length, records, pairs };
  });
}
