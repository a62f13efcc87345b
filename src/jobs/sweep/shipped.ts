import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SamesameError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';

/** Sweep files that come with the install, from `src` and from `dist` alike. */
const FOLDER = fileURLToPath(new URL('../../../presets/sweeps/', import.meta.url));

/**
 * The path of a sweep file: what is given where it is one, else the shipped one of that name.
 * @throws E_CONFIG for a name that no shipped file has, with the nearest one
 */
export async function locateSweep(given: string): Promise<string> {
  const isFile = await stat(given).then(
    (found) => found.isFile(),
    () => false,
  );
  // What is written as a path is meant as one: that it is missing is for its reader to say.
  if (isFile || /[\\/]|\.json$/i.test(given)) return given;
  const names = (await readdir(FOLDER)).map((name) => name.replace(/\.json$/, ''));
  if (names.includes(given)) return join(FOLDER, `${given}.json`);
  const near = suggest(given, names);
  throw new SamesameError('E_CONFIG', {
    what: `there is no sweep "${given}"`,
    expected: `a .json file, or one that comes with samesame: ${names.join(', ')}`,
    received: given,
    help: near === undefined ? 'see samesame sweep --help' : `did you mean "${near}"?`,
    details: { suggestion: near },
  });
}
