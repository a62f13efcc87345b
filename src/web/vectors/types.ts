/// <reference lib="dom" />
import type { JsonValue, StoreDistance } from '../../search/store/types.ts';
import type { WorkerOptions } from '../types.ts';

/** A row of a store. */
export interface VectorItem {
  /** Names the row. */
  readonly id: string;
  /** Name of its class, or null where it has none. */
  readonly label?: string | null;
  /** Whatever the page wants back with it: a file name, a thumbnail's key. */
  readonly metadata?: { readonly [key: string]: JsonValue };
}

/** A row as it comes back. */
export interface StoredItem {
  readonly id: string;
  readonly label: string | null;
  readonly metadata: { readonly [key: string]: JsonValue };
}

export interface VectorNeighbour extends StoredItem {
  /** In the model's own distance, worked out in float64 from both embeddings. Lower is closer. */
  readonly distance: number;
}

/** Which rows are meant: those for which every part that is given holds. */
export interface VectorFilter {
  /** The label is one of these. An empty list matches nothing. */
  readonly labels?: readonly string[];
  /** Rows that are left out, by id. */
  readonly exceptIds?: readonly string[];
  /** Fields of the metadata that are equal to these values. */
  readonly where?: Readonly<Record<string, string | number | boolean | null>>;
}

export interface OpenVectorsOptions extends WorkerOptions {
  /** D. */
  readonly embeddingSize: number;
  /** `model.info.fingerprint`. */
  readonly modelFingerprint: string;
  /** Default `euclidean`, the distance of every model that can be searched with. */
  readonly distance?: StoreDistance;
}

export interface SearchVectorsOptions {
  /** Neighbours, from 1 to 10,000. Fewer come back only where fewer rows match. */
  readonly k: number;
  readonly filter?: VectorFilter;
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  readonly signal?: AbortSignal;
}

/** Embeddings of one model, kept by this browser for this page's origin, and searched without leaving the machine. */
export interface WebVectors {
  readonly name: string;
  /**
   * Adds rows that are not there yet; all of them or none. When it returns they are kept.
   * @param vectors float32 `[items.length, D]`
   * @throws E_STORE naming ids that are there already, or past 100,000 rows; E_SHAPE, E_NAN, E_CONFIG; E_DISK_FULL
   *   where the browser gives no more room
   */
  add(items: readonly VectorItem[], vectors: Float32Array, options?: WriteOptions): Promise<void>;
  /** Adds rows, in the place of those with the same ids; all of them or none. @throws as `add` */
  upsert(items: readonly VectorItem[], vectors: Float32Array, options?: WriteOptions): Promise<void>;
  /** Removes rows; ids that are not there are passed over. @returns how many were removed */
  delete(ids: readonly string[]): Promise<number>;
  /** Rows by id, in the order of `ids`; those that are not there are left out. */
  get(ids: readonly string[]): Promise<{ items: StoredItem[]; vectors: Float32Array }>;
  count(filter?: VectorFilter): Promise<number>;
  /**
   * The nearest rows, exactly: every row is looked at. Nearest first; equal distances by id.
   * @param vector float32 `[D]`
   * @throws E_SHAPE, E_NAN, E_CONFIG
   */
  search(vector: Float32Array, options: SearchVectorsOptions): Promise<VectorNeighbour[]>;
  /** Removes all rows. */
  clear(): Promise<void>;
  /** All rows as one file (safetensors) that `import` reads, here or in another browser. */
  export(): Promise<Blob>;
  /** Puts the rows of an exported file in, as `upsert` does. @returns how many @throws E_STORE for another model's; E_DATA */
  import(file: Blob): Promise<number>;
  /** Lets go of the store; its rows stay. */
  close(): Promise<void>;
}
