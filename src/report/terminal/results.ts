import { formatRange, formatRate } from '../format.ts';
import { type Results, resultRows } from '../result-rows.ts';
import { renderTable } from './table.ts';

/** The results as a plain-text table: value, 95 % interval, raw pixels, majority. */
export function renderResults(results: Results): string {
  return renderTable({
    header: ['', 'value', '95 % interval', 'raw pixels', 'majority'],
    rows: resultRows(results).map(({ name, estimate, rawPixels, majority }) => [
      name,
      formatRate(estimate.value),
      formatRange(estimate),
      formatRate(rawPixels),
      formatRate(majority),
    ]),
  });
}
