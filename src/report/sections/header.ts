import { escapeHtml } from '../escape.ts';
import {
  formatCount,
  formatDistanceName,
  formatDuration,
  formatNumber,
  formatPercent,
  formatRange,
  formatRate,
  formatRatio,
} from '../format.ts';
import { tile } from '../page.ts';
import type { ReportData } from '../report-data.ts';

/** What was trained on what, and the few numbers that say how it went. */
export function headerSection(report: ReportData): string {
  const { title, data, model, verification } = report;
  const numClasses = data.classNames.length;
  const inClasses =
    numClasses === 0 ? '' : ` in ${formatCount(numClasses)} ${numClasses === 1 ? 'class' : 'classes'}`;
  const parts = data.splits.map(({ name, numImages }) => `${formatCount(numImages)} ${escapeHtml(name)}`);
  return (
    `<header><h1>${escapeHtml(title)}</h1><p>Learned from ${escapeHtml(data.name)}: ` +
    `${formatCount(data.numImages)} images${inClasses}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}, ` +
    `by the network ${escapeHtml(model.network)} with ${formatCount(model.numParameters)} parameters and the loss ${escapeHtml(model.loss)}. ` +
    `Measured on ${formatCount(verification.numPairs)} pairs, ${formatCount(verification.numSimilar)} of them similar (${formatRatio(verification)}); two images are called the same when their ${formatDistanceName(model.distance)} distance is below ${formatNumber(verification.threshold)}.</p></header>` +
    `<ul class="tiles">${tiles(report).join('')}</ul>`
  );
}

function tiles({ verification, retrieval, rawPixels, cost }: ReportData): string[] {
  const shown = [
    tile(
      'Pair accuracy',
      formatPercent(verification.accuracy.value),
      `95\u202f%: ${formatPercent(verification.accuracy.low)} to ${formatPercent(verification.accuracy.high)}`,
    ),
    tile('AUC', formatRate(verification.auc.value), formatRange(verification.auc)),
  ];
  const first = retrieval?.recallAt[1];
  if (first) shown.push(tile('Nearest is right', formatPercent(first.value), formatRange(first)));
  shown.push(
    tile(
      'Without learning',
      formatPercent(rawPixels?.verification.accuracy.value ?? verification.majorityBaseline),
      rawPixels === null
        ? 'the commoner verdict'
        : `raw pixels; majority ${formatPercent(verification.majorityBaseline)}`,
    ),
  );
  if (cost.trainSeconds !== null) {
    shown.push(
      tile(
        'Trained in',
        formatDuration(cost.trainSeconds),
        cost.trainImagesPerSecond === null ? '' : `${formatCount(cost.trainImagesPerSecond)} images/s`,
      ),
    );
  }
  return shown;
}
