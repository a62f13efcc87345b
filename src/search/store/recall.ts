import type { Effort, IndexState, StoreEngine } from './engine.ts';
import { rankCandidates } from './nearest.ts';
import type { Neighbour } from './types.ts';

/** Neighbours asked for a query: as many as a page of results shows. */
const K = 10;
/** Queries: enough for two digits of a recall near 1, few enough to ask exactly. */
const NUM_QUERIES = 64;
/** Where the search for an effort ends. Half of what is lost at .99 is not worth twice the time. */
export const WANTED_RECALL = 0.995;

/**
 * Tries efforts from the least until an index finds what it should, and says what it finds then. Rows of the store drawn
 * by chance are the queries, each left out of its own answer: a row finds itself at any effort.
 * Two rows as far away as the tenth neighbour are taken for each other: which one comes is chance.
 */
export async function tuneIndex(engine: StoreEngine): Promise<IndexState> {
  const { records, vectors } = await engine.sample(NUM_QUERIES);
  const size = engine.identity.embeddingSize;
  const ask = async (query: number, effort: Effort | undefined): Promise<Neighbour[]> => {
    const vector = vectors.slice(query * size, (query + 1) * size);
    const found = await engine.nearest(vector, K + 1, {}, effort);
    const ranked = rankCandidates(vector, found, K + 1, engine.identity.distance);
    return ranked.filter(({ record }) => record.id !== records[query].id).slice(0, K);
  };
  const truth: Neighbour[][] = [];
  for (let query = 0; query < records.length; query++) truth.push(await ask(query, undefined));
  const numRows = await engine.count({});
  const efforts = engine.efforts;
  for (const [i, effort] of efforts.entries()) {
    let numFound = 0;
    let numTrue = 0;
    for (let query = 0; query < records.length; query++) {
      numFound += countFound(await ask(query, effort), truth[query]);
      numTrue += truth[query].length;
    }
    const recall = numTrue === 0 ? 1 : numFound / numTrue;
    if (recall >= WANTED_RECALL || i === efforts.length - 1)
      return { effort, recall: { recall, k: K, numQueries: records.length, numRows } };
  }
  throw new Error('an engine has at least one effort');
}

/** True neighbours that were found. */
export function countFound(found: readonly Neighbour[], truth: readonly Neighbour[]): number {
  if (truth.length === 0) return 0;
  const radius = truth[truth.length - 1].distance;
  return Math.min(truth.length, found.filter(({ distance }) => distance <= radius).length);
}
