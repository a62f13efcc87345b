import { escapeHtml } from '../escape.ts';
import { type EvaluationTable, evaluationTables } from '../evaluation-tables.ts';
import { section } from '../page.ts';
import type { ReportData } from '../report-data.ts';

/** What was measured beyond pairs and search, where a model is only evaluated. */
export function evaluationSection({ evaluation = {} }: ReportData): string {
  const tables = evaluationTables(evaluation);
  if (tables.length === 0) return '';
  return section(
    'Answers, and more',
    'How far its answers and its probabilities may be trusted, and what else was asked for; docs/measuring.md says what each number is for.',
    `<div class="figures">${tables.map(renderTable).join('')}</div>`,
  );
}

function renderTable({ header, rows, note }: EvaluationTable): string {
  const [title, ...names] = header;
  const head = names.map((name) => `<th class="number">${escapeHtml(name)}</th>`).join('');
  const body = rows.map(
    ([name, value, ...rest]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number"><b>${escapeHtml(value)}</b></td>${rest.map((cell) => `<td class="number quiet">${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  return (
    `<div><div class="scroll" tabindex="0"><table class="measures"><thead><tr><th>${escapeHtml(title)}</th>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>` +
    `${note === undefined ? '' : `<p class="lead">${escapeHtml(note)}</p>`}</div>`
  );
}
