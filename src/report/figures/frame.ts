import { escapeHtml } from '../escape.ts';
import { createScale, type Scale } from './scale.ts';

/** Size of a figure in its own units: as wide as a phone, so that text keeps its size there. */
export const WIDTH = 480;
export const HEIGHT = 320;
const LEFT = 58;
const RIGHT = 22;
const TOP = 40;
const BOTTOM = 50;
/** Room around the data, so that a line along the edge keeps its width. */
const EDGE = 2;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;

/**
 * Colours by role, each with the value that it has where no page sets it. Blue and vermilion are told apart with every
 * common colour blindness (Okabe & Ito 2008).
 */
export const COLORS = {
  ink: 'var(--ink, #1d1c1a)',
  muted: 'var(--muted, #6a675f)',
  rule: 'var(--rule, #e3dfd6)',
  similar: 'var(--similar, #0969b0)',
  dissimilar: 'var(--dissimilar, #c24e00)',
  third: 'var(--third, #007f68)',
  fourth: 'var(--fourth, #9a4f86)',
} as const;

export const SERIES_COLORS = [COLORS.similar, COLORS.dissimilar, COLORS.third, COLORS.fourth] as const;

export interface LegendItem {
  readonly name: string;
  readonly color: string;
  readonly isDashed?: boolean;
}

export interface Axis {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly isNice?: boolean;
  readonly isWhole?: boolean;
}

export interface FrameOptions {
  /** What the figure shows, for those who cannot see it. */
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly legend: readonly LegendItem[];
  /** SVG of the data in the frame's scales, cut off at the plot's edge. */
  readonly draw: (x: Scale, y: Scale) => string;
}

/** A figure with axes, a legend above and the data inside: one SVG string, readable alone or inside a page. */
export function drawFrame({ title, x, y, legend, draw }: FrameOptions): string {
  const xScale = createScale({ ...x, from: 0, to: PLOT_WIDTH });
  const yScale = createScale({ ...y, from: PLOT_HEIGHT, to: 0 });
  const lines: string[] = [];
  for (const tick of yScale.ticks) {
    const place = num(TOP + yScale.at(tick));
    lines.push(`<path d="M${LEFT} ${place}H${WIDTH - RIGHT}" stroke="${COLORS.rule}"/>`);
    lines.push(text(LEFT - 8, TOP + yScale.at(tick) + 4, yScale.label(tick), 'end'));
  }
  for (const tick of xScale.ticks) {
    const place = LEFT + xScale.at(tick);
    lines.push(`<path d="M${num(place)} ${TOP + PLOT_HEIGHT}v5" stroke="${COLORS.muted}"/>`);
    lines.push(text(place, TOP + PLOT_HEIGHT + 19, xScale.label(tick), 'middle'));
  }
  lines.push(`<path d="M${LEFT} ${TOP + PLOT_HEIGHT}H${WIDTH - RIGHT}" stroke="${COLORS.muted}"/>`);
  lines.push(text(LEFT + PLOT_WIDTH, HEIGHT - 10, x.label, 'end'));
  lines.push(text(LEFT, TOP - 10, y.label, 'start'));
  lines.push(drawLegend(legend));
  // The inner svg cuts off what a zoomed curve leaves outside, without an id that two figures could share.
  lines.push(
    `<svg x="${LEFT - EDGE}" y="${TOP - EDGE}" width="${PLOT_WIDTH + 2 * EDGE}" height="${PLOT_HEIGHT + 2 * EDGE}" viewBox="${-EDGE} ${-EDGE} ${PLOT_WIDTH + 2 * EDGE} ${PLOT_HEIGHT + 2 * EDGE}">${draw(xScale, yScale)}</svg>`,
  );
  return drawing(title, lines.join(''));
}

/** The SVG that stands where there is nothing to draw, and says why. */
export function drawNothing(title: string, reason: string): string {
  return drawing(title, text(WIDTH / 2, HEIGHT / 2, reason, 'middle'));
}

/** A coordinate with at most two decimals; what is not finite lands at 0. */
export function num(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : '0';
}

/** Path through points; a point that is not finite breaks the line. */
export function linePath(points: readonly (readonly [number, number])[]): string {
  let path = '';
  let pen = 'M';
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      pen = 'M';
      continue;
    }
    path += `${pen}${num(x)} ${num(y)}`;
    pen = 'L';
  }
  return path;
}

/** A vertical line over the whole plot with its name on the side where there is room. */
export function drawMark(place: number, label: string): string {
  const isLeft = place > PLOT_WIDTH * 0.6;
  const at = place + (isLeft ? -6 : 6);
  // A halo, so that the name can be read where a curve runs through it.
  const halo =
    '<g paint-order="stroke" stroke="var(--paper, #fff)" stroke-width="4" stroke-linejoin="round">';
  return `<path d="M${num(place)} 0V${PLOT_HEIGHT}" stroke="${COLORS.ink}" stroke-dasharray="4 3"/>${halo}${text(at, 26, label, isLeft ? 'end' : 'start', COLORS.ink)}</g>`;
}

export function text(
  x: number,
  y: number,
  content: string,
  anchor: 'start' | 'middle' | 'end',
  color: string = COLORS.muted,
): string {
  return `<text x="${num(x)}" y="${num(y)}" text-anchor="${anchor}" fill="${color}">${escapeHtml(content)}</text>`;
}

/** The SVG around what is drawn, as wide as all figures. */
export function drawing(title: string, content: string, height = HEIGHT): string {
  return `<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(title)}" font-family="ui-sans-serif, system-ui, sans-serif" font-size="13">${content}</svg>`;
}

/** Names from the right edge leftwards; a letter takes about 7 units. */
function drawLegend(items: readonly LegendItem[]): string {
  let right = WIDTH - RIGHT;
  let svg = '';
  for (const { name, color, isDashed } of items.toReversed()) {
    const start = right - name.length * 7;
    const dash = isDashed ? ' stroke-dasharray="4 3"' : '';
    svg =
      `<path d="M${num(start - 24)} ${TOP - 28}h18" stroke="${color}" stroke-width="3"${dash}/>${text(start, TOP - 24, name, 'start', COLORS.ink)}` +
      svg;
    right = start - 40;
  }
  return svg;
}
