/**
 * Does `work` on 0 … count − 1 with `limit` of them in flight. The first failure, or an abort, stops the start of more
 * and is thrown once those in flight have ended, so nothing runs on behind the caller's back.
 */
export async function forEachInParallel(
  count: number,
  limit: number,
  work: (index: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  let failed = false;
  async function lane(): Promise<void> {
    while (next < count && !failed) {
      try {
        signal?.throwIfAborted();
        await work(next++);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, count) }, lane));
  for (const result of lanes) if (result.status === 'rejected') throw result.reason;
}

/** As `forEachInParallel`, handing over the results in order of index; at most `16·limit` wait for their turn. */
export async function mapInOrder<T>(
  count: number,
  limit: number,
  work: (index: number) => Promise<T>,
  take: (result: T, index: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const block = limit * 16;
  for (let start = 0; start < count; start += block) {
    const results = new Array<T>(Math.min(block, count - start));
    await forEachInParallel(
      results.length,
      limit,
      async (i) => {
        results[i] = await work(start + i);
      },
      signal,
    );
    for (const [i, result] of results.entries()) take(result, start + i);
  }
}
