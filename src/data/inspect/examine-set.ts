import { forEachInParallel } from '../parallel.ts';
import { NUM_DECODES, withOneThreadAnImage } from '../pixels/threads.ts';
import type { ImageSet, ProgressEvent } from '../types.ts';
import { examineImage } from './examine.ts';
import type { ImageFacts } from './types.ts';

const PROGRESS_INTERVAL_MS = 100;

export interface ExamineOptions {
  /** int32: the images to look at. Default: all. */
  readonly indices?: Int32Array;
  /** Called at most ten times a second, and at the end; stage `inspect`. */
  readonly onProgress?: (event: ProgressEvent) => void;
  /** For those who want more of each file than its facts: called, and waited for, with what was read and decoded. */
  readonly onBytes?: (bytes: Uint8Array, facts: ImageFacts) => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Looks at images on every core, each file read once.
 * @returns in the order of `indices`; a file that cannot be read is in it like any other
 * @throws whatever `signal` aborts with
 */
export async function examineSet(set: ImageSet, options: ExamineOptions = {}): Promise<ImageFacts[]> {
  const { indices, onProgress, onBytes, signal } = options;
  const total = indices?.length ?? set.numImages;
  const facts = new Array<ImageFacts>(total);
  let done = 0;
  let lastTime = 0;
  await withOneThreadAnImage(async () => {
    const work = async (i: number) => {
      facts[i] = await examineImage(set, indices === undefined ? i : indices[i], onBytes);
      done++;
      const now = performance.now();
      if (onProgress !== undefined && (now - lastTime >= PROGRESS_INTERVAL_MS || done === total)) {
        lastTime = now;
        onProgress({ stage: 'inspect', done, total });
      }
    };
    await forEachInParallel(total, NUM_DECODES, work, signal);
  });
  return facts;
}
