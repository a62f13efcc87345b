import { readImageShape } from '../../data/pixels/decode.ts';
import type { ImageSet } from '../../data/types.ts';
import type { GalleryImage } from '../../report/index.ts';
import { drawThumbnail } from '../thumbnail.ts';

/** An image of a page, with what is to say about it. A file that cannot be read any more has no picture. */
export async function drawImage(
  set: ImageSet,
  index: number,
  notes: readonly string[],
  mark?: GalleryImage['mark'],
): Promise<GalleryImage> {
  const { pixels } = set;
  const size =
    pixels.kind === 'decoded' ? pixels : await readImageShape(pixels.path(index)).catch(() => undefined);
  const picture = size === undefined ? undefined : await drawThumbnail(set, index, size);
  return { name: set.id(index), notes, ...(picture !== undefined && { picture }), ...(mark && { mark }) };
}

/** The name of an image's class; undefined where it has none. */
export function classOf(set: ImageSet, index: number): string | undefined {
  return set.labels[index] < 0 ? undefined : set.classNames[set.labels[index]];
}
