import { forEachInParallel } from '../../data/parallel.ts';
import { checkFilter, checkImageRows, checkSearch } from './checks.ts';
import type { Effort, StoreEngine } from './engine.ts';
import { rankCandidates } from './nearest.ts';
import { tuneIndex } from './recall.ts';
import type { ImageRecord, ImageRows, QueryAnswer, StoreFilter, VectorStore } from './types.ts';

/**
 * Numbers (rows × D) that a search looks at one by one rather than by an index: 32,768 rows of 64. A store of that size
 * needs no index to be built. Where exactly the line is best drawn was not measured.
 */
export const EXACT_NUMBERS = 2 ** 21;
/** An index is measured for ten neighbours; past that many it is not asked. */
const MAX_INDEXED_K = 100;
/** Share of new rows from which an index is built anew instead of added to: its partitions fit the old ones. */
const REBUILD_SHARE = 0.5;
const QUERIES_AT_A_TIME = 4;

export interface VectorStoreOptions {
  /** Instead of `EXACT_NUMBERS`, for tests and measurements. */
  readonly exactNumbers?: number;
}

/** A whole store over what a database can do: checks, the choice between exact and approximate, and its honesty. */
export function createVectorStore(
  engine: StoreEngine,
  { exactNumbers = EXACT_NUMBERS }: VectorStoreOptions = {},
): VectorStore {
  const { identity } = engine;
  const { embeddingSize, distance } = identity;
  const isSmall = (numRows: number) => numRows * embeddingSize <= exactNumbers;

  async function nearest(
    query: Float32Array,
    k: number,
    { exceptIds = [], ...filter }: StoreFilter,
    effort: Effort | undefined,
  ) {
    // A few rows that are left out are no reason to filter: as many more are asked for.
    const found = await engine.nearest(query, k + exceptIds.length, filter, effort);
    const except = new Set(exceptIds);
    const ranked = rankCandidates(query, found, k + except.size, distance);
    return ranked.filter(({ record }) => !except.has(record.id)).slice(0, k);
  }

  return {
    kind: engine.kind,
    name: engine.name,
    identity,
    async add(rows) {
      checkImageRows(rows, identity);
      if (rows.records.length > 0) await engine.add(rows);
    },
    async upsert(rows) {
      checkImageRows(rows, identity);
      if (rows.records.length > 0) await engine.upsert(rows);
    },
    delete: async (ids) => (ids.length === 0 ? 0 : engine.delete([...new Set(ids)])),
    async get(ids) {
      if (ids.length === 0) return { records: [], vectors: new Float32Array(0) };
      return inOrder(await engine.get([...new Set(ids)]), ids, embeddingSize);
    },
    async records(ids) {
      const found = ids.length === 0 ? [] : await engine.records([...new Set(ids)]);
      return new Map(found.map((record) => [record.id, record]));
    },
    async count(filter = {}) {
      checkFilter(filter);
      return engine.count(filter);
    },
    async *scan(filter = {}) {
      checkFilter(filter);
      yield* engine.scan(filter);
    },
    async *list(filter = {}) {
      checkFilter(filter);
      yield* engine.list(filter);
    },
    async search(queries, { k, filter = {}, method = 'auto', signal }) {
      const numQueries = checkSearch(queries, { k, filter }, identity);
      const state = method === 'exact' || k > MAX_INDEXED_K ? undefined : await engine.readIndexState();
      const selective = { ...filter, exceptIds: [] };
      const isFiltered = narrows(selective);
      const goesByIndex =
        state !== undefined &&
        (method === 'approximate' ||
          !isSmall(isFiltered ? await engine.count(selective) : state.recall.numRows));
      const effort = goesByIndex ? state.effort : undefined;
      const answers = new Array<QueryAnswer>(numQueries);
      await forEachInParallel(
        numQueries,
        QUERIES_AT_A_TIME,
        async (i) => {
          const query = queries.slice(i * embeddingSize, (i + 1) * embeddingSize);
          let neighbours = await nearest(query, k, filter, effort);
          let answered: QueryAnswer['method'] = effort === undefined ? 'exact' : 'approximate';
          // An index that looked in too few places, or past the filter: ask every row that matches.
          if (effort !== undefined && neighbours.length < k) {
            neighbours = await nearest(query, k, filter, undefined);
            answered = 'exact';
          }
          answers[i] = { method: answered, neighbours };
        },
        signal,
      );
      const isApproximate = answers.some((answer) => answer.method === 'approximate');
      return isApproximate ? { answers, recall: state!.recall } : { answers };
    },
    sample: (numRows) => engine.sample(numRows),
    version: () => engine.version(),
    readNotes: () => engine.readNotes(),
    writeNotes: (notes) => engine.writeNotes(notes),
    async compact() {
      const former = await engine.readIndexState();
      await engine.compact();
      const numRows = await engine.count({});
      if (isSmall(numRows) || embeddingSize > engine.maxIndexedSize) {
        if (former !== undefined) await engine.writeIndexState(undefined);
        return { numRows };
      }
      const formerRows = former?.recall.numRows ?? 0;
      if (former !== undefined && formerRows === numRows) return { numRows, recall: former.recall };
      if (former === undefined || numRows - formerRows > REBUILD_SHARE * formerRows)
        await engine.buildIndex();
      const state = await tuneIndex(engine);
      await engine.writeIndexState(state);
      return { numRows, recall: state.recall };
    },
    snapshot: (target) => engine.snapshot(target),
    close: () => engine.close(),
  };
}

/** Whether a filter can leave rows out. */
function narrows({ labels, pathPrefix, modifiedFromMs, modifiedBeforeMs, where }: StoreFilter): boolean {
  const bounds = [labels, pathPrefix || undefined, modifiedFromMs, modifiedBeforeMs, where?.[0]];
  return bounds.some((bound) => bound !== undefined);
}

function inOrder(rows: ImageRows, ids: readonly string[], size: number): ImageRows {
  const place = new Map(rows.records.map(({ id }, row) => [id, row]));
  const found = ids.filter((id) => place.has(id));
  const records: ImageRecord[] = [];
  const vectors = new Float32Array(found.length * size);
  for (const [i, id] of found.entries()) {
    const row = place.get(id)!;
    records.push(rows.records[row]);
    vectors.set(rows.vectors.subarray(row * size, (row + 1) * size), i * size);
  }
  return { records, vectors };
}
