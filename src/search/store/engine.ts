import type {
  ImageRecord,
  ImageRows,
  MeasuredRecall,
  StoreFilter,
  StoreIdentity,
  StoreNotes,
} from './types.ts';

/** A candidate of an engine: which row, and its embedding, from which the distance is worked out anew. */
export interface Candidates {
  readonly records: readonly ImageRecord[];
  /** float32 `[records.length, D]`. */
  readonly vectors: Float32Array;
}

/** How hard an index is searched; a larger number finds more and takes longer. */
export type Effort = number;

/** What is known of the index of a store. */
export interface IndexState {
  readonly effort: Effort;
  readonly recall: MeasuredRecall;
}

/**
 * What a database has to be able to do; `createVectorStore` makes a whole store of it. Arguments have been checked, and
 * everything is safe to be done twice, but `add`.
 */
export interface StoreEngine {
  readonly kind: 'lancedb' | 'postgres';
  readonly name: string;
  readonly identity: StoreIdentity;
  /** Largest k of one search by the index, or how many numbers a vector may have for one. */
  readonly maxIndexedSize: number;
  add(rows: ImageRows): Promise<void>;
  upsert(rows: ImageRows): Promise<void>;
  delete(ids: readonly string[]): Promise<number>;
  get(ids: readonly string[]): Promise<ImageRows>;
  records(ids: readonly string[]): Promise<readonly ImageRecord[]>;
  count(filter: StoreFilter): Promise<number>;
  scan(filter: StoreFilter): AsyncGenerator<ImageRows>;
  list(filter: StoreFilter): AsyncGenerator<readonly ImageRecord[]>;
  /** The `k` nearest rows of one query that match, in any order: by looking at every one where `effort` is undefined. */
  nearest(
    query: Float32Array,
    k: number,
    filter: StoreFilter,
    effort: Effort | undefined,
  ): Promise<Candidates>;
  /** A number of rows drawn by chance. */
  sample(numRows: number): Promise<ImageRows>;
  /** Differs whenever rows do; may differ where they do not. */
  version(): Promise<string>;
  /** State of the index as it was last written, or undefined where there is none. */
  readIndexState(): Promise<IndexState | undefined>;
  writeIndexState(state: IndexState | undefined): Promise<void>;
  readNotes(): Promise<StoreNotes>;
  writeNotes(notes: StoreNotes): Promise<void>;
  /** Efforts to try, from the least. */
  readonly efforts: readonly Effort[];
  /** Builds the index anew, over all rows. */
  buildIndex(): Promise<void>;
  /** Merges small files and drops what was deleted; an index there takes in rows that came after it. */
  compact(): Promise<void>;
  snapshot(target: string): Promise<void>;
  close(): Promise<void>;
}
