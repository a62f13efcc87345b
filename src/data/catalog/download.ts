import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { partAddress, removePart, type TransferOutcome, transfer } from './transfer.ts';
import type { CatalogEvent } from './types.ts';

/** How patient a download is. */
export interface Patience {
  /** Tries in a row that bring not a single new byte. Default 4. */
  readonly tries?: number;
  /** Wait before the second try; doubled each time. Default 1000. */
  readonly waitMs?: number;
  /** A connection without a byte for so long is given up. Default 30,000. */
  readonly stallMs?: number;
}

export interface DownloadOptions extends Patience {
  /** Sent with each request. One named `authorization` is not sent on to another host. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: CatalogEvent) => void;
  /** Checks the whole file; what it throws for a wrong one counts as a failure of that address. */
  readonly check?: (part: string) => Promise<void>;
  /** What to do where no address gives it. */
  readonly help?: string;
}

const JOINED = 'what was fetched in two pieces is not one file: its checksum is wrong';

/**
 * Fetches a file from the first of its addresses that gives it, whole and checked, to `path`. Until then its bytes are
 * in `<path>.part`: after an interruption, the next call goes on behind them.
 * @throws E_DOWNLOAD when no address gave it, saying why of each; E_DATA when the checksum was wrong at each;
 *   E_DISK_FULL, E_PERMISSION, E_IO; the reason of `signal`
 */
export async function downloadFile(
  file: string,
  urls: readonly string[],
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  const { check, help, onProgress, signal } = options;
  const part = `${path}.part`;
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    throw errorFromSystem(error, `making the folder of ${path}`);
  });
  const former = await partAddress(part);
  const ordered = [...urls].sort((a, b) => Number(b === former) - Number(a === former));
  const reasons: string[] = [];
  let wrong: unknown;
  for (const url of ordered) {
    for (let round = 1, isOver = false; !isOver; round++) {
      const { reason, isJoined } = await fetchWithRetries(file, url, part, options);
      // Where a server names no version, pieces of two may have been joined: then once more, whole.
      isOver = !isJoined || round === 2;
      if (reason !== undefined) {
        reasons.push(`${url}: ${reason}`);
        break;
      }
      try {
        await check?.(part);
        await rename(part, path);
        await rm(`${part}.json`, { force: true });
        return;
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof SamesameError)) throw errorFromSystem(error, `writing ${path}`);
        if (error.code !== 'E_DATA') throw error;
        await removePart(part);
        if (isOver) {
          reasons.push(`${url}: ${error.message}`);
          wrong = error;
        } else onProgress?.({ kind: 'retry', file, reason: JOINED, waitMs: 0 });
      }
    }
  }
  if (wrong !== undefined && reasons.length === 1) throw wrong;
  throw new SamesameError(wrong === undefined ? 'E_DOWNLOAD' : 'E_DATA', {
    what: `fetching ${file} failed`,
    received: reasons.join('; '),
    help,
    details: { file, urls },
    cause: wrong,
  });
}

interface Fetched {
  /** Why it failed for good; undefined when the file is whole. */
  readonly reason?: string;
  /** Whether it came in more than one piece. */
  readonly isJoined: boolean;
}

async function fetchWithRetries(
  file: string,
  url: string,
  part: string,
  { tries = 4, waitMs = 1000, stallMs = 30_000, headers, signal, onProgress }: DownloadOptions,
): Promise<Fetched> {
  let furthest = 0;
  let isJoined = false;
  for (let fruitless = 1; ; fruitless++) {
    const before = furthest;
    const startMs = performance.now();
    const outcome: TransferOutcome = await transfer(url, part, {
      stallMs,
      headers,
      signal,
      onBytes(doneBytes, totalBytes, fresh) {
        furthest = Math.max(furthest, doneBytes);
        isJoined = doneBytes > fresh;
        const bytesPerSecond = (fresh * 1000) / Math.max(1, performance.now() - startMs);
        const secondsLeft = totalBytes === undefined ? undefined : (totalBytes - doneBytes) / bytesPerSecond;
        onProgress?.({ kind: 'download', file, doneBytes, totalBytes, bytesPerSecond, secondsLeft });
      },
    });
    if (outcome.kind === 'whole') return { isJoined: isJoined || furthest === 0 };
    if (outcome.kind === 'refused') return { reason: outcome.reason, isJoined };
    if (furthest > before) fruitless = 1;
    if (fruitless >= tries) return { reason: outcome.reason, isJoined };
    const wait = waitMs * 2 ** (fruitless - 1);
    onProgress?.({ kind: 'retry', file, reason: outcome.reason, waitMs: wait });
    await sleep(wait, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
}
