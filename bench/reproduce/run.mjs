// Every published experiment that needs no pretrained network: the published number, the faithful preset's, and ours.
//   npm run reproduce                                  hours on two cores; goes on where it was stopped
//   npm run reproduce -- --quick                       one short epoch each: does all of it run? Its numbers mean nothing
//   npm run reproduce -- --only fashion --seeds 1      experiments whose name has the word in it
// Runs the command line as a person would. Finished runs are kept in --out and not done again; --write puts the tables
// into docs/results.md; --finished makes them of what was run before, and starts nothing. Times are of this machine, all legs one after another.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listExperiments } from './experiments.mjs';
import { createRunner } from './runner.mjs';
import { comparisonTable, speedTable } from './tables.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '1,2,3' },
    shared: { type: 'string', default: '../shared/data' },
    out: { type: 'string' },
    write: { type: 'boolean', default: false },
    finished: { type: 'boolean', default: false },
    threads: { type: 'string' },
  },
});
const out = options.out ?? `runs/reproduce${options.quick ? '-quick' : ''}`;
mkdirSync(out, { recursive: true });
const seeds = options.quick ? [1] : options.seeds.split(',').map(Number);
const { quick, threads, finished } = options;
const runner = createRunner({ out, quick, threads, finished });
const experiments = listExperiments(options.shared).filter(({ name }) =>
  name.toLowerCase().includes(options.only.toLowerCase()),
);

/** @type {import('./tables.mjs').Outcome[]} */
const outcomes = [];
for (const experiment of experiments) {
  if (!runner.hasData(experiment.data)) {
    console.error(`${experiment.name}: ${experiment.data} is not here, so it is skipped`);
    continue;
  }
  const faithful =
    experiment.faithful === null
      ? []
      : runner.runAll(experiment.faithful, experiment, experiment.faithfulSeeds);
  const ours = runner.runAll(experiment.ours, experiment, seeds);
  outcomes.push({ experiment, faithful, ours, passing: runner.timeToPass(experiment) });
}

const numThreads = Number(options.threads ?? cpus().length);
const machine = `${cpus()[0].model.trim()}, ${numThreads} ${numThreads === 1 ? 'thread' : 'threads'} a run, Node ${process.versions.node}`;
const text = [comparisonTable(outcomes), speedTable(outcomes)].join('\n\n');
console.log(`${text}\n\nMeasured on ${machine}.`);
if (options.write) {
  const path = fileURLToPath(new URL('../../docs/results.md', import.meta.url));
  const [before, after] = ['<!-- tables -->', '<!-- /tables -->'];
  const page = readFileSync(path, 'utf8');
  const start = page.indexOf(before) + before.length;
  const whole = `${page.slice(0, start)}\n\n${text}\n\nMeasured on ${machine}.\n\n${page.slice(page.indexOf(after))}`;
  writeFileSync(path, whole);
}
