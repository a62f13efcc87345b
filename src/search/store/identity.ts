import { createHash, hash } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import { SamesameError } from '../../base/errors.ts';
import type { ModelConfig } from '../../model/config.ts';
import type { StoreIdentity } from './types.ts';

export { checkSameIdentity, identityConflict } from './same-identity.ts';

/** What embeddings depend on: the network's bytes, and what an image becomes before the network reads it. */
export function modelFingerprint({ encoder, input }: Pick<ModelConfig, 'encoder' | 'input'>): string {
  const { height, width, channels, resize } = input;
  return createHash('sha256')
    .update(JSON.stringify([encoder.sha256, height, width, channels, resize]))
    .digest('hex');
}

/**
 * The store that a model's embeddings belong in.
 * @throws E_CONFIG for a model with a learned comparator: its answers are no distance between points, so no store can
 *   find the nearest without asking about every row
 */
export function storeIdentity(config: Pick<ModelConfig, 'encoder' | 'input' | 'distance'>): StoreIdentity {
  if (config.distance !== 'euclidean') {
    throw new SamesameError('E_CONFIG', {
      what: 'a model with a learned comparator cannot be searched with',
      expected: 'a model whose distance is Euclidean',
      received: `distance "${config.distance}"`,
      help: 'train one with a loss on distances (contrastive, triplet and most others), or ask compare about pairs',
    });
  }
  return {
    model: modelFingerprint(config),
    distance: config.distance,
    embeddingSize: config.encoder.embeddingSize,
  };
}

/** Names a row by its path: 24 hexadecimal digits, the same on every machine that has the file at that path. */
export function imageId(path: string): string {
  return hash('sha256', path).slice(0, 24);
}

/** A path as stores keep it: absolute. */
export function storedPath(path: string): string {
  return resolve(path);
}

const identitySchema = z.strictObject({
  model: z.string().min(1),
  distance: z.enum(['euclidean', 'cosine']),
  embeddingSize: z.int().min(1),
});

/** @throws E_STORE */
export function parseIdentity(name: string, value: unknown): StoreIdentity {
  const result = identitySchema.safeParse(value);
  if (result.success) return result.data;
  throw new SamesameError('E_STORE', {
    what: `the store ${name} does not say what it holds`,
    expected: 'a model, a distance, a size of embeddings',
    received: z.prettifyError(result.error),
    help: 'index the images again into another store',
  });
}
