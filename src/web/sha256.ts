/// <reference lib="dom" />
import { sha256InScript } from '../base/sha256.ts';

/** SHA-256 of bytes, in hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  // Browsers give it only to pages that came over https or from this machine.
  if (globalThis.crypto?.subtle === undefined) return sha256InScript(bytes);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
