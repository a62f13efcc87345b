import type { DistanceHistogram } from '../../evaluate/index.ts';
import { formatNumber } from '../format.ts';
import { COLORS, drawFrame, drawMark, drawNothing, num } from './frame.ts';

export interface HistogramFigureOptions {
  readonly histogram: DistanceHistogram;
  readonly threshold: number;
}

/** Distances of similar and of dissimilar pairs as SVG, each kind as shares of its own, with the threshold between. */
export function histogramFigure({ histogram, threshold }: HistogramFigureOptions): string {
  const title = 'Distances of similar and of dissimilar pairs';
  const { edges } = histogram;
  const kinds = [
    { name: 'dissimilar', color: COLORS.dissimilar, counts: histogram.dissimilar },
    { name: 'similar', color: COLORS.similar, counts: histogram.similar },
  ]
    .map((kind) => ({ ...kind, total: kind.counts.reduce((sum, count) => sum + count, 0) }))
    .filter(({ total }) => total > 0)
    .map(({ name, color, counts, total }) => ({ name, color, shares: counts.map((count) => count / total) }));
  if (kinds.length === 0) return drawNothing(title, 'No pairs were measured');
  const highest = Math.max(...kinds.flatMap(({ shares }) => shares));
  return drawFrame({
    title,
    x: { label: 'Distance', min: edges[0], max: Math.max(edges[edges.length - 1], threshold) },
    y: { label: 'Share of pairs', min: 0, max: highest, isNice: true },
    legend: kinds.toReversed(),
    draw: (x, y) =>
      kinds
        .map(({ shares, color }) => {
          let path = `M${num(x.at(edges[0]))} ${num(y.at(0))}`;
          shares.forEach((share, bin) => {
            path += `V${num(y.at(share))}H${num(x.at(edges[bin + 1]))}`;
          });
          return `<path d="${path}V${num(y.at(0))}Z" fill="${color}" fill-opacity=".28" stroke="${color}" stroke-width="1.6"/>`;
        })
        .join('') + drawMark(x.at(threshold), `threshold ${formatNumber(threshold)}`),
  });
}
