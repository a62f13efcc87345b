import { escapeHtml } from './escape.ts';
import { renderPage } from './page.ts';
import type { ReportData } from './report-data.ts';
import { evaluationSection } from './sections/evaluation.ts';
import { pairsSection, searchSection } from './sections/examples.ts';
import { headerSection } from './sections/header.ts';
import { judgingSection } from './sections/judging.ts';
import { learningSection } from './sections/learning.ts';
import { makingSection } from './sections/making.ts';
import { mapSection } from './sections/map.ts';
import { negativesSection } from './sections/negatives.ts';
import { numbersSection } from './sections/numbers.ts';

/**
 * The report of a run as one HTML page that needs no network, no script and no other file; light and dark, phone, desk
 * and paper. Names from outside are escaped. The numbers stand in it once more, unrounded, as JSON in
 * `#report-data` (without the pictures), for programs to read.
 * @example await writeFileAtomic('runs/demo/report.html', renderReport(data))
 */
export function renderReport(report: ReportData): string {
  const { title, versions, createdAt } = report;
  return renderPage({
    title,
    sections: [
      headerSection(report),
      numbersSection(report),
      negativesSection(report),
      learningSection(report),
      judgingSection(report),
      evaluationSection(report),
      pairsSection(report),
      searchSection(report),
      mapSection(report),
      makingSection(report),
    ],
    footer: `Made by samesame ${escapeHtml(versions.samesame ?? '')}${createdAt === null ? '' : ` on ${escapeHtml(createdAt)}`}. Intervals are 95\u202f%: Wilson for rates, bootstrap for the rest.`,
    data: withoutPictures(report),
  });
}

/** The numbers of a report. Epochs come last, wherever they were read from, so that the same run gives the same bytes. */
function withoutPictures(report: ReportData): object {
  const { galleries: _, retrievalExamples: __, map: ___, epochs, ...numbers } = report;
  return { ...numbers, epochs };
}
