import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { sizeOf } from './cache.ts';

/** How one request ended. */
export type TransferOutcome =
  | { readonly kind: 'whole' }
  /** Worth another try: cut, stalled, busy. */
  | { readonly kind: 'broken'; readonly reason: string }
  /** This address will not give it. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface TransferOptions {
  /** A connection without a byte for so long is given up. */
  readonly stallMs: number;
  /** Sent along. Where the address leads to another host, `fetch` leaves `authorization` out. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Bytes in the file so far and, where the server says, in all; `fresh` were fetched by this request. */
  readonly onBytes?: (doneBytes: number, totalBytes: number | undefined, fresh: number) => void;
}

/** What is known of a part file: from where it came, and how that server names the version. */
interface PartState {
  readonly url: string;
  readonly validator?: string;
  readonly totalBytes?: number;
}

/**
 * Fetches `url` into `part`, going on behind the bytes that are there if they are of the same version at the same
 * address. An interrupted request leaves them for the next.
 * @throws E_DISK_FULL, E_PERMISSION, E_IO of the part file, and the reason of `signal`
 * @source RFC 9110, sections 13.1.5 (If-Range) and 14 (Range)
 */
export async function transfer(
  url: string,
  part: string,
  { stallMs, headers, signal, onBytes }: TransferOptions,
): Promise<TransferOutcome> {
  const state = await readPartState(part);
  const held = state?.url === url ? ((await sizeOf(part)) ?? 0) : 0;
  const stall = createStall(stallMs);
  const abort = signal === undefined ? stall.signal : AbortSignal.any([signal, stall.signal]);
  try {
    const response = await fetch(url, {
      headers: { ...headers, ...requestHeaders(held, state) },
      signal: abort,
    });
    const plan = planFor(response, held);
    if (plan.kind !== 'body') {
      await response.body?.cancel();
      if (plan.kind === 'stale') await removePart(part);
      return plan.kind === 'stale' ? { kind: 'broken', reason: plan.reason } : plan;
    }
    const { offset, totalBytes } = plan;
    const validator = validatorOf(response);
    await writeFileAtomic(
      statePath(part),
      JSON.stringify({ url, validator, totalBytes } satisfies PartState),
    );
    const done = await receive(response, part, offset, (now) => {
      stall.postpone();
      onBytes?.(now, totalBytes, now - offset);
    });
    if (totalBytes === undefined || done === totalBytes) return { kind: 'whole' };
    return { kind: 'broken', reason: `the connection ended after ${done} of ${totalBytes} bytes` };
  } catch (error) {
    signal?.throwIfAborted();
    if (stall.signal.aborted) return { kind: 'broken', reason: `nothing came for ${stallMs / 1000} s` };
    if (isFileError(error)) throw fileError(error, part);
    return { kind: 'broken', reason: describeNetworkError(error) };
  } finally {
    stall.stop();
  }
}

/** Forgets what was fetched, so that the next request starts anew. */
export async function removePart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(statePath(part), { force: true });
}

/** Where the bytes of a part file came from, if that is known. */
export async function partAddress(part: string): Promise<string | undefined> {
  return (await readPartState(part))?.url;
}

function requestHeaders(held: number, state: PartState | undefined): Record<string, string> {
  // What is fetched is compressed already, and a range counts bytes as they are stored.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (held === 0) return headers;
  headers.range = `bytes=${held}-`;
  if (state?.validator !== undefined) headers['if-range'] = state.validator;
  return headers;
}

type Plan =
  | { readonly kind: 'body'; readonly offset: number; readonly totalBytes: number | undefined }
  | { readonly kind: 'stale'; readonly reason: string }
  | Exclude<TransferOutcome, { kind: 'whole' }>
  | { readonly kind: 'whole' };

/** What to do with an answer to a request for the bytes from `held` on. */
function planFor(response: Response, held: number): Plan {
  const { status, headers } = response;
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (response.ok && encoding !== 'identity')
    return {
      kind: 'refused',
      reason: `the server changes the file on its way (content-encoding ${encoding})`,
    };
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  const total = range?.[2] === undefined || range[2] === '*' ? undefined : Number(range[2]);
  if (status === 206) {
    if (Number(range?.[1]) === held) return { kind: 'body', offset: held, totalBytes: total };
    return { kind: 'stale', reason: 'the server sent another range than it was asked for' };
  }
  if (status === 416) {
    if (total === held && held > 0) return { kind: 'whole' };
    return { kind: 'stale', reason: 'the file at the server has changed' };
  }
  if (status === 200) {
    const length = headers.get('content-length');
    return { kind: 'body', offset: 0, totalBytes: length === null ? undefined : Number(length) };
  }
  const reason = `HTTP ${status} ${response.statusText}`.trim();
  const isPassing = status === 408 || status === 429 || status >= 500;
  return { kind: isPassing ? 'broken' : 'refused', reason };
}

async function receive(
  response: Response,
  part: string,
  offset: number,
  onChunk: (doneBytes: number) => void,
): Promise<number> {
  const file = await open(part, offset > 0 ? 'r+' : 'w');
  let done = offset;
  try {
    for await (const chunk of response.body ?? []) {
      await writeAll(file, chunk as Uint8Array, done);
      done += chunk.length;
      onChunk(done);
    }
    await file.sync().catch(() => {}); // What is behind `part` may not be a plain file.
  } finally {
    await file.close();
  }
  return done;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

/** A signal that is aborted when it was not postponed for a while. */
function createStall(afterMs: number) {
  const controller = new AbortController();
  let timer: NodeJS.Timeout;
  const postpone = () => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(), afterMs);
  };
  postpone();
  return { signal: controller.signal, postpone, stop: () => clearTimeout(timer) };
}

/** The name of the version, for If-Range: a strong ETag, else the date. */
function validatorOf({ headers }: Response): string | undefined {
  const tag = headers.get('etag');
  if (tag !== null && !tag.startsWith('W/')) return tag;
  return headers.get('last-modified') ?? undefined;
}

function statePath(part: string): string {
  return `${part}.json`;
}

async function readPartState(part: string): Promise<PartState | undefined> {
  try {
    return JSON.parse(await readFile(statePath(part), 'utf8'));
  } catch {
    return undefined; // Not there, or cut: the part is then fetched anew.
  }
}

const FILE_CALLS = ['open', 'write', 'close'];

/** Whether a call of the file system failed; what the network throws names another `syscall`, or hides it in a cause. */
function isFileError(error: unknown): boolean {
  return (
    error instanceof SamesameError || FILE_CALLS.includes((error as NodeJS.ErrnoException).syscall ?? '')
  );
}

function fileError(error: unknown, part: string): SamesameError {
  const known = errorFromSystem(error, `writing ${part}`);
  if (known.code !== 'E_DISK_FULL') return known;
  return new SamesameError('E_DISK_FULL', {
    what: `writing ${part} failed because the disk is full`,
    help: 'free some space, or name a cache folder elsewhere (--cache); getting it again goes on behind what is there',
    details: { path: part },
    cause: error,
  });
}

/** `getaddrinfo ENOTFOUND example.org`, and not the `fetch failed` around it. */
export function describeNetworkError(error: unknown): string {
  const { message, cause } = error as Error;
  const inner = cause as (NodeJS.ErrnoException & { errors?: readonly Error[] }) | undefined;
  return inner?.errors?.[0]?.message || inner?.message || inner?.code || message;
}
