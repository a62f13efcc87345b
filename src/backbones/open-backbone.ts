import { readFile } from 'node:fs/promises';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { checkOptionNames } from '../base/suggest.ts';
import { sizeOf } from '../data/catalog/cache.ts';
import type { ObtainedFile } from '../data/catalog/obtain.ts';
import { findBackbone } from './find.ts';
import { type ObtainBackboneOptions, obtainBackbone } from './obtain-backbone.ts';
import {
  choosePreprocessing,
  PREPROCESSING_OPTION_NAMES,
  type PreprocessingOptions,
} from './preprocessing.ts';
import { findPreprocessorConfig } from './preprocessor-config.ts';
import { BACKBONES } from './table.ts';
import type { Backbone, Preprocessing } from './types.ts';

export interface OpenBackboneOptions extends PreprocessingOptions, ObtainBackboneOptions {
  /** Reads the size of a network's input out of its file, for a file of which nothing else says it. */
  readonly readInputSize?: (bytes: Uint8Array) => { height: number; width: number } | undefined;
}

/** A pretrained network on this machine, and what its photos must be. */
export interface OpenedBackbone {
  /** The `.onnx` file. */
  readonly path: string;
  /** What is in it; owned by the caller. */
  readonly bytes: Uint8Array;
  readonly preprocessing: Preprocessing;
  readonly source: BackboneSource;
  /** What is done otherwise than its recipe says, in sentences for people. */
  readonly notes: readonly string[];
}

export type BackboneSource =
  | { readonly kind: 'named'; readonly backbone: Backbone; readonly file: ObtainedFile }
  /** `config` is the file beside it that says what its pixels are, where there is one. */
  | { readonly kind: 'file'; readonly config?: string };

/**
 * Opens a pretrained network: one of the table by its name, fetched at first use; or an `.onnx` file by its path, with
 * what is written beside it about its pixels. Options go before both.
 * @param nameOrPath A path has a slash in it, or ends with `.onnx`.
 * @throws E_CONFIG for an unknown name (naming the nearest), a description that is damaged, or where nothing says how
 *   pixels are scaled; E_NOT_FOUND; what `obtainBackbone` throws
 * @example
 * const { bytes, preprocessing } = await openBackbone('mobilenet-v2');
 * preprocessing; // { height: 224, width: 224, resize: 'cover', scale: { mean: [.5, .5, .5], … } }
 * await openBackbone('own.onnx', { size: 224, pixelScale: 'imagenet' });
 */
export async function openBackbone(
  nameOrPath: string,
  options: OpenBackboneOptions = {},
): Promise<OpenedBackbone> {
  checkOptionNames('openBackbone', options, OPTION_NAMES);
  if (isBackbonePath(nameOrPath)) return openFile(nameOrPath, options);
  const backbone = findBackbone(nameOrPath);
  // What is wrong with the options is said before anything is fetched.
  const preprocessing = choosePreprocessing(backbone.name, backbone.preprocessing, options);
  const file = await obtainBackbone(backbone, options);
  const bytes = await readBytes(file.path);
  return { path: file.path, bytes, preprocessing, source: { kind: 'named', backbone, file }, notes: [] };
}

const OPTION_NAMES = [
  ...PREPROCESSING_OPTION_NAMES,
  'cache',
  'mirror',
  'endpoint',
  'offline',
  'signal',
  'onProgress',
  'tries',
  'waitMs',
  'stallMs',
  'readInputSize',
];

/** Whether `--backbone` names a file, not an entry of the table. */
export function isBackbonePath(nameOrPath: string): boolean {
  return /[/\\]/.test(nameOrPath) || /\.onnx$/i.test(nameOrPath);
}

async function openFile(path: string, options: OpenBackboneOptions): Promise<OpenedBackbone> {
  if ((await sizeOf(path)) === undefined) {
    throw new SamesameError('E_NOT_FOUND', {
      what: `there is no file ${path}`,
      expected: `an .onnx file, or a name: ${BACKBONES.map(({ name }) => name).join(', ')}`,
      help: 'check the path; a model repository holds its file at onnx/model.onnx',
      details: { path },
    });
  }
  const config = await findPreprocessorConfig(path);
  const bytes = await readBytes(path);
  const own = options.readInputSize?.(bytes);
  const preprocessing = choosePreprocessing(path, own && config === undefined ? own : config, options);
  const source: BackboneSource = { kind: 'file', config: config?.path };
  return { path, bytes, preprocessing, source, notes: config?.notes ?? [] };
}

async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
}
