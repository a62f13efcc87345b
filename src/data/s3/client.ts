import type { AwsClient } from 'aws4fetch';
import { SamesameError } from '../../base/errors.ts';
import { type S3Address, s3Path } from './address.ts';
import { readFailure, readListing, type S3Object, wholeSeconds } from './listing.ts';

export interface S3Options {
  /** Address of the storage. Default: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, else Amazon's of the region. */
  readonly endpoint?: string;
  /** Whether the bucket is part of the path or of the host. Default: the path, but at Amazon the host. */
  readonly addressing?: 'path' | 'virtual';
  /** Pause before the second try, which doubles with each. Default 200 ms. */
  readonly firstPauseMs?: number;
}

export interface ReadObject {
  readonly bytes: Uint8Array;
  /** As `S3Object.modifiedMs`. */
  readonly modifiedMs: number;
}

/** Reads an S3-compatible storage. Keys of access come from the environment; without them it asks unsigned. */
export interface S3Client {
  /** Objects whose keys begin with the address's, in the order of keys, a page at a time. */
  list(address: S3Address, signal?: AbortSignal): AsyncGenerator<readonly S3Object[]>;
  /** @throws E_NOT_FOUND where the object is not there (any more) */
  read(address: S3Address): Promise<ReadObject>;
}

const NUM_TRIES = 6;
const TIMEOUT_MS = 60_000;

/**
 * A client for an S3-compatible storage. Its methods try again, with growing pauses, where the storage does not answer
 * or says that it is too busy.
 * @throws E_CONFIG for an endpoint that is no address; its methods E_PERMISSION, E_NOT_FOUND, E_DATA for a bucket that
 *   does not exist, E_DOWNLOAD
 */
export function createS3Client({ addressing, firstPauseMs = 200, ...options }: S3Options = {}): S3Client {
  const { env } = process;
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1';
  const custom = options.endpoint ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  const endpoint = readEndpoint(custom ?? `https://s3.${region}.amazonaws.com`);
  const isVirtual = (addressing ?? (custom === undefined ? 'virtual' : 'path')) === 'virtual';
  let signer: AwsClient | undefined;

  function urlOf({ bucket, key }: S3Address, query = ''): string {
    const base = new URL(endpoint);
    if (isVirtual) base.host = `${bucket}.${base.host}`;
    const below = base.pathname.replace(/\/$/, '');
    const path = isVirtual ? escapeKey(key) : `${bucket}/${escapeKey(key)}`;
    return `${base.origin}${below}/${path}${query}`;
  }

  async function send(url: string, signal?: AbortSignal): Promise<Response> {
    const init = { redirect: 'manual' as const };
    const limits = [AbortSignal.timeout(TIMEOUT_MS), ...(signal === undefined ? [] : [signal])];
    const within = { signal: AbortSignal.any(limits) };
    if (!env.AWS_ACCESS_KEY_ID || !env.AWS_SECRET_ACCESS_KEY) return fetch(url, { ...init, ...within });
    if (signer === undefined) {
      const { AwsClient } = await import('aws4fetch');
      signer = new AwsClient({
        accessKeyId: env.AWS_ACCESS_KEY_ID,
        secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
        sessionToken: env.AWS_SESSION_TOKEN,
        service: 's3',
        region,
      });
    }
    return fetch(await signer.sign(url, init), within);
  }

  /** @param read takes the body, which may break off, too */
  async function ask<T>(
    address: S3Address,
    url: string,
    read: (response: Response) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      let failure: SamesameError;
      try {
        const response = await send(url, signal);
        if (response.ok) return await read(response);
        failure = refused(address, response.status, readFailure(await response.text()), endpoint);
        if (response.status < 500 && response.status !== 429) throw failure;
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof SamesameError) throw error;
        failure = unreachable(address, endpoint, error);
      }
      if (attempt >= NUM_TRIES) throw failure;
      await new Promise((resolve) => setTimeout(resolve, firstPauseMs * 2 ** (attempt - 1)));
    }
  }

  return {
    async *list(address, signal) {
      let token: string | undefined;
      do {
        const query = new URLSearchParams({
          'list-type': '2',
          'encoding-type': 'url',
          prefix: address.key,
          ...(token !== undefined && { 'continuation-token': token }),
        });
        // A form's blank is +, and some storages take that for a plus.
        const url = urlOf({ ...address, key: '' }, `?${query.toString().replaceAll('+', '%20')}`);
        const page = readListing(await ask(address, url, (response) => response.text(), signal));
        if (page.objects.length > 0) yield page.objects;
        token = page.nextToken;
      } while (token !== undefined);
    },
    read: async (address) =>
      ask(address, urlOf(address), async (response) => ({
        bytes: new Uint8Array(await response.arrayBuffer()),
        modifiedMs: wholeSeconds(response.headers.get('last-modified')),
      })),
  };
}

function readEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new SamesameError('E_CONFIG', {
    what: 'this endpoint of an S3 storage cannot be read',
    expected: 'an address such as https://s3.example.com or http://localhost:9000',
    received: JSON.stringify(text),
  });
}

/** Every key as a path of a URL, its slashes kept. */
function escapeKey(key: string): string {
  return key
    .split('/')
    .map((part) => {
      if (part !== '.' && part !== '..') return encodeURIComponent(part);
      // Escaped or not, a URL takes these for steps between folders, and another object would be read.
      throw new SamesameError('E_IO', {
        what: `the object ${key} cannot be asked for`,
        received: `a key with a part "${part}"`,
      });
    })
    .join('/');
}

function refused(
  address: S3Address,
  status: number,
  { code, message }: { readonly code?: string; readonly message?: string },
  endpoint: URL,
): SamesameError {
  const path = s3Path(address);
  const parts = {
    received: [status, code, message].filter((part) => part !== undefined).join(' '),
    details: { path, status, code, endpoint: endpoint.origin },
  };
  if (code === 'NoSuchBucket') {
    return new SamesameError('E_DATA', {
      ...parts,
      what: `there is no bucket ${address.bucket} at ${endpoint.origin}`,
      help: 'check the name, and --s3-endpoint',
    });
  }
  if (status === 404) return new SamesameError('E_NOT_FOUND', { ...parts, what: `${path} is not there` });
  if (status === 401 || status === 403) {
    const { AWS_ACCESS_KEY_ID } = process.env;
    return new SamesameError('E_PERMISSION', {
      ...parts,
      what: `${endpoint.origin} does not let us read ${path}`,
      help: AWS_ACCESS_KEY_ID
        ? 'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and what this key may read'
        : 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, so it was asked unsigned',
    });
  }
  if (status < 500 && status !== 429) {
    return new SamesameError('E_CONFIG', {
      ...parts,
      what: `${endpoint.origin} does not understand the request for ${path}`,
      help: 'check AWS_REGION, --s3-endpoint and --s3-addressing',
    });
  }
  return new SamesameError('E_DOWNLOAD', { ...parts, what: `reading ${path} failed at the storage's side` });
}

function unreachable(address: S3Address, endpoint: URL, error: unknown): SamesameError {
  const { message, cause } = error as Error;
  return new SamesameError('E_DOWNLOAD', {
    what: `reading ${s3Path(address)} failed: ${endpoint.origin} does not answer`,
    received: cause instanceof Error ? cause.message : message,
    help: 'check --s3-endpoint and the network',
    details: { path: s3Path(address), endpoint: endpoint.origin },
    cause: error,
  });
}
