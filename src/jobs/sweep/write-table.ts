import { join } from 'node:path';
import { writeFileAtomic } from '../../base/files.ts';
import { svgToPng } from '../../report/figures/svg-to-png.ts';
import { sweepFigure } from '../../report/figures/sweep-figure.ts';
import { renderSweepCsv } from '../../report/sweep/sweep-csv.ts';
import { renderSweepMarkdown } from '../../report/sweep/sweep-markdown.ts';
import type { SweepTable } from '../../report/sweep/sweep-table.ts';

/** Writes the table and the plot of a sweep into its folder, each file whole. @returns their paths */
export async function writeTable(out: string, table: SweepTable): Promise<string[]> {
  const svg = sweepFigure(table);
  const contents: Readonly<Record<string, string | Uint8Array>> = {
    'table.md': renderSweepMarkdown(table),
    'table.csv': renderSweepCsv(table),
    'table.json': `${JSON.stringify(table, null, 2)}\n`,
    'plot.svg': svg,
    'plot.png': await svgToPng(svg),
  };
  for (const [name, content] of Object.entries(contents)) await writeFileAtomic(join(out, name), content);
  return Object.keys(contents).map((name) => join(out, name));
}
