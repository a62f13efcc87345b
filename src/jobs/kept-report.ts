import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { sha256 } from '../model/save.ts';
import type { ReportData } from '../report/index.ts';

/** What a finished run keeps for its report, pictures included. Its epochs are in `metrics.jsonl`, and only there. */
export type KeptReport = Omit<ReportData, 'epochs'>;

/** Name of the file in the run's folder. */
export const KEPT_REPORT = 'report-data.json';

const FORMAT = 'samesame-report';
/** Version of the file's layout. A reader refuses versions that it does not know. */
const VERSION = 1;

/** Writes what a report can be made from again, without the data set: whole or not at all. @throws E_PERMISSION, E_DISK_FULL, E_IO */
export async function keepReport(run: string, { epochs: _, ...report }: ReportData): Promise<void> {
  const text = JSON.stringify(report);
  const envelope = JSON.stringify({ format: FORMAT, version: VERSION, sha256: digest(text) });
  await writeFileAtomic(join(run, KEPT_REPORT), `${envelope.slice(0, -1)},"report":${text}}\n`);
}

/**
 * What a finished run kept; undefined where it has not come so far.
 * @throws E_DATA where the file was cut or changed, or is of another version; E_PERMISSION, E_IO
 */
export async function readKeptReport(run: string): Promise<KeptReport | undefined> {
  const path = join(run, KEPT_REPORT);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw errorFromSystem(error, `reading ${path}`);
  });
  if (text === undefined) return undefined;
  let kept: { format?: unknown; version?: unknown; sha256?: unknown; report?: unknown } | null;
  try {
    kept = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, `${text.length} characters that are not JSON`, cause);
  }
  if (kept?.format !== FORMAT) throw damaged(path, 'JSON of another kind');
  if (kept.version !== VERSION) {
    throw new SamesameError('E_DATA', {
      what: `${path} was written by another version of samesame`,
      expected: `version ${VERSION} of the file`,
      received: `version ${String(kept.version)}`,
      help: 'update samesame, or use the one that made the run',
      details: { path },
    });
  }
  if (typeof kept.report !== 'object' || kept.report === null) throw damaged(path, 'no report in it');
  // JSON of an object that was read from JSON is the same text again.
  if (digest(JSON.stringify(kept.report)) !== kept.sha256) {
    throw damaged(path, 'a report that is not the one its checksum was taken of');
  }
  return kept.report as KeptReport;
}

function digest(text: string): string {
  return sha256(Buffer.from(text));
}

function damaged(path: string, received: string, cause?: unknown): SamesameError {
  return new SamesameError('E_DATA', {
    what: `${path} is damaged`,
    expected: 'the file as the run wrote it',
    received,
    help: 'copy it anew, or have it written again from the last checkpoint (samesame train … --resume)',
    details: { path },
    cause,
  });
}
