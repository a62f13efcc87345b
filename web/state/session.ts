import { createStore } from './store.ts';

const KEY = 'samesame-token';
/** What can stand in a header as a bearer token; the service reads no other. */
const TOKEN = /^[\w~+/.=-]{1,512}$/;

/** The token that the person signed in with: for this tab, until it is closed. */
export const token = createStore<string | undefined>(kept());

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

export function keepToken(text: string): void {
  token.set(text);
  store(text);
}

export function dropToken(): void {
  token.set(undefined);
  store(undefined);
}

/** The header that lets in; none where nobody has signed in. */
export function authorization(): Readonly<Record<string, string>> {
  const held = token.get();
  return held === undefined ? {} : { authorization: `Bearer ${held}` };
}

// Storage may be refused, as in private windows: the token then lasts until the page is loaded anew.
function kept(): string | undefined {
  try {
    const found = sessionStorage.getItem(KEY);
    return found !== null && isToken(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function store(text: string | undefined): void {
  try {
    if (text === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, text);
  } catch {}
}
