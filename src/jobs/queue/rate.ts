/** Images a second, over a while that is short enough to tell of now and long enough for several jobs. */
export interface Rate {
  add(numImages: number): void;
  perSecond(): number;
}

const WINDOW_MS = 60_000;

export function createRate(now = performance.now.bind(performance)): Rate {
  const startMs = now();
  let done: { readonly timeMs: number; readonly numImages: number }[] = [];
  return {
    add(numImages) {
      done.push({ timeMs: now(), numImages });
    },
    perSecond() {
      const timeMs = now();
      done = done.filter((part) => timeMs - part.timeMs < WINDOW_MS);
      const seconds = Math.min(WINDOW_MS, timeMs - startMs) / 1000;
      const numImages = done.reduce((sum, part) => sum + part.numImages, 0);
      return seconds > 0 ? numImages / seconds : 0;
    },
  };
}
