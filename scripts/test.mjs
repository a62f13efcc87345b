// `npm test`: build, lint, types, then every test. The last line on stdout is `N passed, N failed, N skipped`.
//   npm test                     all tests but the slow ones: what has to pass
//   npm run test:quick           lint, types, and the tests that lie beside the code: a few minutes less, for every change
//   npm run test:all             the slow ones too (SAMESAME_SLOW=1)
//   npm test -- floors           only test files whose path has `floors` in it; lint and types are left out
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureChromium } from './ensure-chromium.mjs';
import { ensurePostgres } from './ensure-postgres.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const MIN_NODE = [20, 12];

const args = process.argv.slice(2);
const slow = args.includes('--slow');
const quick = args.includes('--quick');
const names = args.filter((arg) => arg !== '--slow' && arg !== '--quick');
/** No command line, no browser, no service as a whole. */
const filters =
  quick && names.length === 0 ? ['src/', 'test/floors', 'test/lockfile', 'test/web/floor'] : names;

/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env };
if (slow) env.SAMESAME_SLOW = '1';
if (env.CI === 'true') {
  env.NO_COLOR = '1';
  delete env.FORCE_COLOR;
}

const counts = { passed: 0, failed: 0, skipped: 0 };
main();
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;

function main() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1])) {
    console.log(`Node ${MIN_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`);
    counts.failed++;
    return;
  }
  if (!existsSync(join(root, 'node_modules', 'vitest')) && !check('install', 'npm', ['install'])) return;

  check('build', ...bin('tsc', '-p', 'tsconfig.build.json'));
  check('page', ...bin('vite', 'build', '--config', 'web/vite.config.ts', '--logLevel', 'warn'));
  if (names.length === 0) {
    check('lint', ...bin('biome', 'check', '--error-on-warnings', '.'));
    check('types', ...bin('tsc', '-p', 'tsconfig.json', '--noEmit'));
    check('types of the page', ...bin('tsc', '-p', 'web/tsconfig.json', '--noEmit'));
  } else {
    console.log('Lint and types are left out, because tests were asked for by name.');
  }
  if (!quick && hasBrowserTests()) {
    const chromium = ensureChromium();
    if (chromium) env.SAMESAME_CHROMIUM = chromium;
  }
  const postgres = ensurePostgres();
  if (postgres) env.SAMESAME_POSTGRES_BIN = postgres;
  runTests();
}

/**
 * Runs one command and counts it as one test.
 * @param {string} name @param {string} command @param {string[]} commandArgs
 */
function check(name, command, commandArgs) {
  const startMs = Date.now();
  const passed = run(command, commandArgs) === 0;
  counts[passed ? 'passed' : 'failed']++;
  console.log(`${passed ? 'ok' : 'FAILED'}: ${name} (${((Date.now() - startMs) / 1000).toFixed(1)} s)`);
  return passed;
}

function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'samesame-test-'));
  const file = join(folder, 'results.json');
  const failedBefore = counts.failed;
  const status = run(
    ...bin('vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...filters),
  );
  if (existsSync(file)) {
    const results = JSON.parse(readFileSync(file, 'utf8'));
    counts.passed += results.numPassedTests;
    counts.failed += results.numFailedTests;
    counts.skipped += results.numPendingTests + results.numTodoTests;
    for (const suite of results.testResults) {
      // A file that could not even be loaded has no tests in it, and so none that failed.
      const failedTest = suite.assertionResults.some((/** @type {any} */ test) => test.status === 'failed');
      if (suite.status === 'failed' && !failedTest) counts.failed++;
    }
    if (results.numTotalTests === 0) {
      console.log('No test ran.');
      counts.failed = Math.max(counts.failed, failedBefore + 1);
    }
  }
  // Also what no test is to blame for, such as an error that nothing caught.
  if (status !== 0 && counts.failed === failedBefore) counts.failed++;
  rmSync(folder, { recursive: true, force: true });
}

/** Browser tests are named `*.browser.test.ts`; without one, no browser is needed. */
function hasBrowserTests() {
  return ['src', 'test'].some((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).some((name) =>
      name.endsWith('.browser.test.ts'),
    ),
  );
}

/**
 * A tool of this project, run by this Node.
 * @param {string} name @param {string[]} toolArgs @returns {[string, string[]]}
 */
function bin(name, ...toolArgs) {
  const packages = { tsc: 'typescript', biome: '@biomejs/biome', vitest: 'vitest', vite: 'vite' };
  const folder = join(root, 'node_modules', packages[/** @type {keyof typeof packages} */ (name)]);
  const { bin: bins } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return [process.execPath, [join(folder, typeof bins === 'string' ? bins : bins[name]), ...toolArgs]];
}

/** @param {string} command @param {string[]} commandArgs */
function run(command, commandArgs) {
  const shell = process.platform === 'win32' && command === 'npm';
  return spawnSync(command, commandArgs, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], shell })
    .status;
}
