import type { Client } from '../../src/client/index.ts';
import { createStore } from './store.ts';

/** What stands behind the page. */
export type Site =
  /** A folder of files on some host. */
  | { readonly kind: 'static'; readonly hasModel: boolean }
  /** `samesame serve`, with or without a store of images. */
  | {
      readonly kind: 'service';
      readonly hasModel: boolean;
      readonly client: Client;
      /** Images of its store; null without a store. */
      readonly numImages: number | null;
    };

export const site = createStore<Site | undefined>(undefined);

/** Finds out by one request: the service puts an id on every answer, a static host does not. */
export async function findSite(modelUrl: string): Promise<Site> {
  const found = await look(modelUrl);
  site.set(found);
  return found;
}

async function look(modelUrl: string): Promise<Site> {
  const answer = await fetch(new URL('config.json', modelUrl)).catch(() => undefined);
  const isJson = answer?.headers.get('content-type')?.includes('json') ?? false;
  const hasModel = answer?.ok === true && isJson;
  if (!answer?.headers.has('x-request-id')) return { kind: 'static', hasModel };
  const { createClient } = await import('../../src/client/index.ts');
  const client = createClient({ url: new URL('.', location.href).href });
  const stats = await client.stats().catch(() => undefined);
  return { kind: 'service', hasModel, client, numImages: stats?.store?.numImages ?? null };
}
