import { SamesameError } from '../../base/errors.ts';
import type { StoreIdentity } from './types.ts';

/** What was there and what was asked for, in words and whole; undefined where they are the same. */
export function identityConflict(held: StoreIdentity, asked: StoreIdentity) {
  const isSame =
    held.model === asked.model &&
    held.distance === asked.distance &&
    held.embeddingSize === asked.embeddingSize;
  return isSame
    ? undefined
    : { expected: describe(held), received: describe(asked), details: { held, asked } };
}

/** @throws E_STORE naming both models, where a store holds the embeddings of another */
export function checkSameIdentity(name: string, held: StoreIdentity, asked: StoreIdentity): void {
  const conflict = identityConflict(held, asked);
  if (conflict === undefined) return;
  throw new SamesameError('E_STORE', {
    ...conflict,
    what: `the store ${name} holds the embeddings of another model`,
    help: 'use the model that made the store, or index the images into another store with this one',
  });
}

function describe({ model, distance, embeddingSize }: StoreIdentity): string {
  return `model ${model.slice(0, 12)}, ${distance} distance, ${embeddingSize} numbers an embedding`;
}
