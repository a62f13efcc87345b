// Finds the programs of a PostgreSQL server for tests, or installs Debian's.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureProgram, isExecutable } from './ensure-program.mjs';

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

/** As `findPostgres`, installed where it can be; else the tests of a real server skip. */
export function ensurePostgres() {
  return ensureProgram({
    find: findPostgres,
    variable: 'SAMESAME_POSTGRES_BIN',
    unfit: 'has no PostgreSQL server',
    debian: 'postgresql',
    name: 'PostgreSQL server',
    tests: "The queue's tests",
    help: 'Install one, or set SAMESAME_POSTGRES_BIN to its bin folder.',
  });
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
