import { SamesameError } from '../../base/errors.ts';
import type { PixelTarget } from '../../data/pixels/decode.ts';
import { toProblem } from '../problem.ts';
import type { Service } from '../service.ts';
import type { Ticket } from './admission.ts';
import type { Fault } from './read-json.ts';
import type { SentImage } from './sent-image.ts';

/** What became of one image of a request. */
export type ImageResult<T> = { readonly value: T } | { readonly fault: SamesameError };

export interface ImageWork {
  readonly ticket: Ticket;
  readonly signal: AbortSignal;
  /** What an image must become. */
  readonly target: PixelTarget;
}

/**
 * Fetches, decodes and then works on every image of a request. An image that cannot be used is a fault of its own; anything
 * else that goes wrong ends the request.
 * @param work uint8 `[H, W, C]`, and the bytes of its file → what is asked for
 */
export function workOnImages<T>(
  { decoder, fetchImage }: Pick<Service, 'decoder' | 'fetchImage'>,
  images: readonly SentImage[],
  { ticket, signal, target }: ImageWork,
  work: (pixels: Uint8Array, bytes: Uint8Array) => Promise<T>,
): Promise<ImageResult<T>[]> {
  const workOn = async (image: SentImage): Promise<ImageResult<T>> => {
    try {
      const bytes = 'url' in image ? await fetchImage(image.url, signal) : image.bytes;
      if ('url' in image) ticket.addBytes(bytes.length);
      return { value: await work(await decoder.decode(bytes, target, signal), bytes) };
    } catch (error) {
      if (error instanceof SamesameError && (error.code === 'E_IMAGE' || error.code === 'E_URL'))
        return { fault: error };
      throw error;
    }
  };
  return Promise.all(images.map(workOn));
}

/** Something to answer with. @throws what is wrong with all of them */
export function checkAny(images: readonly SentImage[], results: readonly ImageResult<unknown>[]): void {
  if (results.every((result) => 'fault' in result)) throw faultsOf(images, results);
}

/** Each image of an answer, in the order of the request: what `describe` makes of it, or what is wrong with it. */
export function describeResults<T, D extends object>(
  images: readonly SentImage[],
  results: readonly ImageResult<T>[],
  describe: (value: T, index: number) => D,
) {
  return results.map((result, index) => ({
    index,
    name: images[index].name,
    ...('fault' in result ? { problem: describeFault(result.fault) } : describe(result.value, index)),
  }));
}

/** Embeddings as rows: float32 `[N, D]`. */
export function joinEmbeddings(embeddings: readonly Float32Array[]): Float32Array {
  const rows = new Float32Array(embeddings.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const embedding of embeddings) {
    rows.set(embedding, at);
    at += embedding.length;
  }
  return rows;
}

/** What a client is told of one image, where others of its request could be used. */
function describeFault(fault: SamesameError) {
  const { code, title, detail, expected, received, help } = toProblem(fault, '');
  return { code, title, detail, expected, received, help };
}

/** One error for a request with images that could not be used: that of its only image, or a list. */
export function faultsOf(
  images: readonly SentImage[],
  results: readonly ImageResult<unknown>[],
): SamesameError {
  const faults = results.flatMap((result, index) =>
    'fault' in result ? [{ index, fault: result.fault }] : [],
  );
  if (images.length === 1) return faults[0].fault;
  const errors: Fault[] = faults.map(({ index, fault }) => {
    const { detail, received } = toProblem(fault, '');
    return {
      pointer: `/images/${index}`,
      detail: received === undefined ? detail : `${detail}: ${received}`,
    };
  });
  const isAll = faults.length === images.length;
  return new SamesameError(isAll ? 'E_IMAGES_BAD' : 'E_IMAGE', {
    what: isAll
      ? `none of ${images.length} images can be used`
      : `${faults.length} of ${images.length} images cannot be used`,
    expected: 'JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP or PBM/PGM/PPM',
    details: { errors },
  });
}
