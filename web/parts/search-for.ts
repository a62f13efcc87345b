import { goTo } from '../shell/navigation.ts';
import { fetchFile } from '../source/guarded.ts';
import type { Picture } from '../source/types.ts';
import { query } from '../views/search/query.ts';

/** Searches for what is like a picture of a collection. */
export async function searchFor(picture: Picture): Promise<void> {
  query.set(picture.file ?? (await fileOf(picture)));
  goTo('search');
  scrollTo({ top: 0 });
}

/** The small picture as a file, where the tab no longer has the image itself. */
async function fileOf({ thumbnail, name }: Picture): Promise<File> {
  const data = /^data:([^;]+);base64,(.*)$/.exec(thumbnail);
  if (data !== null) {
    const bytes = Uint8Array.from(atob(data[2]), (letter) => letter.charCodeAt(0));
    return new File([bytes], name, { type: data[1] });
  }
  const blob = await fetchFile(thumbnail);
  return new File([blob], name, { type: blob.type });
}
