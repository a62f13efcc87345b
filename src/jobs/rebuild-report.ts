import { join } from 'node:path';
import { SamesameError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { VERSION } from '../base/version.ts';
import { renderReport, renderUnfinishedReport } from '../report/index.ts';
import { KEPT_REPORT, readKeptReport } from './kept-report.ts';
import { readMetrics } from './read-metrics.ts';
import { readRun } from './read-run.ts';
import { configurationOf } from './report-configuration.ts';
import { bestEpochOf, type EpochLine, epochMetrics } from './report-epochs.ts';
import type { StoredRun } from './run-config.ts';

export interface RebuildJob {
  /** The run's folder. */
  readonly run: string;
  /** Where the page goes. Default: the run's own `report.html`. */
  readonly out?: string;
}

export interface RebuiltReport {
  /** Where the page is. */
  readonly report: string;
  /** Whether the run came to its end; if not, the page shows how far it came. */
  readonly isFinished: boolean;
  readonly numEpochs: number;
  /** The epoch that was kept, or the best one so far; null before the first. */
  readonly bestEpoch: number | null;
  /** What a person should know: a torn line that was left out. */
  readonly warnings: readonly string[];
}

/**
 * Makes the report of a run from what the run kept, without its data set and without a model: results and pictures from
 * `report-data.json`, epochs from `metrics.jsonl`. Of a finished run that is byte for byte the page that the run wrote.
 * A run that was killed gets a page with its curves and its configuration, which says that it is unfinished.
 * @throws E_NOT_FOUND where there is no run, or a finished one has lost its metrics; E_CONFIG, E_DATA where a file of it
 *   is damaged; E_PERMISSION, E_DISK_FULL, E_IO
 * @example
 * await rebuildReport({ run: 'runs/demo' });
 * // { report: 'runs/demo/report.html', isFinished: true, numEpochs: 5, bestEpoch: 5, warnings: [] }
 */
export async function rebuildReport({ run, out }: RebuildJob): Promise<RebuiltReport> {
  const stored = await readRun(run);
  const kept = await readKeptReport(run);
  const metrics = await readMetrics(run);
  if (kept !== undefined && metrics === undefined) {
    throw new SamesameError('E_NOT_FOUND', {
      what: `the run in ${run} has lost its metrics.jsonl`,
      expected: `metrics.jsonl beside ${KEPT_REPORT}`,
      help: 'copy it anew, or have it written again from the last checkpoint (samesame train … --resume)',
    });
  }
  const { lines, warnings } = metrics ?? { lines: [], warnings: [] };
  const epochs = epochMetrics(lines);
  const bestEpoch = kept === undefined ? bestEpochOf(lines) : kept.bestEpoch;
  const report = out ?? join(run, 'report.html');
  const html =
    kept === undefined ? renderUnfinished(run, stored, lines) : renderReport({ ...kept, bestEpoch, epochs });
  await writeFileAtomic(report, html);
  return { report, isFinished: kept !== undefined, numEpochs: epochs.length, bestEpoch, warnings };
}

function renderUnfinished(run: string, { dataset, config }: StoredRun, lines: readonly EpochLine[]): string {
  return renderUnfinishedReport({
    title: `${dataset}: is it the same?`,
    data: dataset,
    configuration: configurationOf(config),
    seed: config.seed ?? 1,
    versions: { samesame: VERSION },
    epochs: epochMetrics(lines),
    bestEpoch: bestEpochOf(lines),
    resume: `samesame train DATA --out ${run} --resume`,
  });
}
