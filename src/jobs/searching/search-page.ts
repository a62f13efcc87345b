import { writeFileAtomic } from '../../base/files.ts';
import { forEachInParallel } from '../../data/parallel.ts';
import { renderSearchPage } from '../../report/search/search-page.ts';
import { drawFileThumbnail } from '../thumbnail.ts';
import type { SearchResult } from './search-images.ts';

/** Thumbnails that are drawn at once. */
const NUM_AT_ONCE = 4;

/**
 * Writes what was found as one HTML page that needs no other file.
 * @throws E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function writeSearchPage(
  path: string,
  store: string,
  { queries, recall }: SearchResult,
): Promise<void> {
  const paths = new Set(queries.flatMap(({ found }) => found.map(({ record }) => record.path)));
  for (const query of queries) if (query.path !== undefined) paths.add(query.path);
  const wanted = [...paths];
  const pictures = new Map<string, string>();
  await forEachInParallel(wanted.length, NUM_AT_ONCE, async (i) => {
    const picture = await drawFileThumbnail(wanted[i]);
    if (picture !== undefined) pictures.set(wanted[i], picture);
  });
  const page = renderSearchPage({
    store,
    recall,
    queries: queries.map(({ name, path, method, found }) => ({
      name,
      method,
      picture: path === undefined ? undefined : pictures.get(path),
      found: found.map(({ record, distance, comparison }) => ({
        id: record.id,
        path: record.path,
        label: record.label,
        distance,
        probability: comparison?.probability,
        verdict: comparison?.verdict,
        picture: pictures.get(record.path),
      })),
    })),
  });
  await writeFileAtomic(path, page);
}
