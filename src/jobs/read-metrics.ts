import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { type EpochLine, epochLineSchema } from './report-epochs.ts';

export interface ReadMetrics {
  /** In order, from epoch 1. */
  readonly lines: readonly EpochLine[];
  /** What was left out. */
  readonly warnings: readonly string[];
}

/**
 * The epochs of a run from its `metrics.jsonl`; undefined where there is no such file. A torn last line, which a crash or
 * a copy that was cut leaves behind, is left out with a warning.
 * @throws E_DATA where another line is not an epoch, or epochs are missing in between; E_PERMISSION, E_IO
 */
export async function readMetrics(run: string): Promise<ReadMetrics | undefined> {
  const path = join(run, 'metrics.jsonl');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw errorFromSystem(error, `reading ${path}`);
  });
  if (text === undefined) return undefined;
  const rows = text.replace(/\s+$/, '').split(/\r?\n/);
  const lines: EpochLine[] = [];
  for (const [i, row] of rows.entries()) {
    if (row === '' && rows.length === 1) break; // an empty file: no epoch yet
    const json = parse(row);
    if (json === undefined && i === rows.length - 1) {
      const warning = `line ${i + 1} of ${path} is torn and left out: the report shows ${lines.length} ${lines.length === 1 ? 'epoch' : 'epochs'}`;
      return { lines, warnings: [warning] };
    }
    lines.push(checkLine(json, { path, row, number: i + 1, expectedEpoch: lines.length + 1 }));
  }
  return { lines, warnings: [] };
}

function parse(row: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    return undefined;
  }
}

function checkLine(
  json: unknown,
  place: { path: string; row: string; number: number; expectedEpoch: number },
): EpochLine {
  const { path, row, number, expectedEpoch } = place;
  const result = epochLineSchema.safeParse(json);
  if (result.success && result.data.epoch === expectedEpoch) return result.data;
  throw new SamesameError('E_DATA', {
    what: `line ${number} of ${path} is not what a run writes`,
    expected: `epoch ${expectedEpoch} as one JSON object`,
    received: result.success
      ? `epoch ${result.data.epoch}`
      : json === undefined
        ? row.slice(0, 80)
        : z.prettifyError(result.error),
    help: 'put the file back from a copy, or have it written anew from the last checkpoint (samesame train … --resume)',
    details: { path, line: number },
  });
}
