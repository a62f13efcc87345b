/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';
import type { OpenModelArgs } from '../messages.ts';
import type { WebProgress } from '../types.ts';
import { fetchBytes } from './fetch-bytes.ts';

/** A model's files, wherever they are. */
export interface SourceFiles {
  /** For messages. */
  readonly path: string;
  /** @throws E_NOT_FOUND, E_UNAUTHORIZED, E_FORBIDDEN, E_DOWNLOAD, E_MODEL where the model has no such file */
  read(name: string, stage: WebProgress['stage']): Promise<Uint8Array>;
}

export interface ReadOptions {
  /** Sent to a host, never with files that were given. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly onProgress: (event: WebProgress) => void;
  readonly signal: AbortSignal;
}

/** @throws E_MODEL where files were given and none is a model's encoder */
export async function openSource(
  source: OpenModelArgs['source'],
  { headers, onProgress, signal }: ReadOptions,
): Promise<SourceFiles> {
  if (typeof source === 'string') {
    return {
      path: source,
      read: (name, stage) =>
        fetchBytes(new URL(name, source).href, {
          headers,
          onBytes: (done, total) => onProgress({ stage, done, total }),
          signal,
        }),
    };
  }
  const files = await filesByPath(source);
  const folder = folderOfModel([...files.keys()]);
  return {
    path: folder === '' ? 'the given files' : folder.slice(0, -1),
    async read(name, stage) {
      const file = files.get(folder + name);
      if (file === undefined) throw missing(name, [...files.keys()]);
      const bytes = file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : file;
      signal.throwIfAborted();
      onProgress({ stage, done: bytes.length, total: bytes.length });
      return bytes;
    },
  };
}

async function filesByPath(
  source: Exclude<OpenModelArgs['source'], string>,
): Promise<ReadonlyMap<string, Blob | Uint8Array>> {
  if (source instanceof Map) return source;
  if (source instanceof Blob) return unpack(source);
  const files = source as readonly File[];
  if (files.length === 1 && /\.zip$/i.test(files[0].name)) return unpack(files[0]);
  return new Map(files.map((file) => [file.webkitRelativePath || file.name, file]));
}

async function unpack(zip: Blob): Promise<ReadonlyMap<string, Uint8Array>> {
  const { unzipModel } = await import('./unzip-model.ts');
  return unzipModel(new Uint8Array(await zip.arrayBuffer()));
}

/** The folder that `encoder.onnx` lies in, ending in a slash: a whole run may be given, with the model inside. */
function folderOfModel(paths: readonly string[]): string {
  const encoders = paths.filter((path) => /(^|\/)encoder\.onnx$/.test(path));
  if (encoders.length === 0) throw missing('encoder.onnx', paths);
  const shortest = encoders.reduce((best, path) => (path.length < best.length ? path : best));
  return shortest.slice(0, -'encoder.onnx'.length);
}

function missing(name: string, paths: readonly string[]): SamesameError {
  return new SamesameError('E_MODEL', {
    what: `the model has no ${name}`,
    expected:
      'all files of a model folder: config.json, encoder.onnx, and comparator.onnx where it has a learned head',
    received: paths.length === 0 ? 'no file' : paths.slice(0, 10).join(', '),
    help: 'choose the model folder of a finished run, or a .zip of it',
  });
}
