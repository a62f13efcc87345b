// How fast the feature cache fills, against onnxruntime alone, and how soon a second run starts.
//   npm run bench:features
//   npm run bench:features -- --data ../shared/data/clothing-small/test --weights ../shared/weights/mobilenet_v2_1.0_224.onnx
// Ours reads, hashes, decodes and resizes every photo, runs the network and keeps its features. Onnxruntime alone runs the
// same network on as many images that lie ready in memory as float planes, in one session of as many threads as there are
// cores, in batches of the size that it is fastest with. They take turns; the ratio is the median over rounds of
// ours / alone in images a second. Processor time is printed beside it, because it does not depend on who else is busy:
// one thread's time for the network alone, divided by ours for everything, is what the ratio would be if onnxruntime's
// threads never waited for each other.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-node';
import { openFeatures } from '../../dist/data/features/open.js';
import { openDataset } from '../../dist/data/sources/open.js';
import { openExtractors } from '../../dist/jobs/extract/extractors.js';
import { wrapForPixels } from './wrap.mjs';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/clothing-small/test' },
    weights: { type: 'string', default: '../shared/weights/mobilenet_v2_1.0_224.onnx' },
    rounds: { type: 'string', default: '7' },
    batch: { type: 'string' },
    workers: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const NUM_THREADS = availableParallelism();
const BATCH_SIZES = [1, 4, 8, 16, 32];
/** What one thread works on stays in the processor's cache: the least processor time. */
const CACHED_BATCH = 4;
const SHAPE = /** @type {const} */ ({ height: 224, width: 224, channels: 3 });

let oursCpuMs = 0;
const { set } = await openDataset(options.data);
const weights = await readFile(options.weights);
const [alone, oneThread] = await Promise.all([NUM_THREADS, 1].map(openSession));
const rowLength = Number(/** @type {any} */ (alone.outputMetadata[0]).shape[1]);
const extractors = await openExtractors({
  model: wrapForPixels(weights),
  shape: SHAPE,
  numWorkers: options.workers && Number(options.workers),
});
const root = await mkdtemp(join(tmpdir(), 'samesame-bench-features-'));
console.log(
  `${cpus()[0].model.trim()}, ${NUM_THREADS} cores, Node ${process.version}; ${set.numImages} images of ${set.name}`,
);
if (loadavg()[0] > 0.5)
  console.log(`Warning: the machine is busy (load ${loadavg()[0].toFixed(1)}); wait and run it again.`);

try {
  await fill('warm-up');
  /** @type {Map<number, number[]>} */
  const speeds = new Map(BATCH_SIZES.map((size) => [size, []]));
  // The size that it is fastest with, found in turns as well.
  for (let i = 0; i < 3; i++)
    for (const size of BATCH_SIZES)
      speeds.get(size)?.push(await runAlone(alone, size, Math.min(96, set.numImages)));
  const [best] = [...BATCH_SIZES].sort((a, b) => median(speeds.get(b)) - median(speeds.get(a)));
  const rounds = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const order = round % 2 === 0 ? ['ours', 'alone'] : ['alone', 'ours'];
    /** @type {Record<string, number>} */
    const got = {};
    for (const side of order)
      got[side] = side === 'ours' ? await fill(`round-${round}`) : await runAlone(alone, best, set.numImages);
    const network = await cpuMs(() => runAlone(oneThread, CACHED_BATCH, 96), 96 + CACHED_BATCH);
    const again = await startAgain(`round-${round}`);
    rounds.push({ ...got, ratio: got.ours / got.alone, again, network, cpu: oursCpuMs });
    process.stderr.write(
      `round ${round + 1} of ${options.rounds}: ours ${got.ours.toFixed(0)}, alone ${got.alone.toFixed(0)} images/s, ratio ${rounds[round].ratio.toFixed(2)}\n`,
    );
  }
  const of = (/** @type {string} */ key) => rounds.map((/** @type {any} */ round) => round[key]);
  const sizes = BATCH_SIZES.map((size) => `${size}: ${median(speeds.get(size)).toFixed(0)}`).join(', ');
  console.log(`\nonnxruntime alone, images/s by batch size: ${sizes}; below in batches of ${best}.\n`);
  console.log('| | images/s, median (slowest to fastest round) |\n|---|--:|');
  console.log(`| filling the cache from files | ${spread(of('ours'))} |`);
  console.log(`| onnxruntime alone, from memory | ${spread(of('alone'))} |`);
  console.log(`\nRatio, median over rounds: ${median(of('ratio')).toFixed(2)} (above 1, ours is faster).`);
  const [cpu, network] = [median(of('cpu')), median(of('network'))];
  console.log(
    `Processor time an image: ${cpu.toFixed(1)} ms for everything, ${network.toFixed(1)} ms for the network in one thread: ${(network / cpu).toFixed(2)}.`,
  );
  const startMs = median(of('again'));
  console.log(`A second run on the same images starts after ${startMs.toFixed(0)} ms a thousand images.`);
  if (options.json)
    console.log(JSON.stringify({ rounds, batchSize: best, startMs, cpuMs: cpu, networkCpuMs: network }));
} finally {
  await extractors.close();
  await Promise.all([alone.release(), oneThread.release()]);
  await rm(root, { recursive: true });
}

/** Images a second of a fill of an empty cache. @param {string} name */
async function fill(name) {
  const start = performance.now();
  oursCpuMs = await cpuMs(() => open(name, extractors.extract), set.numImages);
  return (set.numImages * 1000) / (performance.now() - start);
}

/** Milliseconds a thousand images until the features are there, all of them kept before. @param {string} name */
async function startAgain(name) {
  const start = performance.now();
  await open(name, () => {
    throw new Error('everything was kept');
  });
  return ((performance.now() - start) * 1000) / set.numImages;
}

/** @param {string} name @param {(pixels: Uint8Array, numImages: number) => Promise<Uint16Array>} extract */
async function open(name, extract) {
  const store = await openFeatures({
    set,
    target: { ...SHAPE, resize: 'cover' },
    folder: join(root, name),
    batchSize: options.batch && Number(options.batch),
    trunk: { key: options.weights, rowLength, extract, concurrency: extractors.concurrency },
  });
  await store.close();
}

/** @param {number} numThreads */
function openSession(numThreads) {
  return ort.InferenceSession.create(weights, {
    intraOpNumThreads: numThreads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
}

/** Milliseconds of processor time an image, of all threads. @param {() => Promise<unknown>} work @param {number} numImages */
async function cpuMs(work, numImages) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / numImages;
}

/**
 * Images a second of onnxruntime by itself.
 * @param {ort.InferenceSession} session @param {number} size @param {number} numImages
 */
async function runAlone(session, size, numImages) {
  const planes = Float32Array.from({ length: size * 3 * 224 * 224 }, (_, i) => Math.sin(i));
  const batch = new ort.Tensor('float32', planes, [size, 3, 224, 224]);
  const numBatches = Math.ceil(numImages / size);
  await session.run({ [session.inputNames[0]]: batch });
  const start = performance.now();
  for (let i = 0; i < numBatches; i++) await session.run({ [session.inputNames[0]]: batch });
  return (numBatches * size * 1000) / (performance.now() - start);
}

/** @param {number[] | undefined} values */
function median(values = []) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** @param {number[]} values */
function spread(values) {
  return `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`;
}
