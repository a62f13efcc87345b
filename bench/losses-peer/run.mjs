// Holds every loss and miner against PyTorch on the same batches: values to 1e-5, gradients to 1e-3.
//   npm run bench:losses-peer                 PyTorch's, and pytorch-metric-learning's where it is there
//   npm run bench:losses-peer -- --seed 2     other batches
//   npm run --silent bench:losses-peer -- --json   only our values and gradients, as one JSON object
// PYTHON names the interpreter that has them: the first of it, /usr/bin/python3 and python3 that has PyTorch is taken.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureOurs } from './ours.mjs';

const { values: options } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
});
const ours = JSON.stringify(await measureOurs(options.seed));
if (options.json) console.log(ours);
else process.exitCode = compare(ours);

/** @param {string} input */
function compare(input) {
  const python = [process.env.PYTHON, '/usr/bin/python3', 'python3'].find(
    (path) => path !== undefined && spawnSync(path, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );
  if (python === undefined) {
    console.error('PyTorch is not there: apt-get install python3-torch, or name an interpreter with PYTHON');
    return 1;
  }
  const script = fileURLToPath(new URL('peer.py', import.meta.url));
  return (
    spawnSync(python, ['-W', 'ignore', script], { input, stdio: ['pipe', 'inherit', 'inherit'] }).status ?? 1
  );
}
