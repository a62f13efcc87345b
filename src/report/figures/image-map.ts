import type { MapPoint, ProjectionName } from '../../projection/index.ts';
import { escapeHtml, imageSource } from '../escape.ts';
import type { SpriteSheets } from '../sprite-sheet.ts';
import { classColor } from './class-colors.ts';
import { num } from './frame.ts';
import { boundsOf, classMedians, fitInto, pushApart } from './map-layout.ts';

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

/** More names than this only cover the images. */
const MAX_NAMES = 40;

/** Of an image, in per cent of the map's side: four hundred fill half of it. */
const SIZE = 3;

/** The style sheet of the map; a page needs it once. */
export const IMAGE_MAP_STYLES = `
.image-map { position: relative; width: 100%; max-width: 860px; aspect-ratio: 1; margin: 20px auto 0; background: var(--card, #fff); border: 1px solid var(--rule, #e3dfd6); border-radius: 12px; }
.image-map b { position: absolute; z-index: 2; transform: translate(-50%, -100%); pointer-events: none; font-size: .9rem; font-weight: 650; color: var(--ink, #1d1c1a);
  text-shadow: 0 0 3px var(--card, #fff), 0 0 3px var(--card, #fff), 0 0 5px var(--card, #fff), 0 0 8px var(--card, #fff); }
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
  const medians = classMedians(places, labels);
  const drawn = medians.length > MAX_NAMES ? [] : medians;
  const captions = drawn.map(({ label, at: [x] }) => {
    const own = places.filter((_, i) => labels[i] === label).map(([, y]) => y);
    // Above the heap, as far as a stray image allows.
    const top = own.sort((a, b) => a - b)[Math.floor(own.length / 20)] - SIZE * 0.6;
    return `<b style="left:${num(x)}%;top:${num(top)}%">${escapeHtml(classNames[label])}</b>`;
  });
  return (
    `<style>.image-map i{background-image:url(${imageSource(sprites.uris[0] ?? '')});background-size:${columns * 100}% ${rows * 100}%;--w:${num(cellWidth / longest)};--h:${num(cellHeight / longest)}}</style>` +
    `<div class="image-map">${images.join('')}${captions.join('')}</div>`
  );
}
