/// <reference lib="dom" />
import type { StoreIdentity } from '../search/store/types.ts';
import type { WireError } from './errors.ts';
import type {
  ModelInfo,
  ModelSource,
  OpenModelOptions,
  WebExplanation,
  WebImage,
  WebProgress,
} from './types.ts';
import type {
  SearchVectorsOptions,
  StoredItem,
  VectorFilter,
  VectorItem,
  VectorNeighbour,
} from './vectors/types.ts';

/** Names something that is open in the worker. */
export type Handle = number;

/** Everything that a page asks of the worker: what it sends, and what comes back. */
export interface Calls {
  openModel(args: OpenModelArgs): { readonly handle: Handle; readonly info: ModelInfo };
  embed(args: OfHandle & { readonly images: readonly WebImage[] }): Float32Array<ArrayBuffer>;
  distances(
    args: OfHandle & { readonly left: Float32Array; readonly right: Float32Array },
  ): Float32Array<ArrayBuffer>;
  explain(
    args: OfHandle & { readonly images: readonly [WebImage, WebImage]; readonly prior?: number },
  ): WebExplanation | null;
  closeModel(args: OfHandle): void;
  openVectors(args: { readonly name: string; readonly identity: StoreIdentity }): { readonly handle: Handle };
  writeRows(
    args: OfHandle & {
      readonly items: readonly VectorItem[];
      readonly vectors: Float32Array;
      readonly replace: boolean;
    },
  ): void;
  deleteRows(args: OfHandle & { readonly ids: readonly string[] }): number;
  getRows(args: OfHandle & { readonly ids: readonly string[] }): {
    items: StoredItem[];
    vectors: Float32Array;
  };
  countRows(args: OfHandle & { readonly filter?: VectorFilter }): number;
  searchRows(
    args: OfHandle & { readonly vector: Float32Array } & Omit<SearchVectorsOptions, 'signal'>,
  ): VectorNeighbour[];
  clearRows(args: OfHandle): void;
  exportRows(args: OfHandle): Blob;
  importRows(args: OfHandle & { readonly file: Blob }): number;
  closeVectors(args: OfHandle): void;
  deleteVectors(args: { readonly name: string }): void;
}

interface OfHandle {
  readonly handle: Handle;
}

export type OpenModelArgs = Pick<OpenModelOptions, 'runtime' | 'numThreads'> & {
  /** An address is absolute: the worker's own is another than the page's. */
  readonly source: Exclude<ModelSource, URL>;
  /** Sent for the files of an address. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Absolute, ends in a slash. */
  readonly wasmPaths?: string;
};

export type CallName = keyof Calls;
export type ArgsOf<N extends CallName> = Parameters<Calls[N]>[0];
export type ResultOf<N extends CallName> = ReturnType<Calls[N]>;

/** To the worker. */
export type Request =
  | { readonly id: number; readonly call: CallName; readonly args: ArgsOf<CallName> }
  | { readonly cancel: number };

/** From the worker. */
export type Reply =
  | { readonly id: number; readonly progress: WebProgress }
  | { readonly id: number; readonly result: ResultOf<CallName> }
  | { readonly id: number; readonly error: WireError };
