import { escapeMarkdown } from '../escape.ts';
import {
  formatRuns,
  formatSpread,
  labelOfBaseline,
  listFailures,
  MEASURE_NAMES,
  SWEEP_MEASURES,
  SWEEP_NOTE,
  type SweepTable,
} from './sweep-table.ts';

/** `table.md` of a sweep: the comparison, what needs no learning under it, and what failed. */
export function renderSweepMarkdown(table: SweepTable): string {
  const { name, about, rows, baselines, numRuns, numFinished, numFailed } = table;
  const hasData = rows.some(({ data }) => data !== undefined);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const titles = MEASURE_NAMES.map((measure) => SWEEP_MEASURES[measure].title);
  const header = ['Configuration', ...(hasData ? ['Data'] : []), ...titles, 'Seeds'];
  const rule = header.map((_, i) => (i === 0 || (hasData && i === 1) ? '---' : '---:'));
  const dataCell = (data: string | undefined) => (hasData ? [escapeMarkdown(data ?? '')] : []);
  const lines = [
    `# ${escapeMarkdown(name)}`,
    ...(about === undefined ? [] : ['', escapeMarkdown(about)]),
    '',
    `${SWEEP_NOTE} ${progressOf(numRuns, numFinished, numFailed)}`,
    '',
    line(header),
    line(rule),
  ];
  for (const row of rows) {
    const label = row.isBest ? `**${escapeMarkdown(row.name)}** (best)` : escapeMarkdown(row.name);
    const cells = MEASURE_NAMES.map((measure) => {
      const text = formatSpread(measure, row.spreads[measure]);
      return row.isBest && measure === 'validationAccuracy' ? `**${text}**` : text;
    });
    lines.push(line([label, ...dataCell(row.data), ...cells, formatRuns(row)]));
  }
  for (const baseline of baselines) {
    const { data, spreads } = baseline;
    const cells = MEASURE_NAMES.map((measure) =>
      measure in spreads ? formatSpread(measure, spreads[measure]) : '',
    );
    lines.push(line([`_${escapeMarkdown(labelOfBaseline(baseline))}_`, ...dataCell(data), ...cells, '']));
  }
  const abouts = rows.filter((row) => row.about !== undefined);
  if (abouts.length > 0) {
    lines.push('', '## What they are', '');
    for (const row of abouts) lines.push(`- **${escapeMarkdown(row.name)}**: ${escapeMarkdown(row.about!)}`);
  }
  const failures = listFailures(table);
  if (failures.length > 0) {
    lines.push('', '## What failed', '');
    for (const { where, failure } of failures)
      lines.push(`- **${escapeMarkdown(where)}**: ${failure.code}: ${escapeMarkdown(failure.message)}`);
  }
  return `${lines.join('\n')}\n`;
}

function progressOf(numRuns: number, numFinished: number, numFailed: number): string {
  if (numFinished + numFailed < numRuns) return `${numFinished} of ${numRuns} runs are finished.`;
  return numFailed === 0 ? `All ${numRuns} runs are finished.` : `${numFailed} of ${numRuns} runs failed.`;
}
