import { groupByKey } from '../data/inspect/groups.ts';
import { countOf } from '../data/inspect/words.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { Splits } from '../data/splits.ts';
import type { ImageSet } from '../data/types.ts';

const NUM_SAMPLES = 256;
/** A grey photo or two among thousands does no harm. */
const MIN_MIXED_SHARE = 0.05;
/** JPEG leaves that much colour in grey. */
const GREY_TOLERANCE = 8;

/**
 * What the doctor would find of copies, as far as it costs nothing: the same file (or the same pixels of an array) in two
 * parts of the split that is used, or in two classes. A line each.
 * @param contents as `readContents` gives them
 */
export function warnOfCopies(
  { labels, id }: Pick<ImageSet, 'labels' | 'id'>,
  splits: Splits,
  contents: readonly (string | undefined)[],
): string[] {
  const partOf = new Int8Array(contents.length).fill(-1);
  for (const [part, images] of [splits.train, splits.validation, splits.test].entries())
    for (const image of images) partOf[image] = part;
  const groups = groupByKey(contents.length, (i) => (partOf[i] < 0 ? undefined : contents[i]));
  const isIn = (group: readonly number[], places: ArrayLike<number>) =>
    new Set(group.map((i) => places[i]).filter((place) => place >= 0)).size > 1;
  const conflicts = groups.filter((group) => isIn(group, labels));
  const leaks = groups.filter((group) => isIn(group, partOf));
  const describe = (found: readonly (readonly number[])[]) => {
    const more = found.length > 1 ? `, and ${found.length - 1} more such` : '';
    return `(${id(found[0][0])} = ${id(found[0][1])}${more}; samesame inspect lists them)`;
  };
  return [
    ...(conflicts.length === 0
      ? []
      : [
          `${countOf(conflicts.flat().length, 'image')} are the same image in different classes ${describe(conflicts)}: one of the labels is wrong`,
        ]),
    ...(leaks.length === 0
      ? []
      : [
          `${countOf(leaks.flat().length, 'image')} are the same image in different parts of the split ${describe(leaks)}: the numbers come out too good`,
        ]),
  ];
}

/** Says so where grey and coloured images are mixed, by a sample of the decoded pixels. */
export async function warnOfColours(
  pixels: Pick<PixelStore, 'usable' | 'shape' | 'gather'>,
): Promise<string[]> {
  const { usable, shape } = pixels;
  const count = Math.min(NUM_SAMPLES, usable.length);
  if (shape.channels === 1 || count === 0) return [];
  const sampled = Int32Array.from(
    { length: count },
    (_, i) => usable[Math.floor((i * usable.length) / count)],
  );
  const imageBytes = shape.height * shape.width * shape.channels;
  const image = new Uint8Array(imageBytes);
  let numGrey = 0;
  for (const index of sampled) {
    await pixels.gather(Int32Array.of(index), image);
    if (isGrey(image)) numGrey++;
  }
  const isMixed = Math.min(numGrey, count - numGrey) >= MIN_MIXED_SHARE * count;
  if (!isMixed) return [];
  return [
    `${numGrey} of ${count} sampled images are grey, the others in colour: if the same thing comes both ways, train on grey (--channels 1)`,
  ];
}

/** Whether no pixel has more colour than JPEG leaves in grey. @param image uint8 `[height, width, 3]` */
export function isGrey(image: Uint8Array): boolean {
  for (let i = 0; i < image.length; i += 3) {
    const [red, green, blue] = [image[i], image[i + 1], image[i + 2]];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > GREY_TOLERANCE) return false;
  }
  return true;
}
