import { escapeHtml } from '../escape.ts';
import { formatNumber } from '../format.ts';
import { drawFrame, drawMark, drawNothing, linePath, num, SERIES_COLORS } from './frame.ts';

export interface Series {
  readonly name: string;
  /** x and y; a y of null or NaN leaves a gap. */
  readonly points: readonly (readonly [number, number | null])[];
}

export interface LineChartOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** At most four, so that each keeps a colour of its own. */
  readonly series: readonly Series[];
  /** A vertical line, the kept epoch for one. */
  readonly mark?: { readonly x: number; readonly label: string } | null;
  /** Whether the y axis starts at 0. Default false. */
  readonly isFromZero?: boolean;
}

/** Lines over a shared axis as SVG, such as a loss by epoch; points show as dots where they are few, and tell their number. */
export function lineChart(options: LineChartOptions): string {
  const { title, xLabel, yLabel, mark = null, isFromZero = false } = options;
  const series = options.series.slice(0, SERIES_COLORS.length).map(({ name, points }, i) => ({
    name,
    color: SERIES_COLORS[i],
    points: points.map(([x, y]) => [x, y ?? Number.NaN] as const),
  }));
  const finite = series
    .flatMap(({ points }) => points)
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (finite.length === 0) return drawNothing(title, 'Nothing was recorded');
  const drawn = series.filter(({ points }) => points.some(([, y]) => Number.isFinite(y)));
  const xs = finite.map(([x]) => x);
  const ys = finite.map(([, y]) => y);
  const span = Math.max(...xs) - Math.min(...xs);
  const pad = span === 0 ? 1 : span * 0.02; // room for the outer dots
  return drawFrame({
    title,
    x: {
      label: xLabel,
      min: Math.min(...xs) - pad,
      max: Math.max(...xs) + pad,
      isWhole: xs.every(Number.isInteger),
    },
    y: {
      label: yLabel,
      min: isFromZero ? Math.min(0, ...ys) : Math.min(...ys),
      max: Math.max(...ys),
      isNice: true,
    },
    legend: drawn.map(({ name, color }) => ({ name, color })),
    draw: (x, y) => {
      const lines = drawn.map(({ name, color, points }) => {
        const places = points.map(([px, py]) => [x.at(px), y.at(py)] as const);
        const path = `<path d="${linePath(places)}" fill="none" stroke="${color}" stroke-width="2.2" stroke-linejoin="round"/>`;
        const isCrowded = points.length > 40;
        const dots = points.flatMap(([px, py], i) => {
          if (!Number.isFinite(py)) return [];
          const [cx, cy] = places[i];
          const told = escapeHtml(`${xLabel} ${formatNumber(px)}, ${name}: ${formatNumber(py)}`);
          const look = isCrowded ? 'r="4" fill-opacity="0"' : 'r="2.6"';
          return `<circle cx="${num(cx)}" cy="${num(cy)}" ${look} fill="${color}"><title>${told}</title></circle>`;
        });
        return path + dots.join('');
      });
      const isSeen = mark !== null && mark.x >= x.min && mark.x <= x.max;
      return lines.join('') + (isSeen ? drawMark(x.at(mark.x), mark.label) : '');
    },
  });
}
