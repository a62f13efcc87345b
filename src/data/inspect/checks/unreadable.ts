import type { Check } from '../types.ts';
import { countOf, digitsOf, shareOf } from '../words.ts';

/** The share of bad images that `preparePixels` puts up with. */
const MAX_BAD_SHARE = 0.2;

/** Files that cannot be decoded: damaged, of a format that is not read, or too large. */
export const checkUnreadable: Check = ({ images }) => {
  const bad = images.filter(({ problem }) => problem !== undefined);
  if (bad.length === 0) return [];
  const isTooMany = bad.length > MAX_BAD_SHARE * images.length || bad.length === images.length;
  return [
    {
      check: 'unreadable',
      severity: isTooMany ? 'error' : 'warning',
      title: `${countOf(bad.length, 'image')} of ${digitsOf(images.length)} cannot be read (${shareOf(bad.length, images.length)})`,
      advice: isTooMany
        ? 'Repair or remove them: training stops where more than 20 % cannot be read.'
        : 'Save them again, or remove them; training skips and lists them.',
      groups: bad.map(({ index, problem }) => ({ images: [index], caption: problem })),
    },
  ];
};
