import { createHash } from 'node:crypto';
import type { MapPoint, ProjectionName } from '../../projection/index.ts';
import { escapeHtml, imageSource } from '../escape.ts';
import { classColor } from '../figures/class-colors.ts';
import { boundsOf, fitInto } from '../figures/map-layout.ts';
import { MAP_READING } from '../map-reading.ts';
import type { SpriteSheets } from '../sprite-sheet.ts';
import { createCamera } from './camera.ts';
import { createControls } from './controls.ts';
import type { MapPageData } from './page-data.ts';
import { createPainter } from './painter.ts';
import { MAP_STYLES } from './styles.ts';
import { startViewer } from './viewer.ts';

export interface MapPageOptions {
  readonly title: string;
  readonly subtitle: string;
  readonly method: ProjectionName;
  /** In any unit. */
  readonly points: readonly MapPoint[];
  /** Index into `classNames`, or −1, of each point. */
  readonly labels: readonly number[];
  readonly classNames: readonly string[];
  /** File name, or place in the data, of each point. */
  readonly names: readonly string[];
  readonly sprites: SpriteSheets;
  /** Nearest images of each, nearest first; null where the model compares by a learned head. */
  readonly neighbours: readonly (readonly { readonly index: number; readonly distance: number }[])[] | null;
  /** Whether colours tell the classes. Default true. */
  readonly isColored?: boolean;
}

/**
 * The map as one HTML page that needs no network and no other file: the images are its points; wheel, fingers, keys or
 * buttons zoom and move it; pointing at an image shows it with its nearest ones. Only the page's own script may run.
 */
export function renderMapPage(options: MapPageOptions): string {
  const { title, subtitle, method } = options;
  const script = `(${startViewer})(JSON.parse(document.getElementById('map-data').textContent), { createCamera: ${createCamera}, createPainter: ${createPainter}, createControls: ${createControls} });`;
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(title)}</title><style>${MAP_STYLES}</style></head><body>
<header><h1>${escapeHtml(title)}</h1><p>${escapeHtml(subtitle)}. ${MAP_READING[method]}</p></header>
<div class="stage"><canvas id="map" tabindex="0" aria-label="The map. Arrow keys go from image to image, plus and minus zoom, 0 shows all, Escape lets go." role="application"></canvas>
<div class="tools"><button type="button" id="zoom-in" aria-label="Zoom in">+</button><button type="button" id="zoom-out" aria-label="Zoom out">−</button><button type="button" id="fit">Show all</button><label><input type="checkbox" id="images" checked>Images</label></div></div>
<aside><div id="card" aria-live="polite" hidden></div>
<p class="hint">Point at an image to see it with its nearest ones; click to keep it. Arrow keys walk from image to image.</p>
<div class="choose"><input type="search" id="filter" placeholder="Find a class" aria-label="Find a class"><button type="button" id="all">All</button><button type="button" id="none">None</button></div>
<ul id="legend"></ul></aside>
<script type="application/json" id="map-data">${JSON.stringify(dataOf(options)).replaceAll('<', '\\u003c')}</script>
<script>${script}</script></body></html>
`;
}

function dataOf(options: MapPageOptions): MapPageData {
  const { points, labels, classNames, names, sprites, neighbours, isColored = true } = options;
  const place = fitInto(boundsOf(points), { width: 1, height: 1, padding: 0 });
  const round = (value: number, digits: number) => Number(value.toFixed(digits));
  return {
    places: points.flatMap((point) => place(point).map((value) => round(value, 5))),
    labels,
    classNames,
    colors: [...classNames.keys(), -1].map((label) => classColor(isColored ? label : -1)),
    names,
    sprites: { ...sprites, uris: sprites.uris.map(imageSource) },
    neighbours:
      neighbours?.map((found) => found.map(({ index, distance }) => [index, round(distance, 4)] as const)) ??
      null,
  };
}
