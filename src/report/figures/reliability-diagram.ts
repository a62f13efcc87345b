import type { Reliability } from '../../evaluate/index.ts';
import { escapeHtml } from '../escape.ts';
import { formatCount, formatRate } from '../format.ts';
import { COLORS, drawFrame, drawNothing, linePath, num } from './frame.ts';

/** What was said against what was found: points on the diagonal are right, with the interval of each as a line. */
export function reliabilityDiagram({ bins }: Reliability): string {
  const title = 'Reliability: probability against share of similar pairs';
  if (bins.length === 0) return drawNothing(title, 'Needs pairs');
  return drawFrame({
    title,
    x: { label: 'Probability of being the same', min: -0.02, max: 1.02 },
    y: { label: 'Share of pairs that are similar', min: -0.02, max: 1.02 },
    legend: [],
    draw: (x, y) => {
      const places = bins.map(
        ({ probability, similar }) => [x.at(probability), y.at(similar.value)] as const,
      );
      const diagonal = linePath([
        [x.at(0), y.at(0)],
        [x.at(1), y.at(1)],
      ]);
      const ranges = bins.map(
        ({ similar }, i) =>
          `<path d="M${num(places[i][0])} ${num(y.at(similar.low))}V${num(y.at(similar.high))}" stroke="${COLORS.similar}" stroke-opacity=".45" stroke-width="2"/>`,
      );
      const dots = bins.map(({ numPairs, probability, similar }, i) => {
        const told = escapeHtml(
          `said ${formatRate(probability)}, found ${formatRate(similar.value)} of ${formatCount(numPairs)} pairs`,
        );
        return `<circle cx="${num(places[i][0])}" cy="${num(places[i][1])}" r="4" fill="${COLORS.similar}"><title>${told}</title></circle>`;
      });
      return (
        `<path d="${diagonal}" stroke="${COLORS.muted}" stroke-dasharray="2 4"/>` +
        `<path d="${linePath(places)}" fill="none" stroke="${COLORS.similar}" stroke-width="1.6" stroke-linejoin="round"/>` +
        ranges.join('') +
        dots.join('')
      );
    },
  });
}
