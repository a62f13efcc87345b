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
 * @param work uint8 `[H, W, C]` → what is asked for
 */
export function workOnImages<T>(
  { decoder, fetchImage }: Pick<Service, 'decoder' | 'fetchImage'>,
  images: readonly SentImage[],
  { ticket, signal, target }: ImageWork,
  work: (pixels: Uint8Array) => Promise<T>,
): Promise<ImageResult<T>[]> {
  const workOn = async (image: SentImage): Promise<ImageResult<T>> => {
    try {
      const bytes = 'url' in image ? await fetchImage(image.url, signal) : image.bytes;
      if ('url' in image) ticket.addBytes(bytes.length);
      return { value: await work(await decoder.decode(bytes, target, signal)) };
    } catch (error) {
      if (error instanceof SamesameError && (error.code === 'E_IMAGE' || error.code === 'E_URL'))
        return { fault: error };
      throw error;
    }
  };
  return Promise.all(images.map(workOn));
}

/** What a client is told of one image, where others of its request could be used. */
export function describeFault(fault: SamesameError) {
  const { code, title, detail, expected, received, help } = toProblem(fault, '');
  return { code, title, detail, expected, received, help };
}

/** One error for a request whose images could not be used: that of its only image, or a list. */
export function faultsOf(
  images: readonly SentImage[],
  faults: readonly { readonly index: number; readonly fault: SamesameError }[],
): SamesameError {
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
