import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mapInOrder } from './parallel.ts';
import type { ImageSet } from './types.ts';

/** Enough reads in flight to keep a disk busy, few enough to leave files for others to open. */
const NUM_READS = 8;

/**
 * SHA-256 (hex) over what a set *is*: ids, class names, splits and the content of every image, in order. It does not
 * depend on where the set lies or what it is called, so two machines can tell that they trained on the same data.
 * Files are streamed, a few at a time; an unreadable one counts as unreadable and does not stop the rest.
 */
export async function fingerprintOf(set: ImageSet, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const { pixels } = set;
  if (pixels.kind === 'decoded') {
    hash.update(`${pixels.height}×${pixels.width}×${pixels.channels}\n`);
    for (let i = 0; i < set.numImages; i++) addNames(hash, set, i);
    hash.update(pixels.data);
    return hash.digest('hex');
  }
  hash.update('files\n');
  await mapInOrder(
    set.numImages,
    NUM_READS,
    (index) => hashFile(pixels.path(index)),
    (content, index) => {
      addNames(hash, set, index);
      hash.update(content);
    },
    signal,
  );
  return hash.digest('hex');
}

/** JSON, so that no name can pass for two. */
function addNames(hash: Hash, set: ImageSet, index: number): void {
  const className = set.classNames[set.labels[index]] ?? null;
  hash.update(`${JSON.stringify([set.id(index), className, set.splits?.[index] ?? null])}\n`);
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  } catch {
    return 'unreadable\n';
  }
  return `${sizeBytes} ${hash.digest('hex')}\n`;
}
