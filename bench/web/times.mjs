// Times as they are told: the middle, and the one that nineteen of twenty stay below.
const at = (times, share) => times.toSorted((a, b) => a - b)[Math.floor(times.length * share)];

/** @param {readonly number[]} times */
export const p50 = (times) => at(times, 0.5);
/** @param {readonly number[]} times */
export const p95 = (times) => at(times, 0.95);

/** Milliseconds that something took, and what came of it. */
export async function timed(work) {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
}
