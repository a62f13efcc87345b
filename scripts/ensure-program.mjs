// Finds a program that tests need, or installs Debian's package where that needs no question.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/**
 * What `find` finds, installed first when it is missing, the user is root and apt-get is there. Where there is none, says so in
 * a plain line; the tests then skip.
 * @param {object} program
 * @param {() => string | undefined} program.find
 * @param {string} program.variable of the environment, which names one
 * @param {string} program.unfit what is wrong with one that was named and is none
 * @param {string} program.debian package
 * @param {string} program.name for people
 * @param {string} program.tests those that skip
 * @param {string} program.help how to have one
 * @returns {string | undefined}
 */
export function ensureProgram({ find, variable, unfit, debian, name, tests, help }) {
  const found = find();
  if (found) return found;
  if (process.env[variable]) {
    console.log(`${tests} skip: ${variable}=${process.env[variable]} ${unfit}.`);
    return undefined;
  }
  if (process.getuid?.() === 0 && isExecutable('/usr/bin/apt-get')) {
    console.log(`Installing ${name} for ${tests[0].toLowerCase()}${tests.slice(1)}.`);
    if (apt('update') && apt('install', '-y', '--no-install-recommends', debian)) {
      const installed = find();
      if (installed) return installed;
    }
    console.log(`${tests} skip: apt-get could not install ${debian}.`);
    return undefined;
  }
  console.log(`${tests} skip: no ${name}. ${help}`);
  return undefined;
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string[]} args */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-q', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}
