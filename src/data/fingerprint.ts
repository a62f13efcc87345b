import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { contentLine, FILES_LINE, namesLine, UNREADABLE_LINE } from './fingerprint-lines.ts';
import { mapInOrder } from './parallel.ts';
import type { ImageSet } from './types.ts';

/** Enough reads in flight to keep a disk busy, few enough to leave files for others to open. */
const NUM_READS = 8;

/** A fingerprint and, on the way to it, what each image is. */
export interface SetContents {
  /** As `fingerprintOf` gives it. */
  readonly fingerprint: string;
  /** By index: equal for the same file, or for the same pixels where the source holds pixels. Undefined where it cannot be read. */
  readonly contents: readonly (string | undefined)[];
}

/**
 * SHA-256 (hex) over what a set *is*: ids, class names, splits and the content of every image, in order. It does not
 * depend on where the set lies or what it is called, so two machines can tell that they trained on the same data.
 * Files are streamed, a few at a time; an unreadable one counts as unreadable and does not stop the rest.
 */
export async function fingerprintOf(set: ImageSet, signal?: AbortSignal): Promise<string> {
  return (await readContents(set, signal)).fingerprint;
}

/** The fingerprint, and the hash of each image that it takes anyway. */
export async function readContents(set: ImageSet, signal?: AbortSignal): Promise<SetContents> {
  const hash = createHash('sha256');
  const contents = new Array<string | undefined>(set.numImages);
  const { pixels } = set;
  if (pixels.kind === 'decoded') {
    const { height, width, channels, data } = pixels;
    const rowBytes = height * width * channels;
    hash.update(`${height}×${width}×${channels}\n`);
    for (let i = 0; i < set.numImages; i++) {
      hash.update(namesLine(set, i));
      contents[i] = createHash('sha256')
        .update(data.subarray(i * rowBytes, (i + 1) * rowBytes))
        .digest('base64');
    }
    hash.update(data);
    return { fingerprint: hash.digest('hex'), contents };
  }
  hash.update(FILES_LINE);
  await mapInOrder(
    set.numImages,
    NUM_READS,
    (index) => hashFile(pixels.path(index)),
    (content, index) => {
      hash.update(namesLine(set, index));
      hash.update(content ?? UNREADABLE_LINE);
      contents[index] = content;
    },
    signal,
  );
  return { fingerprint: hash.digest('hex'), contents };
}

async function hashFile(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  } catch {
    return undefined;
  }
  return contentLine(sizeBytes, hash.digest('hex'));
}
