import { fitText, renderTable, textWidth } from '../terminal/table.ts';
import {
  formatRuns,
  formatSpread,
  labelOfBaseline,
  listFailures,
  MEASURE_NAMES,
  SWEEP_MEASURES,
  type SweepMeasure,
  type SweepTable,
} from './sweep-table.ts';

/** What gives way first on a narrow terminal; the files have it all. */
const LEAST_WANTED: readonly SweepMeasure[] = ['numParameters', 'threshold', 'trainSeconds', 'mapAtR', 'auc'];

/** The table of a sweep for a terminal, `*` before the best. Columns that do not fit are left out, and named under it. */
export function renderSweepText(table: SweepTable, columns = 120): string {
  const left: SweepMeasure[] = [];
  const drawWith = (nameColumns: number) =>
    draw(
      table,
      MEASURE_NAMES.filter((name) => !left.includes(name)),
      nameColumns,
    );
  const names = [...table.rows.map(({ name }) => name), ...table.baselines.map(labelOfBaseline)];
  const longest = Math.max(...names.map(textWidth), 'configuration'.length);
  let text = drawWith(longest);
  for (const measure of LEAST_WANTED) {
    if (widthOf(text) <= columns) break;
    left.push(measure);
    text = drawWith(longest);
  }
  const excess = widthOf(text) - columns;
  if (excess > 0) text = drawWith(Math.max(16, longest - excess));
  if (left.length > 0)
    text += `\nmore in table.md: ${left.map((name) => SWEEP_MEASURES[name].title).join(', ')}`;
  const failures = listFailures(table).map(
    ({ where, failure }) =>
      `${fitText(where, columns)}: ${failure.code}: ${failure.message.replaceAll('\n', '\n  ')}`,
  );
  return failures.length === 0
    ? text
    : `${text}\n\nfailed\n${failures.map((line) => `  ${line}`).join('\n')}`;
}

function draw(
  { rows, baselines }: SweepTable,
  measures: readonly SweepMeasure[],
  nameColumns: number,
): string {
  const hasData = rows.some(({ data }) => data !== undefined);
  const name = (mark: string, label: string) => `${mark} ${fitText(label, nameColumns)}`;
  return renderTable({
    header: [
      '  configuration',
      ...(hasData ? ['data'] : []),
      ...measures.map((measure) => SWEEP_MEASURES[measure].short),
      'seeds',
    ],
    align: hasData ? ['left', 'left'] : ['left'],
    rows: [
      ...rows.map((row) => [
        name(row.isBest ? '*' : ' ', row.name),
        ...(hasData ? [row.data ?? ''] : []),
        ...measures.map((measure) => formatSpread(measure, row.spreads[measure])),
        formatRuns(row),
      ]),
      ...baselines.map(({ data, spreads, ...baseline }) => [
        name(' ', labelOfBaseline({ ...baseline, spreads })),
        ...(hasData ? [data ?? ''] : []),
        ...measures.map((measure) => (measure in spreads ? formatSpread(measure, spreads[measure]) : '')),
        '',
      ]),
    ],
  });
}

function widthOf(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}
