import { formatRange, formatRate } from '../format.ts';
import { type Results, resultRows } from '../result-rows.ts';
import { renderTable } from './table.ts';

/** The results as a plain-text table: value, 95 % interval, the backbone before training, raw pixels, majority. */
export function renderResults(results: Results): string {
  const hasFrozen = (results.frozenFeatures ?? null) !== null;
  return renderTable({
    header: ['', 'value', '95 % interval', ...(hasFrozen ? ['untrained'] : []), 'raw pixels', 'majority'],
    rows: resultRows(results).map(({ name, estimate, frozen, rawPixels, majority }) => [
      name,
      formatRate(estimate.value),
      formatRange(estimate),
      ...(hasFrozen ? [formatRate(frozen)] : []),
      formatRate(rawPixels),
      formatRate(majority),
    ]),
  });
}
