import { SamesameError } from '../base/errors.ts';
import { type CallOptions, type ClientOptions, createSend } from './send.ts';
import type {
  AddedImages,
  ClientImage,
  DuplicateGroups,
  EmbeddedImage,
  Embeddings,
  ImageProblem,
  ModelDescription,
  MovedImages,
  Moves,
  SearchResults,
  ServedComparison,
  ServedRuns,
  ServiceStats,
  StoreMap,
  UndoneMove,
  WantedMove,
} from './types.ts';

export interface CompareCall extends CallOptions {
  /** Share of similar pairs where you ask. Default: the model's own. */
  readonly prior?: number;
}

export interface SearchCall extends CallOptions {
  /** Neighbours an image, 1 … 1000. Default 10. */
  readonly k?: number;
  /** Only among images of these labels. */
  readonly labels?: readonly string[];
  /** Default `auto`: exact in a small store, by the index in a large one. */
  readonly method?: 'auto' | 'exact' | 'approximate';
}

export interface AddCall extends CallOptions {
  /** Of all images of this call. */
  readonly label?: string;
}

export interface DuplicatesCall extends CallOptions {
  /** Of an image from the centre of its group. Default: what the model calls the same. */
  readonly maxDistance?: number;
  /** Groups at most, 1 … 1000. Default 100. */
  readonly limit?: number;
}

export interface RunFileCall extends CallOptions {
  /** Name of the run, as `runs` tells it. Default: the first. */
  readonly run?: string;
}

/** Asks a service. A method for each operation of its OpenAPI document, by the operation's name. */
export interface Client {
  /** @throws E_IMAGE or E_IMAGES_BAD where no image could be used; E_BUSY, E_UNAUTHORIZED, … */
  embed(images: readonly ClientImage[], options?: CallOptions): Promise<Embeddings>;
  /** @throws E_IMAGE, E_IMAGES_BAD; E_BUSY, E_UNAUTHORIZED, … */
  compare(left: ClientImage, right: ClientImage, options?: CompareCall): Promise<ServedComparison>;
  /** The images of the service's store that are most like these. @throws E_NOT_FOUND without a store; E_STORE, E_IMAGE, … */
  search(images: readonly ClientImage[], options?: SearchCall): Promise<SearchResults>;
  /** Adds images to the store; when it resolves they are kept. @throws as `search` */
  addImages(images: readonly ClientImage[], options?: AddCall): Promise<AddedImages>;
  /** Removes an image from the store. @throws E_NOT_FOUND where there is none of this id */
  deleteImage(id: string, options?: CallOptions): Promise<void>;
  /** A small WebP of an image of the store. @throws E_NOT_FOUND where there is none, or its file is gone */
  thumbnail(id: string, options?: CallOptions): Promise<Blob>;
  /** The store on a plane. The first call after a change of the store takes seconds. @throws E_NOT_FOUND without a store */
  map(options?: CallOptions): Promise<StoreMap>;
  /** What the store has twice. The first call after a change of the store takes seconds. @throws E_NOT_FOUND without a store */
  duplicates(options?: DuplicatesCall): Promise<DuplicateGroups>;
  /** A file of the model's folder, to run it here. @throws E_NOT_FOUND for `comparator.onnx` of a model without a learned head */
  modelFile(
    name: 'config.json' | 'encoder.onnx' | 'comparator.onnx',
    options?: CallOptions,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Whether the service moves files, and the moves that can be taken back. */
  moves(options?: CallOptions): Promise<Moves>;
  /**
   * Moves files of images of the store into the folder that the service was given for it, 1,000 at most, and takes their
   * rows out of the store. @throws E_NOT_FOUND where the service moves none; E_FORBIDDEN without the scope write; E_STORE, …
   */
  moveImages(images: readonly WantedMove[], options?: CallOptions): Promise<MovedImages>;
  /** Brings files and rows of a move back. @throws as `moveImages`; E_NOT_FOUND where there is no such move */
  undoMove(move: string, options?: CallOptions): Promise<UndoneMove>;
  /** The runs that the service shows. */
  runs(options?: CallOptions): Promise<ServedRuns>;
  /** Text of a file of a run. @throws E_NOT_FOUND where the service has no such run, or the run no such file yet */
  runFile(name: 'metrics.jsonl' | 'report-data.json' | 'report.html', options?: RunFileCall): Promise<string>;
  model(options?: CallOptions): Promise<ModelDescription>;
  stats(options?: CallOptions): Promise<ServiceStats>;
  /** Whether the process is alive: false where it cannot be reached. */
  health(options?: CallOptions): Promise<boolean>;
  /** Whether requests should be sent there. */
  ready(options?: CallOptions): Promise<boolean>;
  /** The Prometheus text format. */
  metrics(options?: CallOptions): Promise<string>;
}

/**
 * A client for `samesame serve`, in Node and in browsers.
 * @example
 * const client = createClient({ url: 'http://127.0.0.1:8080', token });
 * const { verdict } = await client.compare(await readFile('a.jpg'), await readFile('b.jpg'));
 */
export function createClient(options: ClientOptions): Client {
  const send = createSend(options);
  const sendOnce = createSend({ ...options, retries: 0 });
  const post = async (path: string, images: readonly ClientImage[], { signal }: CallOptions) =>
    (await send(path, { method: 'POST', body: () => toForm(images), signal })).json();
  const get = async (path: string, { signal }: CallOptions = {}) => (await send(path, { signal })).json();
  const asks = (path: string, { signal }: CallOptions = {}) =>
    sendOnce(path, { signal }).then(
      () => true,
      (error) => {
        if (error instanceof SamesameError && (error.code === 'E_BUSY' || error.code === 'E_SERVICE'))
          return false;
        throw error;
      },
    );

  return {
    async embed(images, call = {}) {
      const answer: SentEmbeddings = await post('/v1/embed?encoding=base64', images, call);
      return { ...answer, results: answer.results.map(readResult) };
    },
    compare(left, right, { prior, signal } = {}) {
      const query = prior === undefined ? '' : `?prior=${encodeURIComponent(String(prior))}`;
      return post(`/v1/compare${query}`, [left, right], { signal });
    },
    search(images, { k, labels = [], method, signal } = {}) {
      const query = new URLSearchParams(labels.map((label) => ['label', label]));
      if (k !== undefined) query.set('k', String(k));
      if (method !== undefined) query.set('method', method);
      return post(withQuery('/v1/search', query), images, { signal });
    },
    addImages(images, { label, signal } = {}) {
      const query = new URLSearchParams(label === undefined ? {} : { label });
      return post(withQuery('/v1/images', query), images, { signal });
    },
    async deleteImage(id, { signal } = {}) {
      await send(`/v1/images/${encodeURIComponent(id)}`, { method: 'DELETE', signal });
    },
    async thumbnail(id, { signal } = {}) {
      return (await send(`/v1/images/${encodeURIComponent(id)}/thumbnail`, { signal })).blob();
    },
    map: (call) => get('/v1/map', call),
    duplicates({ maxDistance, limit, signal } = {}) {
      const query = new URLSearchParams();
      if (maxDistance !== undefined) query.set('maxDistance', String(maxDistance));
      if (limit !== undefined) query.set('limit', String(limit));
      return get(withQuery('/v1/duplicates', query), { signal });
    },
    async modelFile(name, { signal } = {}) {
      return new Uint8Array(await (await send(`/model/${name}`, { signal })).arrayBuffer());
    },
    moves: (call) => get('/v1/moves', call),
    async moveImages(images, { signal } = {}) {
      const body = () => JSON.stringify({ images });
      const headers = { 'content-type': 'application/json' };
      return (await send('/v1/moves', { method: 'POST', body, headers, signal })).json();
    },
    async undoMove(move, { signal } = {}) {
      return (await send(`/v1/moves/${encodeURIComponent(move)}`, { method: 'DELETE', signal })).json();
    },
    runs: (call) => get('/v1/runs', call),
    async runFile(name, { run, signal } = {}) {
      const query = new URLSearchParams(run === undefined ? {} : { run });
      return (await send(withQuery(`/run/${name}`, query), { signal })).text();
    },
    model: (call) => get('/v1/model', call),
    stats: (call) => get('/v1/stats', call),
    health: (call) => asks('/healthz', call),
    ready: (call) => asks('/readyz', call),
    metrics: async ({ signal } = {}) => (await send('/metrics', { signal })).text(),
  };
}

function withQuery(path: string, query: URLSearchParams): string {
  return query.size === 0 ? path : `${path}?${query}`;
}

/** An answer as it comes over the wire with `encoding=base64`. */
interface SentEmbeddings {
  readonly model: string;
  readonly embeddingSize: number;
  readonly results: readonly ({ readonly index: number; readonly name?: string } & (
    | { readonly embedding: string }
    | { readonly problem: ImageProblem }
  ))[];
}

function readResult(result: SentEmbeddings['results'][number]): EmbeddedImage {
  return 'problem' in result ? result : { ...result, embedding: fromBase64(result.embedding) };
}

/** float32, little-endian, whatever this machine has. */
function fromBase64(text: string): Float32Array {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

function toForm(images: readonly ClientImage[]): FormData {
  const form = new FormData();
  for (const image of images) {
    if ('url' in image) form.append('url', image.url);
    else if ('data' in image) form.append('image', toBlob(image.data), image.name ?? nameOf(image.data));
    else form.append('image', toBlob(image), nameOf(image));
  }
  return form;
}

function nameOf(data: object): string {
  return 'name' in data && typeof data.name === 'string' ? data.name : 'image';
}

function toBlob(data: Blob | Uint8Array | ArrayBuffer): Blob {
  return data instanceof Blob ? data : new Blob([data as Uint8Array<ArrayBuffer>]);
}
