/** Tells how long the rest of a filling will take, once it has seen enough of it. */
export interface FillClock {
  /** Rows were computed. */
  add(numRows: number): void;
  /** Seconds that so many rows more will take; undefined until enough were seen. */
  secondsFor(numRows: number): number | undefined;
}

export interface FillClockOptions {
  /**
   * Rows that are not measured. While they are computed, threads start and networks are loaded: seconds that come once
   * and not with each row.
   */
  readonly numWarmUp: number;
  /** Rows behind them that are. */
  readonly numMeasured: number;
  /** Milliseconds. Default: those of `performance`. */
  readonly now?: () => number;
}

/** A clock that begins to measure when the rows of warming up are done. */
export function createFillClock({
  numWarmUp,
  numMeasured,
  now = () => performance.now(),
}: FillClockOptions): FillClock {
  let numDone = 0;
  let start: { readonly ms: number; readonly numDone: number } | undefined;
  let msARow: number | undefined;
  return {
    add(numRows) {
      numDone += numRows;
      if (start === undefined) {
        if (numDone >= numWarmUp) start = { ms: now(), numDone };
      } else if (msARow === undefined && numDone - start.numDone >= numMeasured) {
        msARow = (now() - start.ms) / (numDone - start.numDone);
      }
    },
    secondsFor: (numRows) => (msARow === undefined ? undefined : (msARow * numRows) / 1000),
  };
}
