import { constants } from 'node:os';

/** The end of a command by Ctrl-C or a polite kill: no failure, but not done either. */
export class Interruption extends Error {
  /** 128 + the signal's number, as shells have it. */
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super('interrupted');
    this.name = 'Interruption';
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Runs `work` with a signal that Ctrl-C aborts, so that it can end in good order. A second Ctrl-C kills, as usual.
 * @param advice what to tell at the end: how to go on
 */
export async function withInterrupt<T>(
  { advice, onInterrupt }: { readonly advice: () => string; readonly onInterrupt: () => void },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = (signal: NodeJS.Signals) => {
    stop();
    onInterrupt();
    process.stderr.write('\nstopping in good order; once more to stop at once\n');
    controller.abort(new Interruption(signal as 'SIGINT' | 'SIGTERM'));
  };
  const stop = () => {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  };
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (error instanceof Interruption) error.message = `interrupted; ${advice()}`;
    throw error;
  } finally {
    stop();
  }
}
