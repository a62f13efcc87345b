import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/**
 * Where a run goes that was not told: `runs/<name of the data>`, with -2, -3, … where that is taken.
 * @param reuse go on with the newest one instead, or replace it
 */
export function chooseRunFolder(data: string, { reuse }: { readonly reuse: boolean }): string {
  const name = basename(resolve(data)).replace(/\.(csv|npz)$/i, '') || 'run';
  const folder = (count: number) => join('runs', count === 1 ? name : `${name}-${count}`);
  let count = 1;
  while (existsSync(folder(count))) count++;
  return folder(reuse ? Math.max(1, count - 1) : count);
}
