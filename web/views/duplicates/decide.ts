import type { WantedMove } from '../../../src/client/index.ts';
import type { Picture, PictureGroup } from '../../source/types.ts';
import { keeperOf } from './keeper.ts';

/** Whether a picture can be set aside at all: of a server's only those that are files of their own. */
export function isFree({ source = 'file' }: Picture): boolean {
  return source === 'file';
}

/** The pictures to be set aside: all but the best of each group, unless the person decided otherwise. */
export function idsAside(
  groups: readonly PictureGroup[],
  decided: ReadonlyMap<string, boolean>,
): ReadonlySet<string> {
  const ids = groups.flatMap(({ pictures }) => {
    const keeper = proposedKeeper(pictures);
    return pictures
      .filter((picture) => isFree(picture) && !(decided.get(picture.id) ?? picture.id === keeper.id))
      .map(({ id }) => id);
  });
  return new Set(ids);
}

/** What is to be moved, each with the one of its group that stays; where the person keeps none, without. */
export function movesOf(groups: readonly PictureGroup[], aside: ReadonlySet<string>): WantedMove[] {
  return groups.flatMap(({ pictures }) => {
    const kept = pictures.filter(({ id }) => !aside.has(id));
    const keeper = kept.length === 0 ? undefined : proposedKeeper(kept).id;
    return pictures.filter(({ id }) => aside.has(id)).map(({ id }) => ({ id, keeper }));
  });
}

/** What was only sent to the server is kept nowhere, and so is none to rely on. */
function proposedKeeper(pictures: readonly Picture[]): Picture {
  const there = pictures.filter(({ source }) => source !== 'sent');
  return keeperOf(there.length > 0 ? there : pictures);
}
