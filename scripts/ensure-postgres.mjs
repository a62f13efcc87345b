// Finds the programs of a PostgreSQL server for the queue's tests, or installs Debian's where that needs no question.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';

const DEBIAN = '/usr/lib/postgresql';

/**
 * Folder of `initdb` and `postgres`: `SAMESAME_POSTGRES_BIN`, or the newest of Debian's.
 * @returns {string | undefined}
 */
export function findPostgres() {
  const asked = process.env.SAMESAME_POSTGRES_BIN;
  if (asked) return hasServer(asked) ? asked : undefined;
  const versions = list(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(DEBIAN, version, 'bin')).find(hasServer);
}

/**
 * As `findPostgres`, installed first when it is missing, the user is root and apt-get is there. Where there is none, says
 * so in a plain line; the queue's tests then skip.
 * @returns {string | undefined}
 */
export function ensurePostgres() {
  const found = findPostgres();
  if (found) return found;
  if (process.env.SAMESAME_POSTGRES_BIN) {
    console.log(
      `The queue's tests skip: SAMESAME_POSTGRES_BIN=${process.env.SAMESAME_POSTGRES_BIN} has no PostgreSQL server.`,
    );
    return undefined;
  }
  if (process.getuid?.() === 0 && isExecutable('/usr/bin/apt-get')) {
    console.log("Installing PostgreSQL for the queue's tests.");
    if (apt('update') && apt('install', '-y', '--no-install-recommends', 'postgresql')) {
      const installed = findPostgres();
      if (installed) return installed;
    }
    console.log("The queue's tests skip: apt-get could not install postgresql.");
    return undefined;
  }
  console.log(
    "The queue's tests skip: no PostgreSQL server. Install one, or set SAMESAME_POSTGRES_BIN to its bin folder.",
  );
  return undefined;
}

/** @param {string[]} args */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-q', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}

/** @param {string} bin */
function hasServer(bin) {
  return isExecutable(join(bin, 'initdb')) && isExecutable(join(bin, 'postgres'));
}

/** @param {string} folder */
function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
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
