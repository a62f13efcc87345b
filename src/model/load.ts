import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRuntime } from '#runtime';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { type ModelConfig, parseModelConfig } from './config.ts';
import { createModel, type Model } from './model.ts';
import { openNetworks } from './networks.ts';
import { sha256 } from './save.ts';

/**
 * Loads a model folder.
 * @param folder as `saveModel` or a run wrote it; a run's folder is understood too
 * @throws E_NOT_FOUND, E_PERMISSION; E_MODEL where a file is missing, cut or changed; E_MODEL_VERSION
 * @example
 * const model = await loadModel('runs/demo/model');
 * const { verdict, probability } = await model.compareFiles('a.jpg', 'b.jpg');
 */
export async function loadModel(
  folder: string,
  { runtime = createRuntime() }: { readonly runtime?: Runtime } = {},
): Promise<Model> {
  return openArtefact(await readArtefact(folder), runtime);
}

/** A model folder as bytes, read once: what several threads load is then the same model, whatever happens to the folder. */
export interface Artefact {
  readonly config: ModelConfig;
  /** Of `config.json`, as it was read. */
  readonly configText: string;
  /** Folder that `config.json` lies in. */
  readonly path: string;
  /** SHA-256 (hex) of `config.json`, which names the checksums of the other files: equal for equal models. */
  readonly checksum: string;
  readonly encoder: Uint8Array;
  readonly comparator?: Uint8Array;
}

/**
 * Reads a model folder whole, and checks it as `loadModel` does.
 * @throws E_NOT_FOUND, E_PERMISSION, E_MODEL, E_MODEL_VERSION
 */
export async function readArtefact(folder: string): Promise<Artefact> {
  const { path, text } = await readConfig(folder);
  const config = parseModelConfig(text, join(path, 'config.json'));
  return {
    config,
    configText: text,
    path,
    checksum: sha256(Buffer.from(text)),
    encoder: await readChecked(path, 'encoder.onnx', config.encoder.sha256),
    ...(config.comparator !== undefined && {
      comparator: await readChecked(path, 'comparator.onnx', config.comparator.sha256),
    }),
  };
}

/** A model from the bytes of its folder. @throws E_MODEL, E_RUNTIME */
export async function openArtefact(
  artefact: Omit<Artefact, 'checksum' | 'configText'>,
  runtime: Runtime,
): Promise<Model> {
  const { embedder, comparer } = await openNetworks(artefact, runtime);
  return createModel(artefact.config, embedder, comparer);
}

/**
 * The bytes of a model's `encoder.onnx`, checked as `loadModel` checks them.
 * @param folder a model's folder, or a run's
 * @throws E_NOT_FOUND, E_PERMISSION, E_MODEL, E_MODEL_VERSION
 */
export async function readEncoder(folder: string): Promise<Uint8Array> {
  const { path, text } = await readConfig(folder);
  return readChecked(path, 'encoder.onnx', parseModelConfig(text, join(path, 'config.json')).encoder.sha256);
}

/** The files of a model's folder. */
export interface ModelFiles extends Artefact {
  /** Text of `README.md`; empty where there is none. */
  readonly card: string;
}

/**
 * The files of a model, each checked as `loadModel` checks it.
 * @param folder a model's folder, or a run's
 * @throws E_NOT_FOUND, E_PERMISSION, E_MODEL, E_MODEL_VERSION
 */
export async function readModelFiles(folder: string): Promise<ModelFiles> {
  const artefact = await readArtefact(folder);
  return { ...artefact, card: await readFile(join(artefact.path, 'README.md'), 'utf8').catch(() => '') };
}

/** The config of a model folder, or of the model inside a run's folder. */
async function readConfig(folder: string): Promise<{ path: string; text: string }> {
  for (const path of [join(folder, 'model'), folder]) {
    const text = await readFile(join(path, 'config.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw errorFromSystem(error, `reading the model ${folder}`);
    });
    if (text !== undefined) return { path, text };
  }
  throw new SamesameError('E_NOT_FOUND', {
    what: `there is no model in ${folder}`,
    expected: 'a folder with config.json and encoder.onnx, as a finished run has in model/',
    help: 'train one first: samesame train DATA, or npm run demo',
  });
}

/** A file whose bytes are those that the config was written for. @throws E_MODEL */
async function readChecked(folder: string, name: string, checksum: string): Promise<Uint8Array> {
  const path = join(folder, name);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw errorFromSystem(error, `reading ${path}`);
    throw new SamesameError('E_MODEL', {
      what: `the model has no ${name}`,
      expected: path,
      help: 'a part of it was lost on the way; copy the model folder again, or train again',
    });
  });
  if (sha256(bytes) === checksum) return bytes;
  throw new SamesameError('E_MODEL', {
    what: `${path} is not the file that this model was saved with`,
    expected: `sha256 ${checksum}`,
    received: `sha256 ${sha256(bytes)}, ${bytes.length} bytes`,
    help: 'it was cut or changed on the way; copy the model folder again, or train again',
  });
}
