import { formatCount, formatNumber, formatRate } from '../format.ts';
import type { EpochMetrics } from '../report-data.ts';

interface Column {
  readonly name: string;
  readonly of: (epoch: EpochMetrics) => number | null | undefined;
  readonly format: (value: number | null) => string;
}

const COLUMNS: readonly Column[] = [
  { name: 'loss', of: (epoch) => epoch.trainLoss, format: formatNumber },
  { name: 'validation loss', of: (epoch) => epoch.validationLoss, format: formatNumber },
  { name: 'accuracy', of: (epoch) => epoch.validationAccuracy, format: formatRate },
  { name: 'precision', of: (epoch) => epoch.validationPrecision, format: formatRate },
  { name: 'recall', of: (epoch) => epoch.validationRecall, format: formatRate },
  { name: 'AUC', of: (epoch) => epoch.validationAuc, format: formatRate },
  { name: 'episodes', of: (epoch) => epoch.validationEpisodes, format: formatRate },
  { name: 'recall at .80', of: (epoch) => epoch.validationRecallAtPrecision?.['.80'], format: formatRate },
  { name: 'recall at .90', of: (epoch) => epoch.validationRecallAtPrecision?.['.90'], format: formatRate },
  { name: 'recall at .95', of: (epoch) => epoch.validationRecallAtPrecision?.['.95'], format: formatRate },
  { name: 'learning rate', of: (epoch) => epoch.learningRate, format: formatNumber },
  { name: 'images/s', of: (epoch) => epoch.imagesPerSecond, format: formatCount },
];

/**
 * The epochs as an HTML table, a row each; columns that nothing was recorded for are left out. Each cell has its number
 * unrounded in `data-value`.
 */
export function epochTable(epochs: readonly EpochMetrics[], bestEpoch: number | null): string {
  const columns = COLUMNS.filter(({ of }) => epochs.some((epoch) => typeof of(epoch) === 'number'));
  const head = columns.map(({ name }) => `<th class="number">${name}</th>`);
  const rows = epochs.map((epoch) => {
    const cells = columns.map(({ name, of, format }) => {
      const value = of(epoch) ?? null;
      const exact = value === null || !Number.isFinite(value) ? '' : ` data-value="${value}"`;
      return `<td class="number" data-name="${name}"${exact}>${format(value)}</td>`;
    });
    const isKept = epoch.epoch === bestEpoch;
    return `<tr data-epoch="${epoch.epoch}"${isKept ? ' class="kept"' : ''}><th scope="row">${epoch.epoch}${isKept ? ' ★' : ''}</th>${cells.join('')}</tr>`;
  });
  return `<div class="scroll tall" tabindex="0"><table id="epochs"><thead><tr><th>epoch</th>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
