import { resolve, sep } from 'node:path';
import { SamesameError } from '../../base/errors.ts';
import { KEPT_REPORT } from '../../jobs/kept-report.ts';
import { readRun } from '../../jobs/read-run.ts';

/** A run that the page shows. */
export interface ServedRun {
  /** Of its folder; with folders above it where two have one name: `F1/seed-1`. */
  readonly name: string;
  readonly folder: string;
}

/** What is given out of a run's folder, and nothing else. */
export const RUN_FILES = ['metrics.jsonl', KEPT_REPORT, 'report.html'] as const;
export type RunFile = (typeof RUN_FILES)[number];

/**
 * Runs by names of their own.
 * @throws E_NOT_FOUND where a folder is no run; E_CONFIG where one is named twice; E_PERMISSION, E_IO
 */
export async function openRuns(folders: readonly string[]): Promise<readonly ServedRun[]> {
  const full = folders.map((folder) => resolve(folder));
  const twice = folders.find((_, i) => full.indexOf(full[i]) !== i);
  if (twice !== undefined) {
    throw new SamesameError('E_CONFIG', {
      what: 'a run is named twice',
      expected: 'each run once',
      received: twice,
      details: { option: 'runs' },
    });
  }
  for (const folder of folders) await readRun(folder);
  return full.map((folder) => ({ name: nameAmong(folder, full), folder }));
}

/** The end of a path, with as many folders as it takes to tell it from the others. */
function nameAmong(folder: string, all: readonly string[]): string {
  const parts = folder.split(sep).filter((part) => part !== '');
  for (let count = 1; count < parts.length; count++) {
    const name = parts.slice(-count);
    const ending = `${sep}${name.join(sep)}`;
    if (all.every((other) => other === folder || !other.endsWith(ending))) return name.join('/');
  }
  return parts.join('/');
}
