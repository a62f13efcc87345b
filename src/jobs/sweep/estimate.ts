/** How long a sweep will still take, from how long its runs took. */
export interface SweepClock {
  start(run: string): void;
  /** @param share of the run's training that is done, 0…1; a resumed run begins with more than 0 */
  progress(run: string, share: number): void;
  /** @param isWhole whether it tells how long others take: not one that failed */
  finish(run: string, isWhole: boolean): void;
  /** Null as long as nothing is known. */
  secondsLeft(numWaiting: number): number | null;
}

interface Running {
  readonly startMs: number;
  /** Where training began, in time and share: images are read before it, and the first step takes longer than any other. */
  first?: { readonly ms: number; readonly share: number };
  share: number;
}

/** The pace of fewer seconds is chance. */
const MIN_TRAINING_SECONDS = 2;

/**
 * @param numParallel runs at a time
 * @param before seconds of training of runs that were finished earlier: a first guess
 * @param now in milliseconds
 */
export function createSweepClock(
  numParallel: number,
  before: readonly number[] = [],
  now: () => number = performance.now.bind(performance),
): SweepClock {
  const running = new Map<string, Running>();
  const seconds: number[] = [];

  /** What this run took until it trained, and what all of its training takes at its pace so far. */
  function paceOf({ startMs, first, share }: Running): { reading: number; training: number } | null {
    if (first === undefined || share <= first.share) return null;
    const trained = (now() - first.ms) / 1000;
    if (trained < MIN_TRAINING_SECONDS) return null;
    return { reading: (first.ms - startMs) / 1000, training: trained / (share - first.share) };
  }

  return {
    start: (run) => running.set(run, { startMs: now(), share: 0 }),
    progress(run, share) {
      const at = running.get(run);
      if (at === undefined) return;
      at.first ??= { ms: now(), share };
      at.share = share;
    },
    finish(run, isWhole) {
      const at = running.get(run);
      running.delete(run);
      // One that went on from a checkpoint is shorter than a whole one.
      if (at !== undefined && isWhole && (at.first?.share ?? 1) < 0.1)
        seconds.push((now() - at.startMs) / 1000);
    },
    secondsLeft(numWaiting) {
      const paces = [...running.values()].map(paceOf).filter((pace) => pace !== null);
      const whole =
        mean(seconds) ?? mean(before) ?? mean(paces.map(({ reading, training }) => reading + training));
      if (whole === null) return null;
      let left = numWaiting * whole;
      for (const at of running.values()) left += (paceOf(at)?.training ?? whole) * (1 - at.share);
      return left / Math.max(1, Math.min(numParallel, numWaiting + running.size));
    },
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
