/** Lets so many run at once; the others wait in their order. */
export interface Slots {
  /** @throws what `work` throws; what `signal` aborts with, where it does before the turn has come */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  readonly numWaiting: () => number;
}

export function createSlots(numSlots: number): Slots {
  const waiting = new Set<() => void>();
  let numTaken = 0;

  function takeTurn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (numTaken < numSlots) {
      numTaken++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener('abort', give);
        numTaken++;
        resolve();
      };
      const give = () => {
        waiting.delete(go);
        signal?.removeEventListener('abort', give);
        reject(signal?.reason);
      };
      waiting.add(go);
      signal?.addEventListener('abort', give);
    });
  }

  return {
    async run(work, signal) {
      await takeTurn(signal);
      try {
        return await work();
      } finally {
        numTaken--;
        for (const go of waiting) {
          waiting.delete(go);
          go();
          break;
        }
      }
    },
    numWaiting: () => waiting.size,
  };
}
