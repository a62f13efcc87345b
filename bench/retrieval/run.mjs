// All retrieval metrics of 60,000 embeddings of 128 numbers, each searched for among the others, in bounded memory.
//   npm run bench:retrieval
//   npm run bench:retrieval -- --images 20000 --no-peer
//
// The embeddings are random points around 600 centres. The peer does the least that the same numbers need, in blocks of
// as many rows: products with all embeddings, the nearest R of each row, their labels. It is PyTorch where it is there,
// else NumPy. Both run in processes of their own, because peak memory is that of a whole process. On a machine with other
// work the processor time says more than the clock: two free cores need at least half of it.
import { execFileSync, spawnSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '60000' },
    dim: { type: 'string', default: '128' },
    classes: { type: 'string', default: '600' },
    'no-peer': { type: 'boolean', default: false },
  },
});
const sizes = [values.images, values.dim, values.classes];

console.log(`Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}`);
console.log(`${values.images} embeddings of ${values.dim} numbers, ${values.classes} classes`);
const ours = measure(process.execPath, 'ours.mjs');
print('samesame', ours);
if (!values['no-peer']) {
  try {
    const python = ['/usr/bin/python3', 'python3'].find(
      (path) => spawnSync(path, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
    );
    const peer = measure(python ?? 'python3', 'peer.py');
    print(peer.name, peer);
    const ratio = (key) => (ours[key] / peer[key]).toFixed(2);
    console.log(
      `ours / peer: ${ratio('seconds')} by the clock, ${ratio('processorSeconds')} in processor time`,
    );
  } catch (error) {
    console.log(`no peer: ${error.message.split('\n')[0]}`);
  }
}

/** @param {string} program @param {string} script */
function measure(program, script) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return JSON.parse(
    execFileSync(program, [path, ...sizes], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}

function print(name, { seconds, processorSeconds, peakMb, recallAt1, rPrecision }) {
  console.log(
    `${name.padEnd(16)} ${seconds.toFixed(1)} s  processor ${processorSeconds.toFixed(1)} s  peak ${Math.round(peakMb)} MB  ` +
      `Recall@1 ${recallAt1.toFixed(4)}  R-precision ${rPrecision.toFixed(4)}`,
  );
}
