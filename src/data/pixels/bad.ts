import { SamesameError } from '../../base/errors.ts';
import type { BadImage, ImageSet } from '../types.ts';

/** Share of bad images that is put up with: past it the data is not what it is taken for. */
export const DEFAULT_MAX_BAD_SHARE = 0.2;

/** @throws E_IMAGES_BAD past `maxBadShare`, or where no image is left */
export function checkBadShare(set: ImageSet, bad: readonly BadImage[], maxBadShare: number): void {
  if (bad.length <= maxBadShare * set.numImages && bad.length < set.numImages) return;
  const shown = bad.slice(0, 10).map(({ id, reason }) => `${id}: ${reason}`);
  if (bad.length > shown.length) shown.push(`and ${bad.length - shown.length} more`);
  throw new SamesameError('E_IMAGES_BAD', {
    what: `${bad.length} of the ${set.numImages} images of ${set.name} cannot be read`,
    expected: `at most ${Math.round(maxBadShare * 100)} %`,
    received: `\n    ${shown.join('\n    ')}`,
    help: 'repair or remove these files, or raise maxBadShare to go on without them',
    details: { numBad: bad.length, numImages: set.numImages, bad: bad.slice(0, 10) },
  });
}

/** Why an image is bad, in one line: what failed is said by the image's name. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const received = /received: (.*)/.exec(message)?.[1];
  return received ?? message.split('\n')[0];
}
