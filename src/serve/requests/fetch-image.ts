import { lookup as lookupName } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { SamesameError } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import { isPublicAddress } from './addresses.ts';

export interface FetcherOptions {
  /** `images.example.org` stands for `https://images.example.org`; an origin for itself. */
  readonly allowed: readonly string[];
  readonly maxBytes: number;
  /** Milliseconds for one image, redirects and all. Default 10 s. */
  readonly timeoutMs?: number;
  /** For tests: who knows the addresses of names, and which may be connected to. */
  readonly lookup?: LookupFunction;
  readonly isAllowedAddress?: (address: string) => boolean;
}

/** Fetches the bytes of an image. @throws E_URL; what `signal` aborts with */
export type ImageFetcher = (url: string, signal?: AbortSignal) => Promise<Uint8Array>;

const MAX_REDIRECTS = 3;
const MAX_URL = 2000;

/**
 * A fetcher that only goes where it was told it may.
 * - Only listed origins, after each redirect again; no user names in addresses.
 * - Every address that the name has must be public, and the connection is made to the very address that was looked at: a
 *   name that means something else a moment later (DNS rebinding) leads nowhere.
 * - Size and time are bounded; no cookies, no credentials, no proxy.
 * @throws E_CONFIG for an entry of the list that is no host
 */
export function createImageFetcher(options: FetcherOptions): ImageFetcher {
  const { maxBytes, timeoutMs = 10_000, lookup, isAllowedAddress = isPublicAddress } = options;
  const origins = new Set(options.allowed.map(toOrigin));
  const guarded = guardLookup(lookup ?? (lookupName as unknown as LookupFunction), isAllowedAddress);

  return async (address, signal) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const both = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
    let url = check(address, origins, isAllowedAddress);
    try {
      for (let numRedirects = 0; numRedirects <= MAX_REDIRECTS; numRedirects++) {
        const response = await get(url, guarded, both);
        const { statusCode = 0, headers } = response;
        if ([301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined) {
          response.destroy();
          url = check(resolve(headers.location, url), origins, isAllowedAddress);
          continue;
        }
        if (statusCode === 200) return await readAll(response, maxBytes);
        response.destroy();
        throw refused('the image could not be fetched', 'status 200', `status ${statusCode}`);
      }
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof SamesameError) throw error;
      throw refused(
        'the image could not be fetched',
        `an answer within ${timeoutMs / 1000} s`,
        timeout.aborted ? 'none in that time' : 'a connection that failed',
        error,
      );
    }
    throw refused('the image could not be fetched', `at most ${MAX_REDIRECTS} redirects`, 'more');
  };
}

/** @throws E_CONFIG */
function toOrigin(entry: string): string {
  const url = parseUrl(entry.includes('://') ? entry : `https://${entry}`);
  const isOrigin =
    url !== null && /^https?:$/.test(url.protocol) && `${url.pathname}${url.search}${url.username}` === '/';
  if (isOrigin) return url.origin;
  throw new SamesameError('E_CONFIG', {
    what: 'a host that images may be fetched from is none',
    expected: 'images.example.org, or an origin as http://images.example.org:8080',
    received: entry,
    details: { option: 'allowUrls' },
  });
}

function check(address: string, origins: ReadonlySet<string>, isAllowed: (address: string) => boolean): URL {
  const url = address.length > MAX_URL ? null : parseUrl(address);
  if (url === null) throw refused('an address is none', 'https://host/path', address.slice(0, 100));
  if (!origins.has(url.origin) || url.username !== '' || url.password !== '') {
    throw refused(
      'images are not fetched from there',
      origins.size === 0 ? 'the image itself: this service fetches none' : 'one of the hosts that it allows',
      url.origin.slice(0, 200),
      undefined,
      'send the bytes of the image, or start the service with --allow-urls HOST',
    );
  }
  // A literal address is never looked up, and so would pass the guard by.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isAllowed(host)) throw notPublic();
  return url;
}

function resolve(location: string, base: URL): string {
  return parseUrl(location, base)?.href ?? location;
}

function parseUrl(text: string, base?: URL): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}

function guardLookup(lookup: LookupFunction, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      if (addresses.length === 0 || !addresses.every(({ address }) => isAllowed(address)))
        return callback(notPublic() as unknown as NodeJS.ErrnoException, '', 0);
      if (options.all) callback(null, addresses);
      else callback(null, addresses[0].address, addresses[0].family);
    });
}

function get(url: URL, lookup: LookupFunction, signal: AbortSignal): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http;
  const headers = { accept: 'image/*', 'user-agent': `samesame/${VERSION}` };
  return new Promise((resolve, reject) => {
    // No agent: no connection is kept, so none can be handed on to another name.
    request(url, { lookup, signal, headers, agent: false }, resolve).on('error', reject).end();
  });
}

async function readAll(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const declared = Number(response.headers['content-length'] ?? 0);
  const chunks: Buffer[] = [];
  let numBytes = 0;
  try {
    if (declared > maxBytes) throw tooLarge(maxBytes);
    for await (const chunk of response) {
      numBytes += chunk.length;
      if (numBytes > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } finally {
    response.destroy();
  }
  return Buffer.concat(chunks, numBytes);
}

function tooLarge(maxBytes: number): SamesameError {
  return refused('the image is too large', `at most ${maxBytes} bytes`, 'more');
}

function notPublic(): SamesameError {
  return refused(
    'images are not fetched from there',
    'an address of the public internet',
    'a private or special one',
  );
}

function refused(
  what: string,
  expected: string,
  received: string,
  cause?: unknown,
  help?: string,
): SamesameError {
  return new SamesameError('E_URL', { what, expected, received, help, cause });
}
