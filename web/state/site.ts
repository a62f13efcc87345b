import type { Client } from '../../src/client/index.ts';
import type { Problem } from '../engine/protocol.ts';
import { authorization, dropToken, token } from './session.ts';
import { createStore } from './store.ts';

/** What stands behind the page. */
export type Site =
  /** A folder of files on some host. */
  | { readonly kind: 'static'; readonly hasModel: boolean }
  /** `samesame serve`, which wants a token. */
  | { readonly kind: 'locked'; readonly hasModel: false; readonly problem?: Problem }
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

/**
 * Asks the page's own host, with the token where the person has signed in. Where that is worth nothing any more, the page
 * asks for another.
 */
export const askSite: typeof fetch = async (input, init) => {
  const { origin } = new URL(input instanceof Request ? input.url : input, location.href);
  if (origin !== location.origin) return fetch(input, init);
  const sent = token.get();
  const headers = new Headers(init?.headers);
  for (const [name, value] of Object.entries(authorization())) headers.set(name, value);
  const answer = await fetch(input, { ...init, headers });
  if (answer.status === 401 && site.get()?.kind === 'service' && token.get() === sent)
    site.set(await locked(answer.clone(), sent));
  return answer;
};

/** Counts the images of the service's store anew; everything that is about them is then worked out again. */
export async function refreshImages(): Promise<void> {
  const before = site.get();
  if (before?.kind !== 'service') return;
  const { store } = await before.client.stats();
  if (site.get() === before) site.set({ ...before, numImages: store?.numImages ?? before.numImages });
}

async function look(modelUrl: string): Promise<Site> {
  const sent = token.get();
  const answer = await askSite(new URL('config.json', modelUrl)).catch(() => undefined);
  const isJson = answer?.headers.get('content-type')?.includes('json') ?? false;
  const hasModel = answer?.ok === true && isJson;
  if (!answer?.headers.has('x-request-id')) return { kind: 'static', hasModel };
  if (answer.status === 401 || answer.status === 403) return locked(answer, sent);
  const { createClient } = await import('../../src/client/index.ts');
  const client = createClient({ url: new URL('.', location.href).href, fetch: askSite });
  const stats = await client.stats().catch(() => undefined);
  return { kind: 'service', hasModel, client, numImages: stats?.store?.numImages ?? null };
}

/** The site of a refusal: what is wrong with a token is told, not that there is none. */
async function locked(answer: Response, sent: string | undefined): Promise<Site> {
  dropToken();
  const { code, detail, expected, received, help } = await answer.json();
  if (sent === undefined) return { kind: 'locked', hasModel: false };
  return { kind: 'locked', hasModel: false, problem: { code, what: detail, expected, received, help } };
}
