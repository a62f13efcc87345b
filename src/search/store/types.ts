/** What a store holds embeddings of. Two stores may be asked the same question only where all of it is equal. */
export interface StoreIdentity {
  /** Fingerprint of the model that made the embeddings, as `modelFingerprint` gives it. */
  readonly model: string;
  /** The model's own distance; a store answers with no other. */
  readonly distance: StoreDistance;
  /** D. */
  readonly embeddingSize: number;
}

/** Distances that a store answers with. */
export type StoreDistance =
  /** `sqrt(Σ(a−b)²)`. */
  | 'euclidean'
  /** `1 − a·b / (|a|·|b|)`; 1 where either has length 0. */
  | 'cosine';

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** What a store keeps of one image beside its embedding. */
export interface ImageRecord {
  /** Names the row; `imageId(path)` for an image that is found by its path. */
  readonly id: string;
  /** Absolute path of the file; of an image inside an archive the archive's path, `#` and its place. */
  readonly path: string;
  /** SHA-256 (hex) of the file's bytes; of the pixels for an image inside an archive. */
  readonly contentHash: string;
  /** Fingerprint of the model that made the embedding. */
  readonly model: string;
  readonly sizeBytes: number;
  /** When the file was last changed: whole milliseconds since 1970. */
  readonly modifiedMs: number;
  /** Name of its class, or null where it has none. */
  readonly label: string | null;
  readonly metadata: { readonly [key: string]: JsonValue };
}

/** By name. */
export type StoreNotes = Readonly<Record<string, string>>;

/** Rows of a store: records and their embeddings, in one order. */
export interface ImageRows {
  readonly records: readonly ImageRecord[];
  /** float32 `[records.length, D]`. */
  readonly vectors: Float32Array;
}

/** Comparison of one field of the metadata with a value. */
export interface FieldTest {
  /** Keys from the outside in: `['camera', 'model']`. */
  readonly field: readonly string[];
  /**
   * `=` and `!=` hold only where the field is there; `= null` where it is null. `<` `<=` `>` `>=` compare numbers with
   * numbers, and text with text by code points, so that ISO dates compare as dates do.
   */
  readonly is: '=' | '!=' | '<' | '<=' | '>' | '>=';
  readonly value: string | number | boolean | null;
}

/** Which rows are meant: those for which every part that is given holds. */
export interface StoreFilter {
  /** The label is one of these. An empty list matches nothing. */
  readonly labels?: readonly string[];
  /** The path begins with this, letter by letter. */
  readonly pathPrefix?: string;
  /** Changed at this time or later; milliseconds since 1970. */
  readonly modifiedFromMs?: number;
  /** Changed before this time; milliseconds since 1970. */
  readonly modifiedBeforeMs?: number;
  readonly where?: readonly FieldTest[];
  /** Rows that are left out, by id. */
  readonly exceptIds?: readonly string[];
}

/** A row that was found, and how far from the query it lies. */
export interface Neighbour {
  readonly record: ImageRecord;
  /** In the model's own distance, worked out in float64 from both embeddings. Lower is closer. */
  readonly distance: number;
}

/** The answer to one query. */
export interface QueryAnswer {
  /**
   * `exact`: these are the nearest rows. `approximate`: they came from an index that may miss some; `SearchAnswer.recall`
   * says how many.
   */
  readonly method: 'exact' | 'approximate';
  /** Nearest first; equal distances by id. `k` of them wherever so many rows match the filter. */
  readonly neighbours: readonly Neighbour[];
}

/** Share of the true neighbours that the index finds, measured on rows of the store itself. */
export interface MeasuredRecall {
  /** Mean share from 0 to 1 of the `k` nearest that the index found; a row is never counted as its own neighbour. */
  readonly recall: number;
  readonly k: number;
  readonly numQueries: number;
  /** Rows of the store when it was measured. */
  readonly numRows: number;
}

export interface SearchAnswer {
  /** One a query, in their order. */
  readonly answers: readonly QueryAnswer[];
  /** Of the index that approximate answers came from; absent where all are exact. */
  readonly recall?: MeasuredRecall;
}

export interface SearchOptions {
  /** Neighbours a query, from 1. Fewer come back only where fewer rows match. */
  readonly k: number;
  readonly filter?: StoreFilter;
  /**
   * `auto` (default): exact in a small store or among few rows that match, by the index otherwise. `exact`: always exact.
   * `approximate`: by the index wherever there is one.
   */
  readonly method?: 'auto' | 'exact' | 'approximate';
  readonly signal?: AbortSignal;
}

/** What happened in `compact`. */
export interface CompactResult {
  /** Index that searches now go by, where the store is large enough for one. */
  readonly recall?: MeasuredRecall;
  readonly numRows: number;
}

/** Embeddings with what is known of their images, kept on disk or in a database. One interface, several engines. */
export interface VectorStore {
  readonly kind: 'lancedb' | 'postgres';
  /** The store's address without its password, for people. */
  readonly name: string;
  readonly identity: StoreIdentity;
  /**
   * Adds rows that are not there yet. When it returns they are kept: the process may be killed.
   * @throws E_STORE naming ids that are there already, and then none is added; E_SHAPE, E_NAN, E_CONFIG
   */
  add(rows: ImageRows): Promise<void>;
  /** Adds rows, in the place of those with the same ids; all of them or none. @throws E_SHAPE, E_NAN, E_CONFIG */
  upsert(rows: ImageRows): Promise<void>;
  /** Removes rows; ids that are not there are passed over. @returns how many were removed */
  delete(ids: readonly string[]): Promise<number>;
  /** Rows by id, in the order of `ids`; those that are not there are left out. */
  get(ids: readonly string[]): Promise<ImageRows>;
  /** Records by id, without their embeddings. */
  records(ids: readonly string[]): Promise<ReadonlyMap<string, ImageRecord>>;
  count(filter?: StoreFilter): Promise<number>;
  /** All rows that match, some at a time, in no particular order. */
  scan(filter?: StoreFilter): AsyncGenerator<ImageRows>;
  /** As `scan`, without the embeddings. */
  list(filter?: StoreFilter): AsyncGenerator<readonly ImageRecord[]>;
  /**
   * The nearest rows of each query.
   * @param queries float32 `[Q, D]`
   * @throws E_SHAPE, E_NAN, E_CONFIG for `k` or a filter out of range
   */
  search(queries: Float32Array, options: SearchOptions): Promise<SearchAnswer>;
  /** Rows drawn by chance; all of them where there are no more. */
  sample(numRows: number): Promise<ImageRows>;
  /** Names the rows as they are now: another text whenever one was added, changed or removed, whoever did it. */
  version(): Promise<string>;
  /** What `writeNotes` left: facts for people and programs that change no answer, such as where the model lies. */
  readNotes(): Promise<StoreNotes>;
  writeNotes(notes: StoreNotes): Promise<void>;
  /**
   * Puts the store in order after many changes: merges small files, drops what was deleted, and builds or renews the
   * index where the store is large enough for one, measuring its recall.
   */
  compact(): Promise<CompactResult>;
  /**
   * Copies the store as it is now to another place, where it can be opened as a store of its own.
   * @param target a folder that is not there yet (LanceDB), or the name of a store in the same database (Postgres)
   */
  snapshot(target: string): Promise<void>;
  close(): Promise<void>;
}
