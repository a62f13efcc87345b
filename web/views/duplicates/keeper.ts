import type { Picture } from '../../source/types.ts';

/** The copy to keep: the most pixels, then the largest file, then the first. */
export function keeperOf(pictures: readonly Picture[]): Picture {
  const worth = (picture: Picture) =>
    [(picture.width ?? 0) * (picture.height ?? 0), picture.sizeBytes ?? 0] as const;
  return pictures.reduce((best, picture) => {
    const [pixels, bytes] = worth(picture);
    const [bestPixels, bestBytes] = worth(best);
    return pixels > bestPixels || (pixels === bestPixels && bytes > bestBytes) ? picture : best;
  });
}
