import { isAbsolute } from 'node:path';
import { SamesameError } from '../../base/errors.ts';
import type { ImageRecord } from '../../search/store/types.ts';
import type { Decoder } from '../engine/decoder.ts';

/** Bytes of thumbnails that are kept: some thousand. */
const MAX_KEPT_BYTES = 32 * 2 ** 20;

/** Small pictures of images of a store. */
export interface Thumbnails {
  /**
   * A WebP of the file, or of the image in an archive, that a row of the store was made from.
   * @throws E_NOT_FOUND where there is none any more, or none that can be read; what `signal` aborts with
   */
  of(record: ImageRecord, signal: AbortSignal): Promise<Uint8Array>;
}

export function createThumbnails(decoder: Pick<Decoder, 'thumbnail'>): Thumbnails {
  /** The one that was asked for longest ago first. */
  const kept = new Map<string, Uint8Array>();
  let numBytes = 0;

  function keep(key: string, bytes: Uint8Array): void {
    numBytes += bytes.length - (kept.get(key)?.length ?? 0);
    kept.delete(key);
    kept.set(key, bytes);
    for (const [oldest, { length }] of kept) {
      if (numBytes <= MAX_KEPT_BYTES) break;
      kept.delete(oldest);
      numBytes -= length;
    }
  }

  return {
    async of({ id, path, contentHash }, signal) {
      // What was sent to the service has no file; MNIST comes with the package.
      if (!isAbsolute(path) && !path.startsWith('mnist#'))
        throw noFile(id, 'an image that was sent to the service, which does not keep it');
      const key = `${id} ${contentHash}`;
      const bytes = kept.get(key) ?? (await draw(path, id, signal));
      keep(key, bytes);
      return bytes;
    },
  };

  async function draw(path: string, id: string, signal: AbortSignal): Promise<Uint8Array> {
    try {
      return await decoder.thumbnail(path, signal);
    } catch (error) {
      signal.throwIfAborted();
      // The message of the error tells where the file lies, which is nobody's business.
      if (error instanceof SamesameError && error.code !== 'E_RUNTIME')
        throw noFile(id, 'a file or an archive that is gone, or cannot be read', error);
      throw error;
    }
  }
}

function noFile(id: string, received: string, cause?: unknown): SamesameError {
  return new SamesameError('E_NOT_FOUND', {
    what: `there is no picture of the image ${id.slice(0, 40)}`,
    expected: 'a row that samesame index made of a file or an archive which is still there',
    received,
    cause,
  });
}
