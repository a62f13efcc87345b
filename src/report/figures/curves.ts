import type { Confusion, PrecisionRecallPoint, RocPoint } from '../../evaluate/index.ts';
import { COLORS, drawFrame, drawNothing, linePath, num, text } from './frame.ts';
import type { Scale } from './scale.ts';

/** Windows onto the corner where a good curve lives: shares of each axis. */
const ZOOMS = [0.01, 0.02, 0.05, 0.1, 0.2] as const;

export interface RocFigureOptions {
  readonly points: readonly RocPoint[];
  /** At the chosen threshold. */
  readonly confusion: Confusion;
}

export interface PrecisionRecallFigureOptions {
  readonly points: readonly PrecisionRecallPoint[];
  /** At the chosen threshold. */
  readonly confusion: Confusion;
}

/** The ROC curve as SVG with the chosen threshold marked, zoomed to the corner where a good curve would hide. */
export function rocFigure({ points, confusion }: RocFigureOptions): string {
  const title = 'ROC curve with the chosen threshold';
  if (points.length === 0) return drawNothing(title, 'Needs similar and dissimilar pairs');
  const zoom = rocZoom(points);
  const { truePositive, falsePositive, trueNegative, falseNegative } = confusion;
  return drawFrame({
    title,
    x: { label: 'Dissimilar pairs called the same', min: 0, max: zoom },
    y: { label: 'Similar pairs found', min: 1 - zoom, max: 1 },
    legend: [],
    draw: (x, y) =>
      `<path d="${linePath([
        [x.at(0), y.at(0)],
        [x.at(1), y.at(1)],
      ])}" stroke="${COLORS.muted}" stroke-dasharray="2 4"/>` +
      drawCurve(points.map((point) => [x.at(point.falsePositiveRate), y.at(point.truePositiveRate)])) +
      drawPoint(
        x,
        y,
        falsePositive / (falsePositive + trueNegative),
        truePositive / (truePositive + falseNegative),
      ),
  });
}

/** The precision–recall curve as SVG with the chosen threshold marked, zoomed like the ROC curve. */
export function precisionRecallFigure({ points, confusion }: PrecisionRecallFigureOptions): string {
  const title = 'Precision–recall curve with the chosen threshold';
  if (points.length === 0) return drawNothing(title, 'Needs similar pairs');
  const zoom = precisionRecallZoom(points);
  const { truePositive, falsePositive, falseNegative } = confusion;
  return drawFrame({
    title,
    x: { label: 'Recall: similar pairs found', min: 1 - zoom, max: 1 },
    y: { label: 'Precision: finds that are right', min: 1 - zoom, max: 1 },
    legend: [],
    draw: (x, y) =>
      drawCurve(points.map((point) => [x.at(point.recall), y.at(point.precision)])) +
      drawPoint(
        x,
        y,
        truePositive / (truePositive + falseNegative),
        truePositive / (truePositive + falsePositive),
      ),
  });
}

/** Share of each axis that `rocFigure` shows: 1 is all of it. */
export function rocZoom(points: readonly RocPoint[]): number {
  const corner = Math.min(
    ...points.map((point) => Math.max(point.falsePositiveRate, 1 - point.truePositiveRate)),
  );
  return zoomFor(corner);
}

/** Share of each axis that `precisionRecallFigure` shows: 1 is all of it. */
export function precisionRecallZoom(points: readonly PrecisionRecallPoint[]): number {
  return zoomFor(Math.min(...points.map((point) => Math.max(1 - point.recall, 1 - point.precision))));
}

/** The closest window that leaves the curve's corner in its inner third. */
function zoomFor(corner: number): number {
  return ZOOMS.find((zoom) => corner < zoom / 3) ?? 1;
}

function drawCurve(points: readonly (readonly [number, number])[]): string {
  return `<path d="${linePath(points)}" fill="none" stroke="${COLORS.similar}" stroke-width="2.4" stroke-linejoin="round"/>`;
}

/** The chosen threshold; not drawn where it has no place on the curve. */
function drawPoint(x: Scale, y: Scale, valueX: number, valueY: number): string {
  if (!Number.isFinite(valueX) || !Number.isFinite(valueY)) return '';
  const left = x.at(valueX);
  const top = y.at(valueY);
  const isLeft = left > x.at(x.max) * 0.6;
  return (
    `<circle cx="${num(left)}" cy="${num(top)}" r="5.5" fill="${COLORS.dissimilar}" stroke="var(--paper, #fff)" stroke-width="2"/>` +
    text(left + (isLeft ? -11 : 11), top + 18, 'chosen threshold', isLeft ? 'end' : 'start', COLORS.ink)
  );
}
