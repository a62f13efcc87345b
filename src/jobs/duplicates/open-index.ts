import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SamesameError } from '../../base/errors.ts';
import { checkSameIdentity, storeIdentity } from '../../search/store/identity.ts';
import { isPostgresAddress, openStore } from '../../search/store/open.ts';
import type { OpenEncoder } from '../encode/open-encoder.ts';
import { type NamedEmbeddings, readEmbeddings } from '../encode/read-embeddings.ts';

/** Whether what images are held against is an index: a file of embeddings, or a store, and not images. */
export function isIndexAddress(address: string): boolean {
  return /\.(npz|jsonl)$/i.test(address) || isStoreAddress(address);
}

function isStoreAddress(address: string): boolean {
  return isPostgresAddress(address) || existsSync(join(address, 'store.json'));
}

/**
 * Reads the embeddings of an index into memory: what `samesame embed` wrote, or what `samesame index` keeps.
 * @throws E_MODEL for a file of embeddings of another size, E_STORE for a store of another model; what opening them throws
 */
export async function openIndex(address: string, encoder: OpenEncoder): Promise<NamedEmbeddings> {
  if (isStoreAddress(address)) return readStore(address, encoder);
  const index = await readEmbeddings(address);
  if (index.embeddingSize === encoder.embeddingSize) return index;
  throw new SamesameError('E_MODEL', {
    what: `the embeddings of ${address} were made with another model`,
    expected: `embeddings of ${encoder.embeddingSize} numbers, as ${encoder.name} makes them`,
    received: `${index.embeddingSize} numbers`,
    help: 'name the model that made them, or make them anew with samesame embed',
  });
}

async function readStore(address: string, { config, embeddingSize }: OpenEncoder): Promise<NamedEmbeddings> {
  if (config === undefined) {
    throw new SamesameError('E_CONFIG', {
      what: 'a store holds the embeddings of a trained model',
      expected: 'the model that indexed the images',
      received: 'a pretrained network',
      help: 'name it with --model in the place of --backbone',
    });
  }
  const store = await openStore(address);
  try {
    checkSameIdentity(store.name, store.identity, storeIdentity(config));
    const names: string[] = [];
    const embeddings = new Float32Array((await store.count()) * embeddingSize);
    for await (const { records, vectors } of store.scan()) {
      // Rows that were added since they were counted are left out.
      const room = embeddings.length / embeddingSize - names.length;
      embeddings.set(vectors.subarray(0, room * embeddingSize), names.length * embeddingSize);
      names.push(...records.slice(0, room).map(({ path }) => path));
    }
    const held = embeddings.subarray(0, names.length * embeddingSize);
    if (names.length > 0) return { names, embeddings: held, embeddingSize };
    throw new SamesameError('E_DATA_EMPTY', { what: `the store ${store.name} holds no image` });
  } finally {
    await store.close();
  }
}
