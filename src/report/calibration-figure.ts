import { writeFileAtomic } from '../base/files.ts';
import type { Reliability } from '../evaluate/index.ts';
import { reliabilityDiagram } from './figures/reliability-diagram.ts';
import { checkPicturePath, rasterize } from './pair-picture.ts';

/**
 * Writes the reliability diagram to a file: PNG, JPEG or WebP, or the SVG itself, by its extension.
 * @throws E_USAGE where the extension is another one; E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function writeReliabilityDiagram(path: string, reliability: Reliability): Promise<void> {
  const format = checkPicturePath(path);
  const svg = onWhite(reliabilityDiagram(reliability));
  await writeFileAtomic(path, format === '.svg' ? svg : await rasterize(svg, format, path));
}

/** A figure of its own: with the colours and the ground that a page would give it, and twice its size in pixels. */
function onWhite(svg: string): string {
  const plain = svg.replace(/var\(--[\w-]+, ([^)]+)\)/g, '$1');
  return plain.replace(/^<svg ([^>]*)>/, (_, attributes: string) => {
    const [, , , width, height] = /viewBox="(\S+) (\S+) (\S+) (\S+)"/.exec(attributes)!;
    return `<svg ${attributes} width="${2 * Number(width)}" height="${2 * Number(height)}"><rect width="100%" height="100%" fill="#ffffff"/>`;
  });
}
