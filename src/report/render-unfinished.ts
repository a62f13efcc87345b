import { escapeHtml } from './escape.ts';
import { formatCount, formatPercent } from './format.ts';
import { factTable, renderPage, section, tile } from './page.ts';
import type { UnfinishedReportData } from './report-data.ts';
import { learningSection } from './sections/learning.ts';
import { configurationTable } from './sections/making.ts';

/** The report of a run that has not come to its end: how far it came, what it was asked for, and how to go on with it. */
export function renderUnfinishedReport(report: UnfinishedReportData): string {
  const { title, data, epochs, bestEpoch, resume, versions } = report;
  const best = epochs.find(({ epoch }) => epoch === bestEpoch)?.validationAccuracy ?? null;
  const far =
    epochs.length === 0
      ? 'No epoch is finished yet, so there is nothing to show but what was asked for.'
      : 'Below is how far it came. Accuracy is of the validation pairs, which also choose the epoch: it is not the final number, which comes from other pairs at the end.';
  const tiles = [
    tile('Epochs finished', formatCount(epochs.length), ''),
    ...(best === null ? [] : [tile('Best so far', formatPercent(best), `validation, epoch ${bestEpoch}`)]),
  ];
  return renderPage({
    title,
    sections: [
      `<header><h1>${escapeHtml(title)}</h1><p class="notice"><b>This run is unfinished.</b> It learns from ${escapeHtml(data)} and has no model and no final numbers yet. ${far}</p>` +
        `<p class="notice">Go on with it: <code>${escapeHtml(resume)}</code></p></header><ul class="tiles">${tiles.join('')}</ul>`,
      learningSection(report, 'best so far'),
      section(
        'How it is made',
        'What the run was asked for; it resumes with the same.',
        `<div class="columns"><div><h3>Run</h3>${factTable([
          ['Data', data],
          ['Seed', String(report.seed)],
          ...Object.entries(versions),
        ])}</div><div>${configurationTable(report.configuration)}</div></div>`,
      ),
    ],
    footer: `Made by samesame ${escapeHtml(versions.samesame ?? '')} from an unfinished run.`,
    data: report,
  });
}
