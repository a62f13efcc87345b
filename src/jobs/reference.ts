import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SamesameError } from '../base/errors.ts';
import type { Model } from '../model/model.ts';
import { sha256 } from '../model/save.ts';
import { decodeSafetensors } from '../train/safetensors.ts';
import type { ReferenceData } from './make-reference.ts';

/** File of a model folder that holds the reference. */
export const REFERENCE_FILE = 'reference.safetensors';

/** Embeddings of images that a model was calibrated on, which new images are held against. */
export interface Reference {
  /** float32 `[numRows, D]`. */
  readonly embeddings: Float32Array;
  readonly numRows: number;
  /** Data that they are of. */
  readonly data: ReferenceData;
}

/**
 * Reads the reference of a model folder, or of the model in a run's folder.
 * @throws E_NOT_FOUND where there is none; E_MODEL where it was cut or changed, or belongs to another encoder
 */
export async function readReference(
  folder: string,
  { encoder }: Pick<Model['config'], 'encoder'>,
): Promise<Reference> {
  const path = join(folder, REFERENCE_FILE);
  const bytes = await readFile(join(folder, 'model', REFERENCE_FILE))
    .catch(() => readFile(path))
    .catch((cause) => {
      throw new SamesameError('E_NOT_FOUND', {
        what: `the model ${folder} has nothing to hold new images against`,
        expected: path,
        help: 'calibrate it (samesame calibrate MODEL DATA), or train it again',
        cause,
      });
    });
  const { tensors, metadata } = decode(bytes, path);
  const found = tensors.get('embeddings');
  const data = found?.data ?? new Float32Array();
  const isWhole =
    found?.shape[1] === encoder.embeddingSize &&
    metadata.sha256 === sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (!isWhole) throw damaged(path, `${bytes.length} bytes`);
  if (metadata.encoder !== encoder.sha256) throw damaged(path, 'that of another encoder');
  return {
    embeddings: data,
    numRows: found.shape[0],
    data: { name: metadata.data ?? '', fingerprint: metadata.fingerprint ?? '' },
  };
}

function decode(bytes: Uint8Array, path: string) {
  try {
    return decodeSafetensors(bytes, path);
  } catch (cause) {
    throw damaged(path, `${bytes.length} bytes`, cause);
  }
}

function damaged(path: string, received: string, cause?: unknown): SamesameError {
  return new SamesameError('E_MODEL', {
    what: `${path} is not the reference of this model`,
    expected: 'the embeddings that its encoder made when it was calibrated',
    received,
    help: 'copy the model folder again, or calibrate it anew: samesame calibrate MODEL DATA',
    cause,
  });
}
