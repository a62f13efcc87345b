import { escapeHtml } from '../escape.ts';
import { formatNumber } from '../format.ts';
import { drawFrame, drawMark, drawNothing, linePath, num, SERIES_COLORS } from './frame.ts';
import type { Scale } from './scale.ts';

export interface Series {
  readonly name: string;
  /** x and y; a y of null or NaN leaves a gap. */
  readonly points: readonly (readonly [number, number | null])[];
  /** Lower and upper edge of an area around the line, one for each point; null leaves a gap. */
  readonly band?: readonly (readonly [low: number, high: number] | null)[];
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
  const series = options.series.slice(0, SERIES_COLORS.length).map(({ name, points, band = [] }, i) => ({
    name,
    color: SERIES_COLORS[i],
    points: points.map(([x, y]) => [x, y ?? Number.NaN] as const),
    edges: points.flatMap(([x], at): Edge[] => {
      const ends = band[at] ?? null;
      return ends?.every(Number.isFinite) ? [{ at, x, low: ends[0], high: ends[1] }] : [];
    }),
  }));
  const finite = series
    .flatMap(({ points }) => points)
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (finite.length === 0) return drawNothing(title, 'Nothing was recorded');
  const drawn = series.filter(({ points }) => points.some(([, y]) => Number.isFinite(y)));
  const xs = finite.map(([x]) => x);
  const ys = [
    ...finite.map(([, y]) => y),
    ...drawn.flatMap(({ edges }) => edges.flatMap(({ low, high }) => [low, high])),
  ];
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
      const areas = drawn.map(({ color, edges }) => drawBand(edges, color, x, y));
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
      return areas.join('') + lines.join('') + (isSeen ? drawMark(x.at(mark.x), mark.label) : '');
    },
  });
}

/** A stretch of a band at one x; `at` is its place among the points of its series. */
interface Edge {
  readonly at: number;
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

/** One area for each run of neighbours; a point that stands alone gets an upright bar. */
function drawBand(edges: readonly Edge[], color: string, x: Scale, y: Scale): string {
  const runs: Edge[][] = [];
  for (const edge of edges) {
    const run = runs.at(-1);
    if (run?.at(-1)?.at === edge.at - 1) run.push(edge);
    else runs.push([edge]);
  }
  const place = (value: number, from: Edge) => [x.at(from.x), y.at(value)] as const;
  return runs
    .map((run) => {
      const above = run.map((edge) => place(edge.high, edge));
      const below = run.map((edge) => place(edge.low, edge)).toReversed();
      return run.length === 1
        ? `<path d="${linePath([...above, ...below])}" stroke="${color}" stroke-width="10" stroke-opacity=".2"/>`
        : `<path d="${linePath([...above, ...below])}Z" fill="${color}" fill-opacity=".2"/>`;
    })
    .join('');
}
