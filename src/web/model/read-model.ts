import { SamesameError } from '../../base/errors.ts';
import { type ModelConfig, parseModelConfig } from '../../model/config.ts';
import type { OpenModelArgs } from '../messages.ts';
import { sha256 } from '../sha256.ts';
import { openSource, type ReadOptions } from './read-source.ts';

/** A model's files, checked. */
export interface ModelBytes {
  readonly config: ModelConfig;
  /** For messages: ends in a slash, or is empty. */
  readonly path: string;
  readonly encoder: Uint8Array;
  /** Where the model has a learned head. */
  readonly comparator: Uint8Array | undefined;
}

/** @throws E_NOT_FOUND, E_DOWNLOAD; E_MODEL where a file is missing, cut or changed; E_MODEL_VERSION */
export async function readModel(source: OpenModelArgs['source'], options: ReadOptions): Promise<ModelBytes> {
  const files = await openSource(source, options);
  const { path } = files;
  const text = new TextDecoder().decode(await files.read('config.json', 'config'));
  const config = parseModelConfig(text, `${path}config.json`);
  const readChecked = async (stage: 'encoder' | 'comparator', checksum: string) =>
    checked(await files.read(`${stage}.onnx`, stage), `${path}${stage}.onnx`, checksum);
  const encoder = await readChecked('encoder', config.encoder.sha256);
  const comparator = config.comparator && (await readChecked('comparator', config.comparator.sha256));
  return { config, path, encoder, comparator };
}

async function checked(bytes: Uint8Array, path: string, checksum: string): Promise<Uint8Array> {
  const received = await sha256(bytes);
  if (received === checksum) return bytes;
  throw new SamesameError('E_MODEL', {
    what: `${path} is not the file that this model was saved with`,
    expected: `sha256 ${checksum}`,
    received: `sha256 ${received}, ${bytes.length} bytes`,
    help: 'it was cut or changed on the way; copy the model folder again',
  });
}
