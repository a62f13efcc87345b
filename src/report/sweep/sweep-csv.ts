import { labelOfBaseline, MEASURE_NAMES, type SeedSpread, type SweepTable } from './sweep-table.ts';

const PARTS = ['mean', 'deviation', 'min', 'max'] as const satisfies readonly (keyof SeedSpread)[];

/**
 * `table.csv` of a sweep: a line for each configuration and each baseline, in the table's order. Numbers are whole, not
 * rounded; a cell is empty where there is none.
 */
export function renderSweepCsv({ rows, baselines }: SweepTable): string {
  const columns = MEASURE_NAMES.flatMap((measure) => PARTS.map((part) => `${measure}_${part}`));
  const numbers = (spreads: Readonly<Record<string, SeedSpread | null | undefined>>) =>
    MEASURE_NAMES.flatMap((measure) => PARTS.map((part) => spreads[measure]?.[part] ?? ''));
  const count = (states: readonly { readonly state: string }[], state: string) =>
    states.filter((run) => run.state === state).length;
  const lines = [
    ['configuration', 'data', 'kind', 'best', 'finished', 'failed', ...columns, 'error'],
    ...rows.map(({ name, data, isBest, runs, spreads, failure }) => [
      name,
      data ?? '',
      'configuration',
      isBest ? 'yes' : 'no',
      count(runs, 'finished'),
      count(runs, 'failed'),
      ...numbers(spreads),
      (failure ?? runs.find((run) => run.failure !== undefined)?.failure)?.message ?? '',
    ]),
    ...baselines.map((baseline) => [
      labelOfBaseline(baseline),
      baseline.data ?? '',
      'baseline',
      'no',
      '',
      '',
      ...numbers(baseline.spreads),
      '',
    ]),
  ];
  return lines.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

/** @source RFC 4180 */
function cellOf(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
