import { lockFolder } from './lock.ts';

/** This process as the only writer of a store's folder. */
export interface Writer {
  /**
   * Runs `work` while nobody else writes there.
   * @throws what `work` throws; E_STORE naming another process that writes there; E_PERMISSION, E_DISK_FULL, E_IO
   */
  write<T>(work: () => Promise<T>): Promise<T>;
  /** Lets others write; waits for nothing. */
  close(): Promise<void>;
}

export interface WriterOptions {
  readonly folder: string;
  /** Milliseconds without a write after which others may write. `Infinity`: only when closed. */
  readonly idleMs: number;
  /** Called whenever others may have written since the last write. */
  readonly onTaken: () => Promise<void>;
}

/** Takes the lock with the first write, and gives it back some time after the last. */
export function createWriter({ folder, idleMs, onTaken }: WriterOptions): Writer {
  let held: Promise<() => Promise<void>> | undefined;
  let giving = Promise.resolve();
  let numWrites = 0;
  let timer: NodeJS.Timeout | undefined;

  async function take(): Promise<() => Promise<void>> {
    await giving;
    const unlock = await lockFolder(folder);
    await onTaken().catch(async (error) => {
      await unlock();
      throw error;
    });
    return unlock;
  }
  function give(): Promise<void> {
    clearTimeout(timer);
    const unlock = held;
    held = undefined;
    giving = giving.then(async () => (await unlock?.catch(() => undefined))?.());
    return giving;
  }

  return {
    async write(work) {
      clearTimeout(timer);
      numWrites++;
      held ??= take();
      const mine = held;
      try {
        await mine;
        return await work();
      } catch (error) {
        // A lock that was not got is asked for again next time.
        if (held === mine)
          await mine.catch(() => {
            held = undefined;
          });
        throw error;
      } finally {
        numWrites--;
        if (numWrites === 0 && held !== undefined && Number.isFinite(idleMs))
          timer = setTimeout(() => void give(), idleMs);
      }
    },
    close: give,
  };
}
