import { SamesameError } from '../../base/errors.ts';
import type { StoreIdentity } from './types.ts';

/** @throws E_STORE naming both models, where a store holds the embeddings of another */
export function checkSameIdentity(name: string, held: StoreIdentity, asked: StoreIdentity): void {
  if (
    held.model === asked.model &&
    held.distance === asked.distance &&
    held.embeddingSize === asked.embeddingSize
  )
    return;
  throw new SamesameError('E_STORE', {
    what: `the store ${name} holds the embeddings of another model`,
    expected: describe(held),
    received: describe(asked),
    help: 'use the model that made the store, or index the images into another store with this one',
    details: { held, asked },
  });
}

function describe({ model, distance, embeddingSize }: StoreIdentity): string {
  return `model ${model.slice(0, 12)}, ${distance} distance, ${embeddingSize} numbers an embedding`;
}
