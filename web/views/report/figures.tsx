import { lineChart } from '../../../src/report/figures/line-chart.ts';
import { SvgFigure } from '../../parts/svg-figure.tsx';
import { TEXT } from '../../text.ts';
import type { Epoch } from './epochs.ts';

/** Lines by epoch, as the report of a finished run has them. */
export function Figures({ epochs }: { readonly epochs: readonly Epoch[] }) {
  const best = epochs.findLast(({ isBest }) => isBest);
  const mark = best ? { x: best.epoch, label: TEXT.report.kept } : null;
  const series = (name: string, of: (epoch: Epoch) => number | null) => ({
    name,
    points: epochs.map((epoch) => [epoch.epoch, of(epoch)] as const),
  });
  const chart = (title: string, lines: readonly ReturnType<typeof series>[]) =>
    lineChart({ title, xLabel: TEXT.report.epoch, yLabel: title, series: lines, mark });
  const has = (of: (epoch: Epoch) => number | null) => epochs.some((epoch) => of(epoch) !== null);
  return (
    <div class="report-figures">
      <SvgFigure
        svg={chart(TEXT.report.loss, [
          series(TEXT.report.training, ({ loss }) => loss),
          ...(has(({ validationLoss }) => validationLoss)
            ? [series(TEXT.report.validation, ({ validationLoss }) => validationLoss)]
            : []),
        ])}
      />
      {has(({ accuracy }) => accuracy) && (
        <SvgFigure
          svg={chart(TEXT.report.accuracy, [series(TEXT.report.validation, ({ accuracy }) => accuracy)])}
        />
      )}
      {has(({ similarDistance }) => similarDistance) && (
        <SvgFigure
          svg={chart(TEXT.report.distances, [
            series(TEXT.report.similar, ({ similarDistance }) => similarDistance),
            series(TEXT.report.dissimilar, ({ dissimilarDistance }) => dissimilarDistance),
          ])}
        />
      )}
    </div>
  );
}
