// How fast the feature cache fills, against onnxruntime alone, and how soon a second run starts.
//   npm run bench:features
//   npm run bench:features -- --data ../shared/data/clothing-small/test --weights ../shared/weights/mobilenet_v2_1.0_224.onnx
//   npm run bench:features -- --cases mobilenet,resnet --rounds 5
// Ours reads, hashes, decodes and resizes each photo, varies it for each view, runs the frozen part (all of the network but
// its classifier) and keeps the features. Onnxruntime alone runs the same part of the network's own file on as many images
// that lie ready in memory as float planes, in one session of as many threads as there are cores, in batches of the size
// that it is fastest with. They take turns; the ratio is the median over rounds of ours / alone in images a second, a view
// being an image. Processor time is printed beside it, because it depends less on who else is busy: one thread's time for
// the network alone, in batches of the size that costs least, divided by ours for everything. Where all cores are busy, no
// overlap can bring the ratio above that, except by what onnxruntime's threads lose waiting for each other.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-node';
import { openFeatures } from '../../dist/data/features/open.js';
import { decodeImage } from '../../dist/data/pixels/decode.js';
import { withOneThreadAnImage } from '../../dist/data/pixels/threads.js';
import { openDataset } from '../../dist/data/sources/open.js';
import { extractOnnx } from '../../dist/graph/extract.js';
import { readOnnx } from '../../dist/graph/read.js';
import { loadTrunk } from '../../dist/jobs/backbone/run-trunk.js';
import { augmentOptionsOf } from '../../dist/jobs/feed.js';
import { createThreadedRuntime } from '../../dist/jobs/threads/threaded-runtime.js';
import { buildTrunkModel } from '../../dist/model/encoder-graph.js';
import { backboneEncoder } from '../../dist/nn/networks/backbone.js';
import { openPretrained } from '../../dist/nn/pretrained/index.js';
import { buildResnet50 } from './resnet-50.mjs';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/clothing-small/test' },
    weights: { type: 'string', default: '../shared/weights/mobilenet_v2_1.0_224.onnx' },
    cases: { type: 'string', default: 'mobilenet,mobilenet+4,mobilenet+8,resnet' },
    rounds: { type: 'string', default: '7' },
    batch: { type: 'string' },
    workers: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const NUM_THREADS = availableParallelism();
const BATCH_SIZES = [1, 2, 4, 8, 16, 32];
const SHAPE = /** @type {const} */ ({ height: 224, width: 224, channels: 3 });
const PLANE_NUMBERS = 3 * 224 * 224;
const NETWORKS = /** @type {const} */ ({
  mobilenet: { label: 'MobileNetV2', numRows: 600, read: () => readFile(options.weights) },
  resnet: { label: "ResNet-50's shape", numRows: 64, read: async () => buildResnet50() },
});

const { set: wholeSet } = await openDataset(options.data);
const root = await mkdtemp(join(tmpdir(), 'samesame-bench-features-'));
console.log(
  `${cpus()[0].model.trim()}, ${NUM_THREADS} cores, Node ${process.version}; photos of ${wholeSet.name}`,
);
if (loadavg()[0] > 0.5)
  console.log(`Warning: the machine is busy (load ${loadavg()[0].toFixed(1)}); wait and run it again.`);

/** @type {Awaited<ReturnType<typeof race>>[]} */
const rows = [];
try {
  const decodeCpuMs = await decodeCost();
  /** @type {Map<string, string[]>} */
  const viewsOf = new Map();
  for (const name of options.cases.split(',')) {
    const [network, views = '0'] = name.split('+');
    if (!(network in NETWORKS)) throw new Error(`no network ${network}: ${Object.keys(NETWORKS).join(', ')}`);
    viewsOf.set(network, [...(viewsOf.get(network) ?? []), views]);
  }
  for (const [name, views] of viewsOf) {
    const network = await openNetwork(/** @type {keyof typeof NETWORKS} */ (name));
    for (const numViews of views) rows.push(await race(network, Number(numViews)));
    await network.close();
  }
  console.log(
    '\n| network | views a photo | ours, images/s | onnxruntime alone, images/s | ours / alone | processor ms an image, ours | alone | alone / ours |\n|---|--:|--:|--:|--:|--:|--:|--:|',
  );
  for (const { label, numViews, ours, alone, ratio, cpu, networkCpu, cpuRatio } of rows) {
    console.log(
      `| ${label} | ${numViews} | ${spread(ours)} | ${spread(alone)} | ${spread(ratio, 2)} | ${median(cpu).toFixed(1)} | ${median(networkCpu).toFixed(1)} | ${median(cpuRatio).toFixed(2)} |`,
    );
  }
  console.log('\nMedian (lowest to highest round). Above 1, ours is faster. A view counts as an image.');
  console.log(`Decoding and resizing alone: ${decodeCpuMs.toFixed(1)} ms of processor time a photo.`);
  const startMs = median(rows[0].again);
  console.log(`A second run on the same photos starts after ${startMs.toFixed(0)} ms a thousand photos.`);
  if (options.json) console.log(JSON.stringify({ rows, decodeCpuMs, startMs }));
} finally {
  await rm(root, { recursive: true });
}

/** @param {keyof typeof NETWORKS} name */
async function openNetwork(name) {
  const { label, numRows, read } = NETWORKS[name];
  const bytes = await read();
  const model = readOnnx(bytes);
  const encoder = backboneEncoder(openPretrained(model, { name, image: SHAPE, freeze: 'all' }));
  if (encoder.trunk === undefined) throw new Error('nothing is frozen');
  const trunkModel = buildTrunkModel(encoder.trunk, SHAPE, { mean: 0.5, deviation: 0.5 });
  const [rowLength] = encoder.trunk.featureShape;
  const pool = model.nodes.findLast(({ opType }) => opType === 'GlobalAveragePool');
  if (pool === undefined) throw new Error('the network has no global average pool');
  const frozen = extractOnnx(bytes, { outputs: [pool.outputs[0]] });
  const [alone, oneThread] = await Promise.all([NUM_THREADS, 1].map((n) => openSession(frozen, n)));
  const runtime = createThreadedRuntime({ numThreads: options.workers && Number(options.workers) });
  const trunk = await loadTrunk(runtime, trunkModel, SHAPE);
  // The sizes that it is fastest with, found in turns as well.
  /** @type {Record<'alone' | 'oneThread', Map<number, number[]>>} */
  const costs = { alone: new Map(), oneThread: new Map() };
  const numTuning = Math.max(32, numRows / 8);
  for (let i = 0; i < 3; i++) {
    for (const size of BATCH_SIZES) {
      const { wallMs } = await runAlone(alone, size, numTuning);
      const { cpuMs } = await runAlone(oneThread, size, numTuning);
      costs.alone.set(size, [...(costs.alone.get(size) ?? []), wallMs]);
      costs.oneThread.set(size, [...(costs.oneThread.get(size) ?? []), cpuMs]);
    }
  }
  /** @param {Map<number, number[]>} cost */
  const least = (cost) => [...BATCH_SIZES].sort((a, b) => median(cost.get(a)) - median(cost.get(b)))[0];
  const [size, oneThreadSize] = [least(costs.alone), least(costs.oneThread)];
  const speeds = BATCH_SIZES.map((n) => `${n}: ${(1000 / median(costs.alone.get(n))).toFixed(0)}`);
  console.log(
    `${label}: onnxruntime alone, images/s by batch size: ${speeds.join(', ')}; below in batches of ${size}, one thread in batches of ${oneThreadSize}.`,
  );
  return {
    ...{ name, label, numRows, rowLength, trunk },
    runAlone: (/** @type {number} */ numImages) => runAlone(alone, size, numImages),
    runOneThread: (/** @type {number} */ numImages) => runAlone(oneThread, oneThreadSize, numImages),
    async close() {
      await trunk.close();
      await Promise.all([alone.release(), oneThread.release()]);
    },
  };
}

/**
 * Fills an empty cache and runs the network alone, in turns.
 * @param {Awaited<ReturnType<typeof openNetwork>>} network @param {number} numViews
 */
async function race(network, numViews) {
  const { name, label, trunk } = network;
  const set = someOf(wholeSet, Math.ceil(network.numRows / (1 + numViews)));
  const numRows = set.numImages * (1 + numViews);
  const augment = augmentOptionsOf({ augment: 'auto' }, SHAPE) ?? {};
  /** @param {string} folder @param {typeof trunk.run} extract */
  async function open(folder, extract) {
    const store = await openFeatures({
      set,
      target: { ...SHAPE, resize: 'cover' },
      folder: join(root, folder),
      batchSize: options.batch && Number(options.batch),
      trunk: { key: name, rowLength: network.rowLength, extract, concurrency: trunk.concurrency },
      ...(numViews > 0 && {
        views: {
          numViews,
          augment,
          seed: 1,
          indices: Int32Array.from({ length: set.numImages }, (_, i) => i),
        },
      }),
    });
    await store.close();
  }
  /** @param {string} folder */
  const fill = (folder) => timed(() => open(folder, trunk.run), numRows);

  await fill(`${name}-${numViews}-warm-up`);
  const result = {
    ...{ name, label, numViews, numImages: set.numImages },
    ...{ ours: nothing(), alone: nothing(), ratio: nothing(), again: nothing() },
    ...{ cpu: nothing(), networkCpu: nothing(), cpuRatio: nothing() },
  };
  for (let round = 0; round < Number(options.rounds); round++) {
    const folder = `${name}-${numViews}-${round}`;
    const isOursFirst = round % 2 === 0;
    const before = isOursFirst ? undefined : await network.runAlone(numRows);
    const ours = await fill(folder);
    const alone = before ?? (await network.runAlone(numRows));
    const oneThread = await network.runOneThread(Math.ceil(numRows / 4));
    const again = await timed(
      () =>
        open(folder, () => {
          throw new Error('everything was kept');
        }),
      set.numImages / 1000,
    );
    result.ours.push(1000 / ours.wallMs);
    result.alone.push(1000 / alone.wallMs);
    result.ratio.push(alone.wallMs / ours.wallMs);
    result.again.push(again.wallMs);
    result.cpu.push(ours.cpuMs);
    result.networkCpu.push(oneThread.cpuMs);
    result.cpuRatio.push(oneThread.cpuMs / ours.cpuMs);
    process.stderr.write(
      `${label}, ${numViews} views, round ${round + 1} of ${options.rounds}: ours ${result.ours[round].toFixed(0)}, ` +
        `alone ${result.alone[round].toFixed(0)} images/s, ratio ${result.ratio[round].toFixed(2)}, of processor time ${result.cpuRatio[round].toFixed(2)}\n`,
    );
  }
  return result;
}

/** Milliseconds of processor time that it takes to decode and resize a photo that lies in memory. */
async function decodeCost() {
  const set = someOf(wholeSet, 100);
  const files = await Promise.all(Array.from({ length: set.numImages }, (_, i) => readFile(pathOf(set, i))));
  const costs = nothing();
  for (let i = 0; i < 5; i++) {
    const { cpuMs } = await timed(
      () =>
        withOneThreadAnImage(async () => {
          for (const bytes of files) await decodeImage(bytes, { ...SHAPE, resize: 'cover' });
        }),
      files.length,
    );
    costs.push(cpuMs);
  }
  return median(costs);
}

/** So many images of a set, from all of it. @param {typeof wholeSet} set @param {number} wanted */
function someOf(set, wanted) {
  const numImages = Math.min(wanted, set.numImages);
  const at = (/** @type {number} */ i) => Math.floor((i * set.numImages) / numImages);
  return {
    ...set,
    numImages,
    labels: Int32Array.from({ length: numImages }, (_, i) => set.labels[at(i)]),
    id: (/** @type {number} */ i) => set.id(at(i)),
    pixels: /** @type {const} */ ({
      kind: 'encoded',
      path: (/** @type {number} */ i) => pathOf(set, at(i)),
    }),
  };
}

/** @param {typeof wholeSet} set @param {number} index */
function pathOf({ pixels }, index) {
  if (pixels.kind !== 'encoded') throw new Error('the photos must be files');
  return pixels.path(index);
}

/** @param {Uint8Array} model @param {number} numThreads */
function openSession(model, numThreads) {
  return ort.InferenceSession.create(model, {
    intraOpNumThreads: numThreads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
}

/**
 * Onnxruntime by itself on images in memory.
 * @param {ort.InferenceSession} session @param {number} size @param {number} numImages
 */
async function runAlone(session, size, numImages) {
  const planes = new Float32Array(size * PLANE_NUMBERS);
  for (let i = 0; i < planes.length; i++) planes[i] = ((i * 37) % 255) / 127.5 - 1;
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', planes, [size, 3, 224, 224]) };
  const numBatches = Math.ceil(numImages / size);
  await session.run(feeds);
  return timed(async () => {
    for (let i = 0; i < numBatches; i++) await session.run(feeds);
  }, numBatches * size);
}

/** Milliseconds a piece, by the clock and of all threads' processor time. @param {() => Promise<unknown>} work @param {number} numPieces */
async function timed(work, numPieces) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return {
    wallMs: (performance.now() - start) / numPieces,
    cpuMs: (user + system) / 1000 / numPieces,
  };
}

/** @returns {number[]} */
function nothing() {
  return [];
}

/** @param {number[] | undefined} values */
function median(values = []) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** @param {number[]} values @param {number} [digits] */
function spread(values, digits = 0) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}
