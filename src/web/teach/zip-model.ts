/// <reference lib="dom" />
import { zipSync } from 'fflate';

/** Any day will do, as long as it is the same: equal models give equal archives. */
const DAY = new Date(2026, 0, 1);

/** The files of a model as one .zip, which `openModel` and every computer read. Weights hardly shrink, so they are only stored. */
export function zipModel(files: ReadonlyMap<string, Uint8Array>): Blob {
  const zip = zipSync(Object.fromEntries(files), { level: 0, mtime: DAY });
  return new Blob([zip as Uint8Array<ArrayBuffer>], { type: 'application/zip' });
}
