import type { Verification } from '../../evaluate/index.ts';
import { formatRange, formatRate } from '../format.ts';
import { type ByNegatives, negativeRows, negativeTitles } from '../negative-rows.ts';
import { renderTable } from './table.ts';

/** The numbers with easy and with hard negatives side by side, as a plain-text table. @param all over all pairs */
export function renderByNegatives(all: Verification, byNegatives: ByNegatives): string {
  return renderTable({
    header: ['negatives', ...negativeTitles(all, byNegatives)],
    rows: negativeRows(all, byNegatives).map(({ name, estimates }) => [
      name,
      ...estimates.map((estimate) => {
        const range = estimate === null || estimate.low === null ? '' : `  ${formatRange(estimate)}`;
        return `${formatRate(estimate?.value ?? null)}${range}`;
      }),
    ]),
  });
}
