import { SamesameError } from '../../base/errors.ts';
import type { ImageSet } from '../types.ts';
import type { Contents } from './contents.ts';
import type { RowKeys } from './keys.ts';
import type { ViewOptions } from './types.ts';

/** A row that is needed. Images of the same content share theirs. */
export interface Slot {
  readonly key: string;
  /** An image that it is computed from. */
  readonly image: number;
  /** 0: as it is. */
  readonly view: number;
}

/** Which rows are needed, and which row answers for which image and view. */
export interface RowPlan {
  /** As they are first, then the views, image by image. */
  readonly slots: readonly Slot[];
  readonly numViews: number;
  /** Index into `slots`; −1 where there is none. */
  slotOf(image: number, view: number): number;
}

/** @throws E_CONFIG for views out of range */
export function planRows(
  set: ImageSet,
  hashes: Contents['hashes'],
  keys: RowKeys,
  views: ViewOptions | undefined,
): RowPlan {
  const numViews = views?.numViews ?? 0;
  if (views !== undefined) checkViews(views, set.numImages);
  const slots: Slot[] = [];
  const slotOfKey = new Map<string, number>();
  const add = (image: number, view: number): number => {
    const hash = hashes[image];
    if (hash === undefined) return -1;
    const key = keys.row(hash, view);
    const known = slotOfKey.get(key);
    if (known !== undefined) return known;
    slotOfKey.set(key, slots.length);
    return slots.push({ key, image, view }) - 1;
  };

  const plain = Int32Array.from({ length: set.numImages }, (_, image) => add(image, 0));
  const place = new Int32Array(set.numImages).fill(-1);
  const viewed = new Int32Array(numViews * (views?.indices.length ?? 0));
  views?.indices.forEach((image, i) => {
    place[image] = i;
    for (let view = 1; view <= numViews; view++) viewed[i * numViews + view - 1] = add(image, view);
  });

  return {
    slots,
    numViews,
    slotOf(image, view) {
      if (view === 0) return plain[image] ?? -1;
      if (!(view >= 1 && view <= numViews) || !(place[image] >= 0)) return -1;
      return viewed[place[image] * numViews + view - 1];
    },
  };
}

function checkViews({ numViews, indices }: ViewOptions, numImages: number): void {
  const areThere = indices.every((index) => index >= 0 && index < numImages);
  if (Number.isInteger(numViews) && numViews >= 1 && areThere) return;
  throw new SamesameError('E_CONFIG', {
    what: 'the augmented views of the images are out of range',
    expected: `numViews a whole number from 1, indices from 0 to ${numImages - 1}`,
    received: areThere ? `numViews ${numViews}` : 'an index outside the set',
  });
}
