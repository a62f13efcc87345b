import { isBlank, isNearBlack, isNearWhite } from '../looks.ts';
import type { Check, CheckName, ImageLook } from '../types.ts';
import { countOf } from '../words.ts';

const KINDS: readonly (readonly [CheckName, (look: ImageLook) => boolean, string, string])[] = [
  [
    'blank',
    isBlank,
    'of one colour all over',
    'Remove them: there is nothing on them, and their label is noise.',
  ],
  [
    'near-black',
    isNearBlack,
    'almost black',
    'Look at them: a lens cap, or the wrong exposure? Remove what shows nothing.',
  ],
  [
    'near-white',
    isNearWhite,
    'almost white',
    'Look at them: overexposed, or an empty page? Remove what shows nothing.',
  ],
];

/** Images on which there is nothing to see. */
export const checkBrightness: Check = ({ images }) =>
  KINDS.flatMap(([check, isSo, what, advice]) => {
    const found = images.filter(({ look }) => look !== undefined && isSo(look));
    if (found.length === 0) return [];
    const title = `${countOf(found.length, 'image is', 'images are')} ${what}`;
    return [
      { check, severity: 'warning', title, advice, groups: found.map(({ index }) => ({ images: [index] })) },
    ];
  });
