import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/**
 * SHA-256 of bytes, in hex, anywhere and at once: browsers have their own only for pages that came over https, and only as
 * a promise. Where Node is sure to be there, its own is some ten times as fast.
 */
export function sha256InScript(bytes: Uint8Array): string {
  return bytesToHex(digest(bytes));
}
