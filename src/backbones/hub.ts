import { setTimeout as sleep } from 'node:timers/promises';
import { SamesameError } from '../base/errors.ts';
import type { Patience } from '../data/catalog/download.ts';
import { describeNetworkError } from '../data/catalog/transfer.ts';
import type { CatalogEvent } from '../data/catalog/types.ts';
import type { HubFile } from './types.ts';

/** Where models are asked for, and who asks. */
export interface Hub {
  /** Base address, without a slash at its end. */
  readonly endpoint: string;
  /** Sent to the endpoint alone. */
  readonly token?: string;
}

/** What the hub says of a file before it is fetched. */
export interface HubAnswer {
  /** Of a file that the hub keeps apart from git (LFS, Xet): all weights are. */
  readonly sha256?: string;
  readonly sizeBytes?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const PUBLIC_ENDPOINT = 'https://huggingface.co';

/**
 * The hub as its own tools find it: at `HF_ENDPOINT`, else https://huggingface.co, asked with the token in `HF_TOKEN`.
 * @param endpoint In place of `HF_ENDPOINT`.
 * @throws E_CONFIG for an endpoint that is neither http nor https
 */
export function openHub(endpoint?: string, environment: Environment = process.env): Hub {
  const base = (endpoint || environment.HF_ENDPOINT || PUBLIC_ENDPOINT).replace(/\/+$/, '');
  if (!/^https?:\/\/[^/]/i.test(base)) {
    throw new SamesameError('E_CONFIG', {
      what: 'the endpoint of the Hugging Face hub is not an address',
      expected: 'a base address with http:// or https://',
      received: base,
      help: 'check HF_ENDPOINT',
    });
  }
  return { endpoint: base, token: environment.HF_TOKEN?.trim() || undefined };
}

/** Whether the environment forbids the hub's own tools the network: `HF_HUB_OFFLINE=1`. */
export function isOffline({ HF_HUB_OFFLINE = '' }: Environment = process.env): boolean {
  return ['1', 'true', 'yes', 'on'].includes(HF_HUB_OFFLINE.toLowerCase());
}

/** `https://huggingface.co/Xenova/resnet-50/resolve/main/onnx/model.onnx`. */
export function hubAddress({ repo, revision, path }: HubFile, { endpoint }: Pick<Hub, 'endpoint'>): string {
  const segments = [...repo.split('/'), 'resolve', revision, ...path.split('/')];
  return [endpoint, ...segments.map(encodeURIComponent)].join('/');
}

export function hubHeaders({ token }: Hub): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

export interface AskOptions extends Patience {
  /** What the file is called in events and messages. */
  readonly name: string;
  /** What to do where the hub does not give it. */
  readonly help: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: CatalogEvent) => void;
}

/**
 * Size and checksum of a file, from the first of the hub's answers: the one that leads on to where the bytes are.
 * An endpoint that does not answer such questions leaves both open.
 * @throws E_DOWNLOAD where the hub refuses the file, saying why, or does not answer; the reason of `signal`
 * @source https://huggingface.co/docs/hub/models-downloading; header names as `huggingface_hub` reads them
 */
export async function askHub(file: HubFile, hub: Hub, options: AskOptions): Promise<HubAnswer> {
  const { name, help, tries = 4, waitMs = 1000, signal, onProgress } = options;
  for (let round = 1; ; round++) {
    const { response, reason } = await ask(hubAddress(file, hub), hub, options);
    if (response !== undefined && isRefusal(response.status)) throw refusal(file, hub, response, options);
    if (response !== undefined && !isPassing(response.status)) return readAnswer(response);
    const why = reason ?? `HTTP ${response?.status}`;
    if (round >= tries) {
      throw new SamesameError('E_DOWNLOAD', {
        what: `fetching ${name} failed`,
        received: `${hubAddress(file, hub)}: ${why}`,
        help,
        details: { file: name, urls: [hubAddress(file, hub)] },
      });
    }
    const wait = waitMs * 2 ** (round - 1);
    onProgress?.({ kind: 'retry', file: name, reason: why, waitMs: wait });
    await sleep(wait, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
}

const MAX_MOVES = 5;

/** Follows a repository that was renamed, but not the way out to another host. */
async function ask(
  address: string,
  hub: Hub,
  { stallMs = 30_000, signal }: AskOptions,
): Promise<{ readonly response?: Response; readonly reason?: string }> {
  const limit = AbortSignal.timeout(stallMs);
  let url = address;
  try {
    for (let moves = 0; ; moves++) {
      const response = await fetch(url, {
        method: 'HEAD',
        redirect: 'manual',
        headers: { 'accept-encoding': 'identity', ...hubHeaders(hub) },
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      const next = response.headers.get('location');
      const isMove = response.status >= 300 && response.status < 400 && next !== null;
      if (!isMove || response.headers.has('x-linked-etag')) return { response };
      const target = new URL(next, url);
      if (target.origin !== new URL(url).origin || moves === MAX_MOVES) return { response };
      url = target.href;
    }
  } catch (error) {
    signal?.throwIfAborted();
    return { reason: limit.aborted ? `nothing came for ${stallMs / 1000} s` : describeNetworkError(error) };
  }
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

function isRefusal(status: number): boolean {
  return status === 401 || status === 403 || status === 404 || status === 410;
}

function readAnswer({ status, headers }: Response): HubAnswer {
  const tag = /^(?:W\/)?"?([0-9a-f]{64})"?$/i.exec(headers.get('x-linked-etag') ?? '');
  // The length of an answer that leads elsewhere is that of the answer.
  const size = headers.get('x-linked-size') ?? (status === 200 ? headers.get('content-length') : null);
  return {
    sha256: tag?.[1].toLowerCase(),
    sizeBytes: size !== null && /^\d+$/.test(size) ? Number(size) : undefined,
  };
}

function refusal(
  file: HubFile,
  hub: Hub,
  { status, statusText, headers }: Response,
  { name, help }: AskOptions,
): SamesameError {
  const said = headers.get('x-error-message');
  const way = status === 401 || status === 403 ? describeAccess(file, hub, headers) : undefined;
  return new SamesameError('E_DOWNLOAD', {
    what: `fetching ${name} failed: ${way === undefined ? 'the hub does not have it' : 'the hub does not give it to everybody'}`,
    received:
      `${hubAddress(file, hub)}: HTTP ${status} ${statusText}`.trim() + (said === null ? '' : ` (${said})`),
    help: way === undefined ? help : `${way}; or ${help}`,
    details: { file: name, urls: [hubAddress(file, hub)], status },
  });
}

/** The hub says 401 of what is gated or private, and of what does not exist. */
function describeAccess({ repo }: HubFile, { endpoint, token }: Hub, headers: Headers): string {
  const page = `${endpoint}/${repo}`;
  if (token !== undefined) return `the token in HF_TOKEN opens no way to it: see ${page}`;
  const first =
    headers.get('x-error-code') === 'GatedRepo' ? `accept its terms at ${page}, then` : 'sign in, and';
  return `${first} put a token of yours (${endpoint}/settings/tokens) into HF_TOKEN`;
}
