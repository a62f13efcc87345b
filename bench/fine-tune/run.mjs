// Times fine-tuning a pretrained network against PyTorch doing the same with the same weights, in turns.
//   npm run bench:fine-tune
//   npm run bench:fine-tune -- --batches 32 --variants cached --threads 1 --rounds 20
//
// The network is MobileNetV2 with 70 % of its layers frozen, batch norm folded: mean of each channel, Dense 64, length 1,
// contrastive loss over all pairs of the batch, Adam. `cached` steps from features that are there; `whole` runs the
// frozen part on uint8 images first. Before anything is timed, loss and gradients of both sides are compared.
// A last part times an epoch with everything frozen against running the whole network for each image.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const { values: options } = parseArgs({
  options: {
    weights: { type: 'string', default: here('../../../shared/weights/mobilenet_v2_1.0_224.onnx') },
    freeze: { type: 'string', default: '0.7' },
    batches: { type: 'string', default: '32,8' },
    variants: { type: 'string', default: 'cached,whole' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '12' },
    /** Photos in an epoch of the last part. */
    photos: { type: 'string', default: '3000' },
    json: { type: 'boolean', default: false },
  },
});
const TOLERANCE = 1e-3;
const STEPS = { cached: 4, whole: 2 };
const EPOCH_STEPS = { cached: 60, whole: 3 };
const PAUSE_MS = 100;

/** @typedef {{ name: string, ask: (request: object) => Promise<any>, close: () => void }} Side */

if (!existsSync(options.weights))
  fail(`${options.weights} is not there; give another MobileNetV2 with --weights`);
console.log(
  `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.version}, ${options.threads} threads a side`,
);
if (loadavg()[0] > 0.5)
  console.log(`Warning: the machine is busy (load ${loadavg()[0].toFixed(1)}); wait and run it again.`);

const folder = await mkdtemp(join(tmpdir(), 'samesame-bench-fine-tune-'));
/** @type {Side[]} */
const sides = [];
const rows = [];
/** @type {Awaited<ReturnType<typeof timeEpoch>> | undefined} */
let epoch;
try {
  const ours = await start('ours', [process.execPath, here('ours.mjs')]);
  const python = ['/usr/bin/python3', 'python3'].find(
    (path) => spawnSync(path, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );
  if (python === undefined) {
    console.log('PyTorch is left out. To have it: apt-get install python3-torch libopenblas0-pthread');
  } else {
    const torch = await start('torch', [python, here('peer_torch.py')]);
    for (const batch of options.batches.split(',').map(Number)) {
      for (const variant of options.variants.split(',')) rows.push(await race(ours, torch, batch, variant));
    }
  }
  epoch = await timeEpoch(ours, Number(options.photos));
} finally {
  for (const side of sides) side.close();
  await rm(folder, { recursive: true });
}

console.log(
  '\n| step | batch | ours, ms | PyTorch, ms | ours / PyTorch | processor time, ours / PyTorch |\n|---|--:|--:|--:|--:|--:|',
);
for (const { variant, batch, oursMs, torchMs, ratio, cpuRatio } of rows) {
  console.log(
    `| ${variant} | ${batch} | ${spread(oursMs)} | ${spread(torchMs)} | ${spread(ratio, 2)} | ${cpuRatio.median.toFixed(2)} |`,
  );
}
console.log('\nMedian (fastest to slowest); of ratios, over rounds. Below 1, ours is faster.');
for (const { variant, batch, form } of rows)
  console.log(`PyTorch runs ${variant}, ${batch} images, fastest with: ${form}.`);
console.log(
  `\nAn epoch of ${options.photos} photos, all of the network frozen: ${epoch.cached.toFixed(2)} s from kept features, ` +
    `${epoch.whole.toFixed(1)} s through the whole network: ${epoch.ratio.toFixed(0)} times as fast.`,
);
if (options.json) console.log(JSON.stringify({ rows, epoch }));

/**
 * Checks that both sides compute the same, then lets them take turns.
 * @param {Side} ours @param {Side} torch @param {number} batch @param {string} variant
 */
async function race(ours, torch, batch, variant) {
  const steps = STEPS[/** @type {keyof typeof STEPS} */ (variant)];
  const common = { weights: options.weights, freeze: Number(options.freeze), batch, variant };
  const { numParameters, firstLoss } = await ours.ask({ ...common, steps: 2, folder });
  const first = await torch.ask({ folder, batch, variant, steps: 2 });
  const { loss, gradient, features } = first.check;
  if (first.numParameters !== numParameters)
    fail(`not the same network: ${numParameters} parameters here, ${first.numParameters} there`);
  const lossDifference = Math.abs(firstLoss - loss) / loss;
  console.log(
    `${variant}, ${batch} images: loss ${loss.toFixed(5)}; largest difference of the loss ${lossDifference.toExponential(1)}, ` +
      `of a gradient ${gradient.difference.toExponential(1)} (${gradient.name}; PyTorch's own, to float64, ` +
      `${gradient.own.toExponential(1)}), of the features ${features.toExponential(1)}`,
  );
  // Where float32 itself is farther from float64 than that, no two sides of it can be nearer.
  const gradientTolerance = Math.max(TOLERANCE, 2 * gradient.own);
  if (!(lossDifference < TOLERANCE && gradient.difference < gradientTolerance))
    fail('the two sides do not compute the same');

  const all = { ours: /** @type {number[]} */ ([]), torch: /** @type {number[]} */ ([]) };
  const [ratios, cpuRatios] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  for (let round = 0; round < Number(options.rounds); round++) {
    /** @type {Record<string, { ms: number[], cpuMs: number[] }>} */
    const got = {};
    /** @type {('ours' | 'torch')[]} */
    const order = round % 2 === 0 ? ['ours', 'torch'] : ['torch', 'ours'];
    for (const side of order) {
      got[side] =
        side === 'ours'
          ? await ours.ask({ ...common, steps })
          : await torch.ask({ folder, batch, variant, steps });
      all[side].push(...got[side].ms);
      // The other side's threads spin for a moment after their last step.
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    ratios.push(median(got.ours.ms) / median(got.torch.ms));
    cpuRatios.push(median(got.ours.cpuMs) / median(got.torch.cpuMs));
  }
  return {
    variant,
    batch,
    oursMs: summary(all.ours),
    torchMs: summary(all.torch),
    ratio: summary(ratios),
    cpuRatio: summary(cpuRatios),
    form: first.form,
    check: { lossDifference, gradient, features },
  };
}

/**
 * Seconds of an epoch with everything frozen: from kept features, and with each photo through the whole network.
 * @param {Side} ours @param {number} numPhotos
 */
async function timeEpoch(ours, numPhotos) {
  const batch = 32;
  const request = { weights: options.weights, freeze: 'all', batch };
  /** @type {{ cached: number[], whole: number[] }} */
  const ms = { cached: [], whole: [] };
  for (let round = 0; round < Math.max(3, Number(options.rounds) / 2); round++) {
    for (const variant of /** @type {const} */ (['cached', 'whole'])) {
      const answer = await ours.ask({ ...request, variant, steps: EPOCH_STEPS[variant] });
      if (round > 0) ms[variant].push(...answer.ms);
    }
  }
  const seconds = (/** @type {number[]} */ times) => (median(times) * numPhotos) / batch / 1000;
  const [cached, whole] = [seconds(ms.cached), seconds(ms.whole)];
  return { cached, whole, ratio: whole / cached };
}

/** @param {string} id @param {[string, string]} command @returns {Promise<Side>} */
async function start(id, [command, script]) {
  const env = { ...process.env, SAMESAME_BENCH_THREADS: options.threads, OMP_NUM_THREADS: options.threads };
  const child = spawn(command, [script], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await once(child, 'spawn').catch(() => fail(`${id} did not start: ${command}`));
  /** @param {object} request */
  const ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) fail(`${id} ended early`);
    const answer = JSON.parse(value);
    if (answer.error) fail(`${id}: ${answer.error}`);
    return answer;
  };
  const { name, threads, matmulGflops } = await ask({ hello: true });
  const speed = matmulGflops === undefined ? '' : `, 1024³ matmul ${matmulGflops} GFLOP/s`;
  console.log(`${id}: ${name}, ${threads} threads${speed}`);
  const side = { name, ask, close: () => child.stdin.end() };
  sides.push(side);
  return side;
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

/** @param {{ median: number, min: number, max: number }} values @param {number} [digits] */
function spread({ median: middle, min, max }, digits = 0) {
  return `${middle.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}
