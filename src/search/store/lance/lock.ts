import { open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorFromSystem, SamesameError } from '../../../base/errors.ts';

interface Owner {
  readonly pid: number;
  readonly host: string;
}

/** How long another writer is waited for: one that lets go when it has nothing to write does so by then. */
const WAIT_MS = 2000;
const PAUSE_MS = 50;

/**
 * Makes this process the only one that writes to a store's folder, until the returned function is called. A lock that a
 * killed process left behind is taken over; another process is waited for, for two seconds.
 * @throws E_STORE naming the process that writes there now; E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'writer.lock');
  const mine = JSON.stringify({ pid: process.pid, host: hostname() } satisfies Owner);
  const untilMs = performance.now() + WAIT_MS;
  let numUnreadable = 0;
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(mine).finally(() => file.close());
      return () => rm(path, { force: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw folderGone(folder, error);
      if (code !== 'EEXIST') throw errorFromSystem(error, `writing ${path}`);
    }
    const owner = await readOwner(path);
    // One that says nothing is being written just now, or was cut off in mid-writing: its writer is dead.
    numUnreadable = owner === undefined ? numUnreadable + 1 : 0;
    if (numUnreadable === 1) await sleep(PAUSE_MS);
    else if (owner === undefined || !isAlive(owner)) await rm(path, { force: true });
    else if (performance.now() < untilMs) await sleep(PAUSE_MS);
    else throw inUse(folder, path, owner);
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    const owner = JSON.parse(text) as Owner;
    return Number.isInteger(owner.pid) && typeof owner.host === 'string' ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** A process of another machine cannot be asked, so it counts as alive. */
function isAlive({ pid, host }: Owner): boolean {
  if (host !== hostname()) return true;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function inUse(folder: string, path: string, { pid, host }: Owner): SamesameError {
  return new SamesameError('E_STORE', {
    what: `another process is writing to the store ${folder}`,
    expected: 'one writer at a time; any number of searches meanwhile',
    received: `process ${pid} on ${host}`,
    help: `wait until it has ended; if there is no such process, remove ${path}. Several machines can write to a store in Postgres`,
    details: { path, pid, host },
  });
}

function folderGone(folder: string, cause: unknown): SamesameError {
  return new SamesameError('E_STORE', {
    what: `the folder of the store ${folder} is gone`,
    help: 'is its disk there? Put the folder back, or index the images again',
    details: { path: folder },
    cause,
  });
}
