import type { Confusion } from '../../evaluate/index.ts';
import { formatCount, formatPercent } from '../format.ts';

/** Verdicts against truth as an HTML table; each cell with its share of the row. */
export function confusionTable(confusion: Confusion): string {
  const { truePositive, falsePositive, trueNegative, falseNegative } = confusion;
  const cell = (count: number, other: number, isRight: boolean) => {
    const share = count + other === 0 ? null : count / (count + other);
    return `<td class="${isRight ? 'right' : 'wrong'}"><b>${formatCount(count)}</b><span>${formatPercent(share)} ${isRight ? '✓' : '✗'}</span></td>`;
  };
  return (
    '<table class="confusion"><thead><tr><th></th><th scope="col">called same</th><th scope="col">called different</th></tr></thead><tbody>' +
    `<tr><th scope="row">similar</th>${cell(truePositive, falseNegative, true)}${cell(falseNegative, truePositive, false)}</tr>` +
    `<tr><th scope="row">dissimilar</th>${cell(falsePositive, trueNegative, false)}${cell(trueNegative, falsePositive, true)}</tr>` +
    '</tbody></table>'
  );
}
