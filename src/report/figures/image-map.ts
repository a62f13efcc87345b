import type { MapPoint, ProjectionName } from '../../projection/index.ts';
import { escapeHtml, imageSource } from '../escape.ts';
import type { SpriteSheets } from '../sprite-sheet.ts';
import { classColor } from './class-colors.ts';
import { num } from './frame.ts';
import { boundsOf, fitInto, pushApart } from './map-layout.ts';

/** A map with its images, as a report holds it. */
export interface ImageMap {
  readonly method: ProjectionName;
  /** In any unit. */
  readonly points: readonly MapPoint[];
  /** Index into `classNames`, or −1, of each point. */
  readonly labels: readonly number[];
  readonly classNames: readonly string[];
  /** File name, or place in the data, of each point. */
  readonly names: readonly string[];
  /** The images: one sheet, so that its address stands on the page once. */
  readonly sprites: SpriteSheets;
}

/** More colours than this cannot be told apart. */
const MAX_LEGEND = 20;

/** Of an image, in per cent of the map's side: four hundred fill half of it. */
const SIZE = 3;

/** The style sheet of the map; a page needs it once. */
export const IMAGE_MAP_STYLES = `
.image-map { position: relative; width: 100%; max-width: 860px; aspect-ratio: 1; margin: 20px auto 0; background: var(--card, #fff); border: 1px solid var(--rule, #e3dfd6); border-radius: 12px; }
.image-map-legend { list-style: none; display: flex; flex-wrap: wrap; justify-content: center; gap: 4px 18px; margin: 12px 0 0; padding: 0; font-size: .87rem; }
.image-map-legend s { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 7px; }
.image-map i { position: absolute; left: var(--x); top: var(--y); width: calc(var(--w) * ${SIZE}%); height: calc(var(--h) * ${SIZE}%); transform: translate(-50%, -50%); border: 2px solid; border-radius: 2px; background-color: #000; background-repeat: no-repeat; image-rendering: pixelated; font-style: normal; outline: 0; }
.image-map i:hover, .image-map i:focus { z-index: 3; left: clamp(52px, var(--x), 100% - 52px); width: calc(var(--w) * 112px); height: calc(var(--h) * 112px); box-shadow: 0 6px 24px #0006; }
.image-map i:hover::after, .image-map i:focus::after { content: attr(data-name); position: absolute; left: 50%; top: 100%; transform: translate(-50%, 5px); padding: 2px 8px; border-radius: 6px; background: var(--ink, #1d1c1a); color: var(--paper, #fff); font-size: .78rem; line-height: 1.5; white-space: nowrap; max-width: 210px; overflow: hidden; text-overflow: ellipsis; }
@media (max-width: 600px) { .image-map i { border-width: 1px; } }
`;

/**
 * The images of a map at their places, framed in the colour of their class and moved apart where they would hide one
 * another; pointing at one, or tapping it, enlarges it
 * and names it. Needs no script: HTML for a page whose policy allows data URIs and inline styles alone, with
 * `IMAGE_MAP_STYLES` in its style sheet.
 */
export function imageMap({ points, labels, classNames, names, sprites }: ImageMap): string {
  if (points.length === 0) return '<p class="nothing">There is no image to draw.</p>';
  const { columns, cellWidth, cellHeight } = sprites;
  const rows = Math.ceil(points.length / columns);
  const longest = Math.max(cellWidth, cellHeight);
  // Per cent of the square: what a style can use at every width of the page.
  const place = fitInto(boundsOf(points), { width: 100, height: 100, padding: 9 });
  const places = pushApart(points.map(place), SIZE, 100);
  const share = (index: number, count: number) => num(count < 2 ? 0 : (100 * index) / (count - 1));
  const images = places.map(([x, y], i) => {
    const className = classNames[labels[i]];
    const name = className === undefined ? names[i] : `${className} · ${names[i]}`;
    const [column, row] = [i % columns, Math.floor(i / columns)];
    return `<i tabindex="-1" role="img" aria-label="${escapeHtml(name)}" data-name="${escapeHtml(name)}" style="--x:${num(x)}%;--y:${num(y)}%;border-color:${classColor(labels[i])};background-position:${share(column, columns)}% ${share(row, rows)}%"></i>`;
  });
  const present = [...new Set(labels)].filter((label) => label >= 0).sort((a, b) => a - b);
  const legend = present
    .slice(0, present.length > MAX_LEGEND ? 0 : undefined)
    .map(
      (label) => `<li><s style="background:${classColor(label)}"></s>${escapeHtml(classNames[label])}</li>`,
    );
  return (
    `<style>.image-map i{background-image:url(${imageSource(sprites.uris[0] ?? '')});background-size:${columns * 100}% ${rows * 100}%;--w:${num(cellWidth / longest)};--h:${num(cellHeight / longest)}}</style>` +
    `<div class="image-map">${images.join('')}</div><ul class="image-map-legend">${legend.join('')}</ul>`
  );
}
