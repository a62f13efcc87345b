import type { MapPoint } from '../../projection/index.ts';
import { escapeHtml, imageSource } from '../escape.ts';
import { classColor } from './class-colors.ts';
import { num } from './frame.ts';
import { boundsOf, classMedians, fitInto, withoutOverlap } from './map-layout.ts';

/** A map of images and what they are. */
export interface ScatterMapOptions {
  /** What the map shows, for those who cannot see it. */
  readonly title: string;
  /** In any unit: the drawing is fitted to them. */
  readonly points: readonly MapPoint[];
  /** Index into `classNames`, or −1, of each point. */
  readonly labels: readonly number[];
  readonly classNames: readonly string[];
  /** Whether colours and names tell the classes. Default true; else every point is grey. */
  readonly isColored?: boolean;
  /** Data URIs of the images, to be drawn where there is room. Default: dots alone. */
  readonly images?: readonly string[];
}

const SIDE = 800;
const LEGEND_WIDTH = 190;
const PADDING = 34;
const IMAGE_SIZE = 26;
/** Of a picture, in the colour of its class. */
const EDGE = 2;
const MAX_LEGEND = 20;
const MAX_NAMES = 60;
const FONT = 'font-family="ui-sans-serif, system-ui, Helvetica, Arial, sans-serif"';

/**
 * A map as one SVG: a dot or a picture for each image, coloured by class, class names at the medians, and a legend up to
 * twenty classes. Over pictures the legend alone has the names, which would cover them. No axes: a map has no units that mean anything by themselves. Made for paper: black on white.
 */
export function scatterMap(options: ScatterMapOptions): string {
  const { title, points, labels, classNames, isColored = true, images } = options;
  const place = fitInto(boundsOf(points), { width: SIDE, height: SIDE, padding: PADDING });
  const places = points.map(place);
  const colorOf = (label: number) => classColor(isColored ? label : -1);
  const present = [...new Set(labels)].filter((label) => label >= 0).sort((a, b) => a - b);
  const hasLegend = isColored && present.length > 0 && present.length <= MAX_LEGEND;
  const width = SIDE + (hasLegend ? LEGEND_WIDTH : 0);
  const pictured = images === undefined ? [] : withoutOverlap(places, IMAGE_SIZE + EDGE);
  const isPictured = new Set(pictured);
  const radius = points.length > 1500 ? 2.4 : points.length > 300 ? 3 : 4.5;
  const dots = places.map(([x, y], i) =>
    isPictured.has(i)
      ? ''
      : `<circle cx="${num(x)}" cy="${num(y)}" r="${radius}" fill="${colorOf(labels[i])}" fill-opacity=".72"/>`,
  );
  const pictures = pictured.map((i) => drawPicture(places[i], images![i], colorOf(labels[i])));
  const names =
    isColored && !(hasLegend && images !== undefined) && present.length <= MAX_NAMES
      ? drawNames(places, labels, classNames).join('')
      : '';
  const legend = hasLegend ? drawLegend(present, classNames) : '';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${SIDE}" width="${width}" height="${SIDE}" role="img" aria-label="${escapeHtml(title)}" ${FONT}>` +
    `<title>${escapeHtml(title)}</title><rect width="${width}" height="${SIDE}" fill="#ffffff"/>` +
    `${dots.join('')}${pictures.join('')}${names}${legend}</svg>\n`
  );
}

function drawPicture([x, y]: MapPoint, uri: string, color: string): string {
  const [left, top] = [x - IMAGE_SIZE / 2, y - IMAGE_SIZE / 2];
  return (
    `<rect x="${num(left - EDGE)}" y="${num(top - EDGE)}" width="${IMAGE_SIZE + 2 * EDGE}" height="${IMAGE_SIZE + 2 * EDGE}" rx="2" fill="${color}"/>` +
    `<image x="${num(left)}" y="${num(top)}" width="${IMAGE_SIZE}" height="${IMAGE_SIZE}" href="${imageSource(uri)}"/>`
  );
}

const NAME_SIZE = 19;

/** Class names with a white edge, moved apart where they would cover each other. */
function drawNames(
  places: readonly MapPoint[],
  labels: readonly number[],
  classNames: readonly string[],
): string[] {
  const names = classMedians(places, labels).map(({ label, at: [x, y] }) => {
    const text = shorten(classNames[label], 22);
    const halfWidth = text.length * NAME_SIZE * 0.29;
    return { text, halfWidth, x: Math.max(halfWidth + 4, Math.min(SIDE - halfWidth - 4, x)), y };
  });
  const drawn: typeof names = [];
  for (const name of names.sort((a, b) => a.y - b.y)) {
    for (const other of drawn) {
      const isBeside = Math.abs(other.x - name.x) > other.halfWidth + name.halfWidth;
      if (!isBeside && Math.abs(other.y - name.y) < NAME_SIZE) name.y = other.y + NAME_SIZE;
    }
    drawn.push(name);
  }
  return drawn.map(({ text, x, y }) => {
    const at = `x="${num(x)}" y="${num(Math.min(SIDE - 6, y + NAME_SIZE / 3))}" text-anchor="middle" font-size="${NAME_SIZE}" font-weight="650"`;
    const content = escapeHtml(text);
    return (
      `<text ${at} fill="none" stroke="#ffffff" stroke-width="4.5" stroke-linejoin="round" stroke-opacity=".9">${content}</text>` +
      `<text ${at} fill="#1d1c1a">${content}</text>`
    );
  });
}

function drawLegend(present: readonly number[], classNames: readonly string[]): string {
  const rowHeight = 26;
  const top = (SIDE - present.length * rowHeight) / 2;
  return present
    .map((label, i) => {
      const y = top + (i + 0.5) * rowHeight;
      return (
        `<circle cx="${SIDE + 14}" cy="${num(y)}" r="6" fill="${classColor(label)}"/>` +
        `<text x="${SIDE + 28}" y="${num(y + 5)}" font-size="15" fill="#1d1c1a">${escapeHtml(shorten(classNames[label], 20))}</text>`
      );
    })
    .join('');
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
