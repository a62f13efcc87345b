import { formatRange, formatRate } from '../format.ts';
import { section } from '../page.ts';
import { isThresholdFixed, type ReportData } from '../report-data.ts';
import { resultRows } from '../result-rows.ts';

/** Every number with its interval and what it has to beat. */
export function numbersSection(report: ReportData): string {
  const { frozenFeatures = null } = report;
  const rows = resultRows(report).map(
    ({ name, estimate, frozen, rawPixels, majority }) =>
      `<tr><th scope="row">${name}</th><td class="number"><b>${formatRate(estimate.value)}</b></td><td class="number quiet">${formatRange(estimate)}</td>` +
      (frozenFeatures === null ? '' : `<td class="number quiet">${formatRate(frozen)}</td>`) +
      `<td class="number quiet">${formatRate(rawPixels)}</td><td class="number quiet">${formatRate(majority)}</td></tr>`,
  );
  return section(
    'The numbers',
    `Each with its 95\u202f% interval, beside what ${frozenFeatures === null ? '' : 'the pretrained network reaches before training (its features by their cosine) and what '}bare pixels reach by the same procedure and what no knowledge at all reaches. ${isThresholdFixed(report.configuration) ? 'The threshold was fixed before training.' : 'The threshold was chosen on validation pairs.'}`,
    `<div class="scroll" tabindex="0"><table id="numbers"><thead><tr><th></th><th class="number">value</th><th class="number">95\u202f% interval</th>${frozenFeatures === null ? '' : '<th class="number">before training</th>'}<th class="number">raw pixels</th><th class="number">majority, chance</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
  );
}
