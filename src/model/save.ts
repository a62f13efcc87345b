import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { SamesameError } from '../base/errors.ts';
import { writeFolderAtomic } from '../base/files.ts';
import { MODEL_VERSION, type ModelConfig, modelConfigSchema } from './config.ts';

/** What makes a model folder. */
export interface ModelParts {
  readonly encoder: Uint8Array;
  readonly comparator?: Uint8Array;
  readonly config: ModelSettings;
  /** Text of the model card, `README.md`. */
  readonly card: string;
  /** Embeddings that new images are held against, `reference.safetensors`. */
  readonly reference?: Uint8Array;
}

/** The config without what `saveModel` works out itself. */
export type ModelSettings = Omit<ModelConfig, 'format' | 'version' | 'encoder' | 'comparator'> & {
  readonly encoder: Omit<ModelConfig['encoder'], 'sha256'>;
  readonly comparator?: Omit<NonNullable<ModelConfig['comparator']>, 'sha256'>;
};

/**
 * Writes a model folder, whole or not at all: `encoder.onnx`, `comparator.onnx` where there is a head, `config.json`,
 * `README.md`, `reference.safetensors` where there is a reference. Equal parts give equal bytes. A folder that was there is replaced.
 * @throws E_MODEL where the config is not one that could be loaded again; E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function saveModel(
  folder: string,
  { encoder, comparator, config, card, reference }: ModelParts,
): Promise<ModelConfig> {
  const full = checkConfig({
    ...config,
    format: 'samesame-model',
    version: MODEL_VERSION,
    encoder: { ...config.encoder, sha256: sha256(encoder) },
    comparator: comparator && { ...config.comparator, sha256: sha256(comparator) },
  });
  await writeFolderAtomic(folder, async (temporary) => {
    await writeFile(join(temporary, 'encoder.onnx'), encoder, { flush: true });
    if (comparator !== undefined)
      await writeFile(join(temporary, 'comparator.onnx'), comparator, { flush: true });
    if (reference !== undefined)
      await writeFile(join(temporary, 'reference.safetensors'), reference, { flush: true });
    await writeFile(join(temporary, 'README.md'), card, { flush: true });
    await writeFile(join(temporary, 'config.json'), `${JSON.stringify(full, null, 2)}\n`, { flush: true });
  });
  return full;
}

function checkConfig(config: unknown): ModelConfig {
  const result = modelConfigSchema.safeParse(config);
  if (result.success) return result.data;
  throw new SamesameError('E_MODEL', {
    what: 'this model could not be loaded again, so it is not saved',
    expected: 'a whole configuration, all numbers finite',
    received: z.prettifyError(result.error),
  });
}

/** Checksum of a file's bytes, in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
