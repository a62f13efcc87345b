// Finds a Chromium for the browser tests, or installs Debian's where that needs no question.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

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

/**
 * Path of a Chromium, installed first when it is missing, the user is root and apt-get is there.
 * Where there is none, says so in a plain line; the browser tests then skip.
 * @returns {string | undefined}
 */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  if (process.env.SAMESAME_CHROMIUM) {
    console.log(`Browser tests skip: SAMESAME_CHROMIUM=${process.env.SAMESAME_CHROMIUM} is not a program.`);
    return undefined;
  }
  if (process.getuid?.() === 0 && isExecutable('/usr/bin/apt-get')) {
    console.log('Installing Chromium for the browser tests.');
    if (apt('update') && apt('install', '-y', '--no-install-recommends', 'chromium')) {
      const installed = findChromium();
      if (installed) return installed;
    }
    console.log('Browser tests skip: apt-get could not install chromium.');
    return undefined;
  }
  console.log('Browser tests skip: no Chromium. Install one, or set SAMESAME_CHROMIUM to its path.');
  return undefined;
}

/** @param {string[]} args */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-q', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
