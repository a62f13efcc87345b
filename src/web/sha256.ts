/// <reference lib="dom" />

/** SHA-256 of bytes, in hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return toHex(await digest(bytes));
}

async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  // Browsers give it only to pages that came over https or from this machine.
  if (globalThis.crypto?.subtle !== undefined)
    return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  const { sha256: inScript } = await import('@noble/hashes/sha2.js');
  return inScript(bytes);
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
