import type { PixelStore } from '../data/pixels/store.ts';

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
