import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import { readStored, type StoredRun } from './run-config.ts';

/**
 * What a run was started with, where a folder is one.
 * @throws E_NOT_FOUND naming the run that was probably meant; E_CONFIG, E_PERMISSION, E_IO
 */
export async function readRun(run: string): Promise<StoredRun> {
  const stored = await readStored(run);
  if (stored !== undefined && !('format' in stored.config)) return stored;
  const exists = await stat(run).then(
    () => true,
    () => false,
  );
  const near = stored === undefined ? await nearestRun(run, exists) : join(run, '..');
  throw new SamesameError('E_NOT_FOUND', {
    what: stored === undefined ? `there is no run in ${run}` : `${run} is a model, not a run`,
    expected: 'the folder of a run, with config.json and metrics.jsonl, as samesame train writes it',
    received: exists ? undefined : 'nothing of that name',
    help:
      near === undefined ? 'runs are in runs/ where --out did not say otherwise' : `did you mean ${near}?`,
    details: { suggestion: near },
  });
}

/** Of the runs beside a path (or in it, where it is there) the one with the most similar name. */
async function nearestRun(path: string, exists: boolean): Promise<string | undefined> {
  const inside = exists ? await runsIn(path) : [];
  if (inside.length > 0) return join(path, inside[0]);
  const parent = dirname(path);
  const isFileOfRun = (await readStored(parent).catch(() => undefined)) !== undefined;
  if (isFileOfRun) return parent;
  const near = suggest(basename(path), await runsIn(parent));
  return near === undefined ? undefined : join(parent, near);
}

async function runsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.map((name) => readStored(join(folder, name)).catch(() => undefined)));
  return names.filter((_, i) => found[i] !== undefined && !('format' in found[i].config));
}
