import { formatDistance } from '../report/format.ts';
import { type EvaluationNumbers, evaluationTables } from '../report/index.ts';
import { renderTable } from '../report/terminal/table.ts';
import type { Terminal } from './terminal.ts';

/** What `evaluate` prints under the table of results: answers, and what was asked for beyond. */
export function printEvaluation(terminal: Terminal, numbers: EvaluationNumbers): void {
  for (const { header, rows, note } of evaluationTables(numbers)) {
    terminal.print(`\n${renderTable({ header, rows })}`);
    if (note !== undefined) terminal.print(note);
  }
}

/** A distance, or what stands for one that there is not. */
export function formatCut(cut: number | null): string {
  return cut === null ? 'never' : formatDistance(cut);
}
