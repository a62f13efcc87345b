// Times our training step against other engines: same network, same batch, two threads, in turns.
//   npm run bench:train-step
//   npm run bench:train-step -- --nets compact --peers torch --rounds 20
//
// Every side is a process that answers one JSON line for each JSON line (serve-lines.mjs says which). Ours is ours.mjs:
// it imports the built library from ../../dist and calls `serveLines(hello, createTraining)`, where `step` runs the
// compiled step of `net` for a batch of `batch` on fixed uint8 data, and `compact` is built by our own layers.
// networks.json has the rows; the layers of `compact` in it must be those of src/nn (the parameters are counted).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const THREADS = 2;
const WARM_UP_STEPS = 5;
const DEFAULT_ROUNDS = 10;
const PAUSE_MS = 100;

const { values: options } = parseArgs({
  options: {
    nets: { type: 'string', default: 'protocol-a,protocol-b,compact' },
    peers: { type: 'string', default: 'torch,tfjs,jax' },
    rounds: { type: 'string' },
    /** Another command in the place of ours.mjs: a peer against itself shows the noise. */
    ours: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

/**
 * @typedef {{ net: string, batch: number, unit: string, steps: number, rounds?: number, peers: string[], spec?: any }} Row
 * @typedef {{ id: string, name: string, ask: (request: object) => Promise<any>, close: () => void }} Side
 */

/** @type {Row[]} */
const rows = JSON.parse(readFileSync(here('networks.json'), 'utf8')).filter((/** @type {Row} */ row) =>
  options.nets.split(',').includes(row.net),
);
const asked = options.peers.split(',').filter((id) => rows.some((row) => row.peers.includes(id)));
if (rows.length === 0 || asked.length === 0)
  fail(`nothing to do for --nets ${options.nets} --peers ${options.peers}`);

console.log(
  `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.version}, ${THREADS} threads a side`,
);
if (loadavg()[0] > 0.5)
  console.log(`Warning: the machine is busy (load ${loadavg()[0].toFixed(1)}); wait and run it again.`);

/** @type {Map<string, Side>} */
const sides = new Map();
const results = [];
try {
  const ours = await start('ours', oursCommand());
  sides.set('ours', ours);
  for (const id of asked) {
    const command = peerCommand(id);
    if (command) sides.set(id, await start(id, command));
  }
  for (const row of rows) {
    for (const id of row.peers) {
      const peer = sides.get(id);
      if (peer) results.push(await race(row, ours, peer));
    }
  }
} finally {
  for (const side of sides.values()) side.close();
}

console.log(
  '\n| network | batch | ours, ms a step | peer | peer, ms a step | ours / peer |\n|---|---|---|---|---|---|',
);
for (const { net, batch, unit, peer, oursMs, peerMs, ratio } of results) {
  console.log(
    `| ${net} | ${batch} ${unit} | ${spread(oursMs)} | ${peer} | ${spread(peerMs)} | ${ratio.median.toFixed(2)} |`,
  );
}
console.log(
  '\nMedian (fastest to slowest step). The ratio is the median over rounds; below 1, ours is faster.',
);
for (const { net, peer, variant } of results)
  if (variant) console.log(`${peer} runs ${net} fastest with: ${variant}.`);
if (options.json) console.log(JSON.stringify({ results }));

/**
 * Warms both sides up, then lets them take turns.
 * @param {Row} row @param {Side} ours @param {Side} peer
 */
async function race(row, ours, peer) {
  const { net, batch, unit, steps, spec } = row;
  const rounds = Number(options.rounds ?? row.rounds ?? DEFAULT_ROUNDS);
  const request = { net, batch, spec, steps };
  const warmUp = { ...request, steps: Math.min(WARM_UP_STEPS, steps) };
  const first = { ours: await ours.ask(warmUp), peer: await peer.ask(warmUp) };
  if (first.ours.numParameters !== first.peer.numParameters) {
    fail(
      `${net} is not the same network: ${first.ours.numParameters} parameters here, ${first.peer.numParameters} there`,
    );
  }
  const times = { ours: /** @type {number[]} */ ([]), peer: /** @type {number[]} */ ([]) };
  const ratios = [];
  for (let round = 0; round < rounds; round++) {
    /** @type {{ ours: number[], peer: number[] }} */
    const ms = { ours: [], peer: [] };
    /** @type {('ours' | 'peer')[]} */
    const order = round % 2 === 0 ? ['ours', 'peer'] : ['peer', 'ours'];
    for (const side of order) {
      ms[side] = (await (side === 'ours' ? ours : peer).ask(request)).ms;
      times[side].push(...ms[side]);
      // The other side's threads spin for a moment after their last step.
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    ratios.push(median(ms.ours) / median(ms.peer));
    progress(`${net}, ${peer.name}: round ${round + 1} of ${rounds}, ratio ${ratios[round].toFixed(2)}`);
  }
  progress('');
  return {
    net,
    batch,
    unit,
    peer: peer.name,
    oursMs: summary(times.ours),
    peerMs: summary(times.peer),
    ratio: summary(ratios),
    rounds,
    variant: first.peer.variant,
    tried: first.peer.tried,
  };
}

/** @returns {[string, string[]]} */
function oursCommand() {
  if (options.ours) {
    const [command, ...args] = options.ours.split(' ');
    return [command, args];
  }
  if (!existsSync(here('ours.mjs'))) fail('bench/train-step/ours.mjs is not there yet');
  return [process.execPath, [here('ours.mjs')]];
}

/** @param {string} id @returns {[string, string[]] | undefined} */
function peerCommand(id) {
  if (id === 'torch') {
    const python = ['/usr/bin/python3', 'python3'].find(
      (path) => spawnSync(path, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
    );
    if (python) return [python, [here('peer_torch.py')]];
    console.log('PyTorch is left out. To have it: apt-get install python3-torch libopenblas0-pthread');
    return undefined;
  }
  const packages = { tfjs: '@tensorflow/tfjs', jax: '@jax-js/jax' };
  const name = packages[/** @type {keyof typeof packages} */ (id)];
  if (name === undefined) fail(`unknown peer ${id}: expected torch, tfjs or jax`);
  if (existsSync(here(`../peers/node_modules/${name}`))) return [process.execPath, [here(`peer_${id}.mjs`)]];
  console.log(`${name} is left out. To have it: npm ci --prefix bench/peers`);
  return undefined;
}

/** @param {string} id @param {[string, string[]]} command @returns {Promise<Side>} */
async function start(id, [command, args]) {
  const env = { ...process.env, SAMESAME_BENCH_THREADS: String(THREADS), OMP_NUM_THREADS: String(THREADS) };
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await once(child, 'spawn').catch(() => fail(`${id} did not start: ${command}`));
  /** @param {object} request */
  const ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) fail(`${id} ended early; run it by hand: ${[command, ...args].join(' ')}`);
    const answer = JSON.parse(value);
    if (answer.error) fail(`${id}: ${answer.error}`);
    return answer;
  };
  const hello = await ask({ hello: true });
  const { name, threads, matmulGflops, blas, warning } = hello;
  const speed = matmulGflops === undefined ? '' : `, 1024³ matmul ${matmulGflops} GFLOP/s, BLAS ${blas}`;
  console.log(`${id}: ${name}, ${threads} threads${speed}`);
  if (warning) console.log(`Warning: ${warning}`);
  return { id, name, ask, close: () => child.stdin.end() };
}

/** @param {number[]} values */
function summary(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** @param {{ median: number, min: number, max: number }} values */
function spread({ median: middle, min, max }) {
  const digits = middle < 1000 ? 1 : 0;
  return `${middle.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** @param {string} text */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}
