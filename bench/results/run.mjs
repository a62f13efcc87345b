// The results table of the README: three seeds of the demo on MNIST, and of the same settings on Fashion-MNIST.
//   npm run bench:results                                   about 15 minutes on two cores
//   npm run bench:results -- --seeds 1 --data mnist
// Runs the command line as a person would, and prints the mean over seeds with the lowest and the highest.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEMO_CONFIG } from '../../dist/jobs/demo.js';

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    data: { type: 'string', default: 'mnist,../shared/data/fashion-mnist' },
  },
});
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'samesame-results-'));

console.log('| data | accuracy on 50,000 pairs | AUC | Recall@1 | MAP@R | raw pixels | training, s |');
console.log('|---|---|---|---|---|--:|---|');
try {
  for (const data of options.data.split(',')) {
    if (data !== 'mnist' && !existsSync(data)) console.log(`${data} is not here: skipped`);
    else
      console.log(
        summarise(
          data,
          options.seeds.split(',').map((seed) => train(data, seed)),
        ),
      );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** One run's JSON. @param {string} data @param {string} seed */
function train(data, seed) {
  const { epochs, validation, testPairs } = DEMO_CONFIG;
  const settings = { epochs, validation, testPairs };
  const flags = Object.entries(settings).flatMap(([name, value]) => [
    `--${name.replace(/[A-Z]/g, '-$&').toLowerCase()}`,
    String(value),
  ]);
  const out = join(folder, `${data.replaceAll(/\W/g, '')}-${seed}`);
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [cli, 'train', data, '--out', out, '--seed', seed, '--quiet', '--json', ...flags],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** @param {string} data @param {any[]} runs */
function summarise(data, runs) {
  const verification = (/** @type {string} */ name) =>
    spread(runs.map((run) => run.verification[name].value ?? run.verification[name]));
  const retrieval = (/** @type {string} */ name) => spread(runs.map((run) => run.retrieval[name]));
  const seconds = runs.map((run) => run.trainSeconds.toFixed(0)).join(', ');
  const rawPixels = runs[0].verification.baselines.rawPixels.toFixed(3);
  return `| ${data} | ${verification('accuracy')} | ${verification('auc')} | ${retrieval('recallAt1')} | ${retrieval('mapAtR')} | ${rawPixels} | ${seconds} |`;
}

/** @param {number[]} values */
function spread(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const digits = (/** @type {number} */ value) => value.toFixed(4).replace(/^0/, '');
  return `${digits(mean)} (${digits(Math.min(...values))}–${digits(Math.max(...values))})`;
}
