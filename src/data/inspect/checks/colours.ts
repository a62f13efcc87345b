import type { Check } from '../types.ts';
import { countOf, digitsOf, namesOf } from '../words.ts';

/** A class that is nearly all of one kind. */
const MOST = 0.9;
/** Shown of the rarer kind. */
const MAX_SHOWN = 100;

/** Grey images among colours, or the other way round; worse where it goes with the class. */
export const checkColours: Check = ({ set, images, namesPairs }) => {
  const read = images.filter(({ look }) => look !== undefined);
  const grey = read.filter(({ look }) => look!.isGrey);
  if (grey.length === 0 || grey.length === read.length) return [];
  const isGreyRarer = 2 * grey.length <= read.length;
  const rarer = isGreyRarer ? grey : read.filter(({ look }) => !look!.isGrey);
  const title = `${countOf(rarer.length, 'image')} of ${digitsOf(read.length)} ${rarer.length === 1 ? 'is' : 'are'} ${isGreyRarer ? 'grey, the others in colour' : 'in colour, the others grey'}`;
  const groups = rarer.slice(0, MAX_SHOWN).map(({ index }) => ({ images: [index] }));
  const counts = new Map<number, { total: number; grey: number }>();
  for (const { index, look } of read) {
    const label = set.labels[index];
    const count = counts.get(label) ?? { total: 0, grey: 0 };
    counts.set(label, { total: count.total + 1, grey: count.grey + (look!.isGrey ? 1 : 0) });
  }
  const namesWhere = (isSo: (share: number) => boolean) =>
    [...counts].flatMap(([label, count]) =>
      label >= 0 && count.total > 1 && isSo(count.grey / count.total) ? [set.classNames[label]] : [],
    );
  const greyClasses = namesWhere((share) => share >= MOST);
  const colourClasses = namesWhere((share) => share <= 1 - MOST);
  if (!namesPairs && greyClasses.length > 0 && colourClasses.length > 0) {
    return [
      {
        check: 'class-colours',
        severity: 'warning',
        title: `${title}, and it goes with the class: ${namesOf(isGreyRarer ? greyClasses : colourClasses)}`,
        advice:
          'Train on grey (--channels 1), or the model learns which images have colour, not what is on them.',
        groups,
      },
    ];
  }
  return [
    {
      check: 'mixed-colours',
      severity: 'note',
      title,
      advice: 'Train on grey (--channels 1) if the same thing comes both ways.',
      groups,
    },
  ];
};
