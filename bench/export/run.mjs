// What 8 bits and half precision cost and bring: size, metrics, embeddings a second; and whether transformers.js agrees.
//   npm run bench:export
//   npm run bench:export -- --models /tmp/models       keeps what it trains there, and takes what is there
//
// Two models: `compact` on Fashion-MNIST (two epochs), and MobileNetV2 fine-tuned on photos of clothing (preset photos, eight
// epochs, one view). Both are exported by the command line, measured on the images that training held out. Then the three
// networks of a model embed the same batch in turns, in one process; the ratio is that of the medians. With one thread it is
// a ratio of processor time, which busy neighbours hardly touch; with two, of wall time.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { decodeImage } from '../../dist/data/pixels/decode.js';
import { createRuntime } from '../../dist/graph/runtime/node.js';
import { loadModel } from '../../dist/model/index.js';

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const { values: options } = parseArgs({
  options: {
    models: { type: 'string' },
    data: { type: 'string', default: here('../../../shared/data') },
    weights: { type: 'string', default: here('../../../shared/weights/mobilenet_v2_1.0_224.onnx') },
    rounds: { type: 'string', default: '15' },
    files: { type: 'string', default: '20' },
    /** Only time one convolution written in different ways. */
    kernels: { type: 'boolean', default: false },
  },
});
const NUM_THREADS = [1, 2].filter((count) => count <= availableParallelism());
const METRICS = ['Accuracy', 'AUC', 'Recall@1', 'MAP@R'];
const MODELS = [
  { name: 'compact', data: 'fashion-mnist', batch: 64, train: ['--epochs', '2'] },
  {
    name: 'mobilenet',
    data: 'clothing-small',
    batch: 8,
    train: [
      '--backbone',
      options.weights,
      '--pixel-scale',
      'symmetric',
      '--preset',
      'photos',
      '--views',
      '1',
      '--epochs',
      '8',
    ],
  },
];
const EXPORTS = ['onnx-int8', 'onnx-fp16', 'hub-folder'];

const folder =
  options.models === undefined
    ? await mkdtemp(join(tmpdir(), 'samesame-bench-export-'))
    : resolve(options.models);
console.log(
  `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`,
);
const flags = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
console.log(
  `8-bit products: ${['avx512_vnni', 'avx_vnni', 'amx_int8'].filter((flag) => flags.includes(flag)).join(', ') || 'not known'}`,
);
try {
  for (const model of MODELS) {
    const data = join(options.data, model.data);
    if (!existsSync(data) || (model.name === 'mobilenet' && !existsSync(options.weights))) {
      console.log(`\n${model.name}: left out, ${data} or its weights are not there`);
      continue;
    }
    await measure(model, data);
  }
} finally {
  if (options.models === undefined) await rm(folder, { recursive: true, force: true });
}

/** @param {typeof MODELS[number]} model @param {string} data */
async function measure({ name, batch, train }, data) {
  const run = join(folder, name);
  if (!existsSync(join(run, 'model', 'config.json')))
    samesame('train', data, '--out', run, '--no-tensorboard', ...train);
  console.log(`\n${name}\n`);
  const size = statSync(join(run, 'model', 'encoder.onnx')).size;
  console.log(`float32  ${size} bytes`);
  for (const to of EXPORTS) {
    const out = join(folder, `${name}-${to}`);
    const result = samesame('export', run, data, '--to', to, '--out', out, '--overwrite');
    for (const { file, sizeBytes, layers, parity } of result.networks) {
      const share = ((100 * sizeBytes) / result.encoderBytes).toFixed(1);
      const covered = layers === undefined ? '' : `, ${layers.numQuantized} of ${layers.numLayers} layers`;
      console.log(`${to} ${file}  ${sizeBytes} bytes (${share} %)${covered}`);
      console.log(
        `  ${parity.numImages} images: largest difference ${parity.largestDifference.toPrecision(3)}, ` +
          `distance of embeddings mean ${parity.meanDistance.toPrecision(3)}, largest ${parity.largestDistance.toPrecision(3)}; ` +
          `${(100 * parity.verdictsChanged).toFixed(2)} % of ${parity.numPairs} verdicts changed`,
      );
      const shown = parity.metrics.filter((metric) => METRICS.includes(metric.name));
      console.log(
        `  ${shown.map((metric) => `${metric.name} ${metric.before.toFixed(4)} → ${metric.after.toFixed(4)}`).join(', ')}`,
      );
    }
  }
  await timeNetworks(name, run, batch);
  await compareWithTransformers(name, run, data);
}

/** @param {string} name @param {string} run @param {number} batch */
async function timeNetworks(name, run, batch) {
  const paths = [run, join(folder, `${name}-onnx-int8`), join(folder, `${name}-onnx-fp16`)];
  for (const numThreads of NUM_THREADS) {
    const runtime = createRuntime({ numThreads });
    const models = await Promise.all(paths.map((path) => loadModel(path, { runtime })));
    const { height, width, channels } = models[0].config.input;
    const pixels = Uint8Array.from(
      { length: batch * height * width * channels },
      (_, i) => (i * 2654435761) >>> 24,
    );
    const times = models.map(() => /** @type {number[]} */ ([]));
    for (let round = -3; round < Number(options.rounds); round++) {
      for (const [i, model] of models.entries()) {
        const [wall, cpu] = [performance.now(), process.cpuUsage()];
        await model.embed(pixels);
        const { user, system } = process.cpuUsage(cpu);
        const ms = numThreads === 1 ? (user + system) / 1000 : performance.now() - wall;
        if (round >= 0) times[i].push(ms);
      }
    }
    const [float, eight, half] = times.map((list) => median(list) / batch);
    console.log(
      `${numThreads} thread${numThreads === 1 ? ' (processor time)' : 's (wall time)'}: float32 ${float.toFixed(3)} ms an image; ` +
        `int8 ${(float / eight).toFixed(2)}×, float16 ${(float / half).toFixed(2)}× the embeddings a second`,
    );
    for (const model of models) await model.close();
  }
}

/** @param {string} name @param {string} run @param {string} data */
async function compareWithTransformers(name, run, data) {
  const { env, pipeline, RawImage } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.localModelPath = folder;
  const model = await loadModel(run);
  const { input } = model.config;
  const files = photosIn(data).slice(0, Number(options.files));
  for (const dtype of /** @type {const} */ (['fp32', 'fp16', 'q8'])) {
    const extract = await pipeline('image-feature-extraction', `${name}-hub-folder`, { dtype });
    let [pixels, file] = [0, 0];
    for (const path of files) {
      const ours = await model.embedFile(path);
      const decoded = await decodeImage(path, input);
      const raw = new RawImage(new Uint8ClampedArray(decoded), input.width, input.height, input.channels);
      pixels = Math.max(pixels, distance(ours, (await extract(raw)).data));
      file = Math.max(file, distance(ours, (await extract(path)).data));
    }
    await extract.dispose();
    if (files.length > 0)
      console.log(
        `transformers.js ${dtype}, ${files.length} photos: embeddings at most ${pixels.toPrecision(3)} from the model's on the same pixels, ${file.toPrecision(3)} from the file`,
      );
  }
  await model.close();
}

/** @param {string} data */
function photosIn(data) {
  const test = join(data, 'test');
  if (!existsSync(test)) return [];
  return readdirSync(test, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.jpe?g$/i.test(path))
    .filter((_, i) => i % 17 === 0)
    .map((path) => join(test, path));
}

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function distance(a, b) {
  return Math.hypot(...Array.from(a, (value, i) => value - b[i]));
}

/** @param {string[]} args */
function samesame(...args) {
  console.log(
    `$ samesame ${args.map((arg) => (arg.startsWith('/') ? relative(process.cwd(), arg) : arg)).join(' ')}`,
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [here('../../dist/cli/main.js'), ...args, '--json', '--quiet'],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
