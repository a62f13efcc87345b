import { SamesameError } from '../base/errors.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { BadImage } from '../data/types.ts';

/**
 * What to tell about images that were skipped: how many, and the first of them with the reason.
 * @param whereAll where the whole list is
 */
export function describeBad(
  { bad, numImages }: Pick<PixelStore, 'bad' | 'numImages'>,
  whereAll: string,
): string {
  const shown = bad.slice(0, 5).map(({ id, reason }) => `${id} (${reason.split('\n')[0]})`);
  const more =
    bad.length > shown.length ? ` and ${bad.length - shown.length} more; all are in ${whereAll}` : '';
  return `${bad.length} of ${numImages} images cannot be read and are skipped: ${shown.join(', ')}${more}`;
}

/** For images of which not one can be read. */
export function noneReadable(bad: readonly BadImage[]): SamesameError {
  const shown = bad.slice(0, 10).map(({ id, reason }) => `${id}: ${reason}`);
  return new SamesameError('E_IMAGES_BAD', {
    what: `none of ${bad.length} images can be read`,
    received: `\n    ${shown.join('\n    ')}`,
    details: { bad: bad.slice(0, 10) },
  });
}
