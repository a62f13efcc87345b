// Runs one training job of the built package in a process of its own, so that a test can kill it.
//   node run-job.mjs '{"data":"folder","out":"run","config":{},"resume":false,"killAtStep":5}'
// Prints `step N` after each step. With killAtStep it kills itself, as kill -9 does, after that many of its own steps.
import { openDataset } from '../../dist/data/sources/open.js';
import { train } from '../../dist/jobs/train.js';

const { data, killAtStep, ...job } = JSON.parse(process.argv[2]);
let numSteps = 0;
await train({
  ...job,
  dataset: await openDataset(data),
  onEvent(event) {
    if (event.kind !== 'step') return;
    numSteps++;
    process.stdout.write(`step ${numSteps}\n`);
    if (numSteps === killAtStep) process.kill(process.pid, 'SIGKILL');
  },
});
