import { basename } from 'node:path';
import { decodeImage, readImageShape } from '../data/pixels/decode.ts';
import type { Comparison } from '../model/judge.ts';
import { type NamedImage, writePairPicture } from '../report/index.ts';

/** Larger images are reduced to this before they are drawn: more than the picture has room for. */
const LONGEST_SIDE = 1024;

/**
 * Writes two image files side by side as one picture, marked similar or not similar: PNG, JPEG, WebP or SVG.
 * @throws E_USAGE where the extension is another one; E_IMAGE, E_NOT_FOUND; E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function writeComparison(
  out: string,
  files: readonly [left: string, right: string],
  comparison: Comparison,
): Promise<void> {
  const [left, right] = await Promise.all(files.map(readNamed));
  await writePairPicture(out, { left, right, ...comparison });
}

/** An image in its own proportions, in colour. */
export async function readNamed(path: string): Promise<NamedImage> {
  const { height, width } = await readImageShape(path);
  const factor = Math.min(1, LONGEST_SIDE / Math.max(height, width));
  const shape = {
    height: Math.max(1, Math.round(height * factor)),
    width: Math.max(1, Math.round(width * factor)),
    channels: 3,
  } as const;
  return { pixels: await decodeImage(path, { ...shape, resize: 'stretch' }), shape, name: basename(path) };
}
