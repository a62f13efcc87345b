import * as z from 'zod/mini';
import { SamesameError } from '../base/errors.ts';
import { sha256InScript } from '../base/sha256.ts';
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

/** The config without what `buildModelFiles` works out itself. */
export type ModelSettings = Omit<ModelConfig, 'format' | 'version' | 'encoder' | 'comparator'> & {
  readonly encoder: Omit<ModelConfig['encoder'], 'sha256'>;
  readonly comparator?: Omit<NonNullable<ModelConfig['comparator']>, 'sha256'>;
};

/** A model folder in memory. */
export interface BuiltModel {
  readonly config: ModelConfig;
  /** Bytes by file name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * The files of a model folder: `encoder.onnx`, `comparator.onnx` where there is a head, `reference.safetensors` where there
 * is a reference, `README.md`, `config.json`. Equal parts give equal bytes.
 * @param checksum SHA-256 of bytes in hex
 * @throws E_MODEL where the config is not one that could be loaded again
 */
export function buildModelFiles(
  { encoder, comparator, config, card, reference }: ModelParts,
  checksum: (bytes: Uint8Array) => string = sha256InScript,
): BuiltModel {
  const full = checkConfig({
    ...config,
    format: 'samesame-model',
    version: MODEL_VERSION,
    encoder: { ...config.encoder, sha256: checksum(encoder) },
    comparator: comparator && { ...config.comparator, sha256: checksum(comparator) },
  });
  const text = (content: string) => new TextEncoder().encode(content);
  const files = new Map([['encoder.onnx', encoder]]);
  if (comparator !== undefined) files.set('comparator.onnx', comparator);
  if (reference !== undefined) files.set('reference.safetensors', reference);
  files.set('README.md', text(card));
  files.set('config.json', text(`${JSON.stringify(full, null, 2)}\n`));
  return { config: full, files };
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
