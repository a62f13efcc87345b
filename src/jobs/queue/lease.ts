import { hostname } from 'node:os';

/** How long a worker or a lister may be silent before it is taken for dead: some lost packets, not a lost machine. */
export const DEFAULT_LEASE_MS = 60_000;

/** What others call this process. */
export function processName(): string {
  return `process ${process.pid} on ${hostname()}`;
}

/** Whether that process may still be there: of another machine's nobody here can tell. */
export function mayBeAlive(name: string): boolean {
  const [, pid, host] = /^process (\d+) on (.*)$/.exec(name) ?? [];
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Does `beat` several times in a lease until the returned function is called, which waits for the one in flight. A
 * failure of it is handed to `onFailure` and ends the beating.
 */
export function keepBeating(
  leaseMs: number,
  beat: () => Promise<void>,
  onFailure: (error: unknown) => void,
): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let running = Promise.resolve();
  const schedule = () => {
    timer = setTimeout(() => {
      running = beat().then(
        () => {
          if (!isStopped) schedule();
        },
        (error) => {
          if (!isStopped) onFailure(error);
        },
      );
    }, leaseMs / 4);
  };
  schedule();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
}
