import { formatRange, formatRate } from '../format.ts';
import { negativeRows, negativeTitles } from '../negative-rows.ts';
import { section } from '../page.ts';
import type { ReportData } from '../report-data.ts';

/** The same similar pairs with easy and with hard negatives side by side; empty where pairs have no kinds. */
export function negativesSection({ verification, byNegatives }: ReportData): string {
  if (byNegatives === undefined) return '';
  const titles = negativeTitles(verification, byNegatives);
  const rows = negativeRows(verification, byNegatives).map(({ name, estimates }) => {
    const cells = estimates.map((estimate) => {
      const range = estimate === null || estimate.low === null ? '' : formatRange(estimate);
      // Under each other, so that three columns fit beside each other on a phone.
      return `<td class="number"><b>${formatRate(estimate?.value ?? null)}</b><br><span class="quiet">${range}</span></td>`;
    });
    return `<tr><th scope="row">${name}</th>${cells.join('')}</tr>`;
  });
  const head = titles.map((title) => `<th class="number">${title}</th>`).join('');
  return section(
    'Easy and hard negatives',
    'The same similar pairs each time, beside dissimilar pairs that look little alike (easy), or much (hard). Where the threshold is right for one kind and wrong for the other, precision says so.',
    `<div class="scroll" tabindex="0"><table id="negatives"><thead><tr><th></th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
  );
}
