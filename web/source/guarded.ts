import { token } from '../state/session.ts';
import { askSite } from '../state/site.ts';

/** A picture that an `<img>` can show until it is closed. */
export interface OpenPicture {
  readonly url: string;
  close(): void;
}

/** Whether only bearers of a token get what is at an address: an `<img>` sends none. */
export function isGuarded(address: string): boolean {
  if (token.get() === undefined) return false;
  // The origin of what the tab itself holds (`blob:`) is this one, too.
  const { protocol, origin } = new URL(address, location.href);
  return protocol.startsWith('http') && origin === location.origin;
}

/** A picture by its address: as it is, or fetched with the token. @throws where the host does not give it; what `signal` aborts with */
export async function openPicture(address: string, signal?: AbortSignal): Promise<OpenPicture> {
  if (!isGuarded(address)) return { url: address, close() {} };
  const url = URL.createObjectURL(await fetchFile(address, signal));
  return { url, close: () => URL.revokeObjectURL(url) };
}

/** The bytes of what lies at an address of this host. @throws where it does not give it; what `signal` aborts with */
export async function fetchFile(address: string, signal?: AbortSignal): Promise<Blob> {
  const answer = await askSite(address, { signal });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return answer.blob();
}
