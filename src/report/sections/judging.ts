import { escapeHtml } from '../escape.ts';
import { confusionTable } from '../figures/confusion-table.ts';
import { precisionRecallFigure, precisionRecallZoom, rocFigure, rocZoom } from '../figures/curves.ts';
import { detFigure } from '../figures/det-curve.ts';
import { histogramFigure } from '../figures/histogram.ts';
import { reliabilityDiagram } from '../figures/reliability-diagram.ts';
import { formatCount, formatRange, formatRate, NOTHING } from '../format.ts';
import { figureGrid, type NamedFigure, section } from '../page.ts';
import type { ReportData } from '../report-data.ts';

/** Distances, verdicts and the two curves. */
export function judgingSection(report: ReportData): string {
  const { histogram, verification, roc, precisionRecall } = report;
  const { confusion, threshold } = verification;
  const zoomNote = (zoom: number) =>
    zoom < 1
      ? ` Only the outer ${Math.round(zoom * 100)}\u202f% of each axis is shown, where the curve bends.`
      : '';
  const drawn: NamedFigure[] = [];
  if (histogram !== null) {
    drawn.push([
      histogramFigure({ histogram, threshold }),
      'Distances',
      'The less the two humps overlap, the better; what lies on the wrong side of the threshold is an error.',
    ]);
  }
  drawn.push([
    confusionTable(confusion),
    'Verdicts',
    'Rows are the truth, columns the verdict; percentages are shares of their row, and the marked diagonal is right.',
  ]);
  drawn.push([
    rocFigure({ points: roc, confusion }),
    'ROC curve',
    `Each point is a threshold; the nearer to the upper left corner, the better.${roc.length === 0 ? '' : zoomNote(rocZoom(roc))}`,
  ]);
  drawn.push([
    precisionRecallFigure({ points: precisionRecall, confusion }),
    'Precision and recall',
    `Going right finds more of the similar pairs; how far the line stays up is how long the finds stay right.${precisionRecall.length === 0 ? '' : zoomNote(precisionRecallZoom(precisionRecall))}`,
  ]);
  drawn.push([
    detFigure({ points: roc, confusion }),
    'Detection error trade-off',
    'The same thresholds by their two kinds of error, on a scale that shows small rates; the nearer to the lower left corner, the better.',
  ]);
  if (report.reliability != null) {
    drawn.push([
      reliabilityDiagram(report.reliability),
      'Reliability',
      `Of the pairs to which a probability is given, so many are similar; points on the diagonal are right. Expected calibration error ${formatRate(report.reliability.ece)} over ${report.reliability.bins.length} bins of equal size.`,
    ]);
  }
  return section('Telling same from different', '', figureGrid(drawn) + hardestClasses(report));
}

function hardestClasses({ hardestClasses: classes, data }: ReportData): string {
  if (classes.length === 0) return '';
  const rows = classes.map(
    ({ name, numPairs, accuracy, numMissed, numMistaken, mistakenFor }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number"><b>${formatRate(accuracy.value)}</b></td><td class="number quiet">${formatRange(accuracy)}</td>` +
      `<td class="number quiet">${formatCount(numPairs)}</td><td class="number quiet">${formatCount(numMissed)}</td><td class="number quiet">${formatCount(numMistaken)}</td>` +
      `<td class="aside">${mistakenFor === null ? NOTHING : `${escapeHtml(mistakenFor.name)} (${formatCount(mistakenFor.numPairs)})`}</td></tr>`,
  );
  const all = data.classNames.length <= classes.length ? '' : ` of ${formatCount(data.classNames.length)}`;
  return (
    `<h3>Classes, the hardest first</h3><p class="lead">The ${formatCount(classes.length)}${all} classes whose pairs are judged least well: <i>missed</i> are two of a class called different, <i>mistaken</i> are one of it and another thing called the same, and the last column says which thing most often.</p>` +
    `<div class="scroll" tabindex="0"><table id="classes"><thead><tr><th></th><th class="number">accuracy</th><th class="number">95\u202f% interval</th><th class="number">pairs</th><th class="number">missed</th><th class="number">mistaken</th><th class="aside">most often for</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
  );
}
