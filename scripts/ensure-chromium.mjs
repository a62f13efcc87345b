// Finds a Chromium for the browser tests, or installs Debian's.
import { delimiter, join } from 'node:path';
import { ensureProgram, isExecutable } from './ensure-program.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Path of a Chromium: `SAMESAME_CHROMIUM`, or the first on the PATH.
 * @returns {string | undefined}
 */
export function findChromium() {
  const asked = process.env.SAMESAME_CHROMIUM;
  if (asked) return isExecutable(asked) ? asked : undefined;
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable);
}

/** As `findChromium`, installed where it can be; else the browser tests skip. */
export function ensureChromium() {
  return ensureProgram({
    find: findChromium,
    variable: 'SAMESAME_CHROMIUM',
    unfit: 'is not a program',
    debian: 'chromium',
    name: 'Chromium',
    tests: 'Browser tests',
    help: 'Install one, or set SAMESAME_CHROMIUM to its path.',
  });
}
