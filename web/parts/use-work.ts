import { useEffect, useState } from 'preact/hooks';
import { type Problem, toProblem } from '../engine/protocol.ts';
import type { Collection, WorkOptions } from '../source/types.ts';

export type Work<T> =
  | { readonly kind: 'idle' }
  | { readonly kind: 'working'; readonly share: number | undefined }
  | { readonly kind: 'ready'; readonly value: T }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** What is worked out of a collection: again when it changes, and stopped when nobody looks any more. */
export function useWork<T>(
  collection: Collection | undefined,
  run: (collection: Collection, options: WorkOptions) => Promise<T>,
  inputs: readonly unknown[] = [],
): Work<T> {
  const [work, setWork] = useState<Work<T>>({ kind: 'idle' });
  useEffect(() => {
    if (collection === undefined) return setWork({ kind: 'idle' });
    const controller = new AbortController();
    setWork({ kind: 'working', share: undefined });
    run(collection, {
      onShare: (share) => controller.signal.aborted || setWork({ kind: 'working', share }),
      signal: controller.signal,
    })
      .then((value) => controller.signal.aborted || setWork({ kind: 'ready', value }))
      .catch((error) => controller.signal.aborted || setWork({ kind: 'failed', problem: toProblem(error) }));
    return () => controller.abort();
  }, [collection, ...inputs]);
  return work;
}
