import type { Picture } from '../../source/types.ts';

/** What file managers add to the name of a copy. */
const COPY_NAME = /\bcopy\b|\(\d+\)\.\w+$/i;

/** The copy to keep: the most pixels, then the largest file, then one whose name does not say copy, then the first. */
export function keeperOf(pictures: readonly Picture[]): Picture {
  const worth = ({ width = 0, height = 0, sizeBytes = 0, name }: Picture) => [
    width * height,
    sizeBytes,
    COPY_NAME.test(name) ? 0 : 1,
  ];
  return pictures.reduce((best, picture) => {
    const [mine, others] = [worth(picture), worth(best)];
    const at = mine.findIndex((value, i) => value !== others[i]);
    return at >= 0 && mine[at] > others[at] ? picture : best;
  });
}
