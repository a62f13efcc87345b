// Our side of the fine-tuning benchmark: a pretrained network's frozen trunk, and the compiled step of what is above it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRandom } from '../../dist/base/random.js';
import { compile } from '../../dist/graph/compile.js';
import { findConvBlock } from '../../dist/graph/conv-block.js';
import { readOnnx } from '../../dist/graph/read.js';
import { createRuntime } from '../../dist/graph/runtime/node.js';
import { loadTrunk } from '../../dist/jobs/backbone/run-trunk.js';
import { contrastive } from '../../dist/loss/index.js';
import { buildTrunkModel } from '../../dist/model/encoder-graph.js';
import { backboneEncoder } from '../../dist/nn/networks/backbone.js';
import { openPretrained } from '../../dist/nn/pretrained/index.js';
import { adam } from '../../dist/train/optimizers/adam.js';
import { constantRate } from '../../dist/train/schedules.js';
import { buildStep } from '../../dist/train/step-graph.js';
import { createStepper } from '../../dist/train/stepper.js';
import { randomBytes } from '../train-step/serve-lines.mjs';

const THREADS = Number(process.env.SAMESAME_BENCH_THREADS ?? 2);
const IMAGE = { height: 224, width: 224, channels: 3 };
const SCALE = { mean: 0.5, deviation: 0.5 };
const RATE = 1e-4;
const NUM_CLASSES = 4;

/**
 * @typedef {object} Request
 * @property {string} weights path of the .onnx file
 * @property {number | 'all'} freeze
 * @property {number} batch
 * @property {'cached' | 'whole'} variant from kept features, or from images through the whole network
 * @property {number} steps
 * @property {string} [folder] where to write what the other side reads
 */

/** @type {{ key: string, training: Awaited<ReturnType<typeof createTraining>> } | undefined} */
let current;
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const answer = request.hello
    ? { name: 'samesame', threads: THREADS }
    : await answerTo(request).catch((error) => ({ error: String(error?.stack ?? error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await current?.training.close();

/** @param {Request} request */
async function answerTo(request) {
  const { weights, freeze, batch, variant, steps, folder } = request;
  const key = JSON.stringify([weights, freeze, batch]);
  if (current?.key !== key) {
    // One at a time: open sessions slow each other down.
    await current?.training.close();
    current = undefined;
    current = { key, training: await createTraining(request) };
  }
  const { training } = current;
  if (folder !== undefined) await training.write(folder);
  const step = variant === 'whole' ? training.stepFromImages : training.step;
  const [ms, cpuMs] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  let loss = training.firstLoss;
  for (let i = 0; i < steps; i++) {
    const startCpu = process.cpuUsage();
    const startMs = performance.now();
    loss = await step();
    ms.push(performance.now() - startMs);
    const { user, system } = process.cpuUsage(startCpu);
    cpuMs.push((user + system) / 1000);
  }
  return { ms, cpuMs, loss, firstLoss: training.firstLoss, numParameters: training.numParameters };
}

/** @param {Request} request */
async function createTraining({ weights, freeze, batch }) {
  const model = readOnnx(await readFile(weights));
  const network = openPretrained(model, { name: 'mobilenet-v2', image: IMAGE, freeze });
  const encoder = backboneEncoder(network, { rate: 1 });
  const runtime = createRuntime({ numThreads: THREADS });
  if (encoder.trunk === undefined) throw new Error('nothing is frozen');
  const trunk = await loadTrunk(runtime, buildTrunkModel(encoder.trunk, IMAGE, SCALE), IMAGE);
  const step = buildStep({
    encoder,
    imageShape: IMAGE,
    pixelScale: SCALE,
    batchSize: batch,
    objective: { kind: 'batch', loss: contrastive({ balanced: false }).overBatch },
    optimizer: adam(),
    schedule: constantRate(RATE),
  });
  const random = createRandom(1);
  const stepper = await createStepper(step, runtime, random);
  const state = stepper.read();
  const images = randomBytes(batch * IMAGE.height * IMAGE.width * IMAGE.channels);
  const labels = Int32Array.from({ length: batch }, (_, i) => i % NUM_CLASSES);
  const features = await trunk.run(images, batch);
  /** @param {Uint16Array} halves */
  const bytesOf = ({ buffer, byteOffset, byteLength }) =>
    new Uint8Array(/** @type {ArrayBuffer} */ (buffer), byteOffset, byteLength);
  /** @param {Uint16Array} from */
  const stepOn = async (from) => (await stepper.run({ images: bytesOf(from), labels, random })).loss;
  const firstLoss = await stepOn(features);

  return {
    firstLoss,
    numParameters: step.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    step: () => stepOn(features),
    stepFromImages: async () => stepOn(await trunk.run(images, batch)),
    async close() {
      await stepper.close();
      await trunk.close();
    },

    /** Writes nodes, weights, a batch, and our gradients at those weights. @param {string} folder */
    async write(folder) {
      const outputs = Object.fromEntries(
        Object.entries(step.gradients).map(([name, gradient]) => [
          `gradient/${name.replace('backbone/', '')}`,
          gradient,
        ]),
      );
      // Written as the step is, so that what is checked is what is timed.
      const { bytes } = compile(outputs, { convBlock: await findConvBlock(runtime) });
      const program = await runtime.load(bytes, { purpose: 'training' });
      const feeds = Object.fromEntries(
        Object.entries(program.inputs).map(([name, { shape }]) => {
          const dims = /** @type {number[]} */ (shape);
          if (name === 'features') return [name, runtime.tensor('float16', features, dims)];
          if (name === 'labels') return [name, runtime.tensor('int32', labels, dims)];
          return [name, runtime.tensor('float32', /** @type {Float32Array} */ (state.get(name)), dims)];
        }),
      );
      const gradients = await program.run(feeds);
      await program.close();

      const writer = createArrays();
      for (const [name, { shape, data }] of model.initializers) writer.add(name, shape, data);
      for (const { name, shape } of step.parameters.filter((entry) => entry.name.startsWith('embedding/')))
        writer.add(name, shape, /** @type {Float32Array} */ (state.get(name)));
      for (const [name, { data, dims }] of Object.entries(gradients)) writer.add(name, dims, data);
      writer.add('images', [batch, IMAGE.height, IMAGE.width, IMAGE.channels], images);
      writer.add('features', [batch, ...network.trunkShape], features);
      writer.add('labels', [batch], labels);

      const cut = model.nodes.findIndex(({ outputs }) => outputs[0] === network.cut);
      const frozen = model.nodes.findIndex(({ outputs }) => outputs[0] === network.frozenUpTo);
      const nodes = model.nodes.slice(0, cut + 1).map(describeNode);
      const described = {
        input: Object.keys(model.inputs)[0],
        features: network.frozenUpTo,
        trunk: nodes.slice(0, frozen + 1),
        tail: nodes.slice(frozen + 1),
        rate: RATE,
        arrays: writer.entries,
      };
      await writeFile(join(folder, 'network.json'), JSON.stringify(described));
      await writeFile(join(folder, 'arrays.bin'), writer.bytes());
    },
  };
}

/** A node as PyTorch's side reads it. @param {import('../../dist/graph/read.js').OnnxNode} node */
function describeNode({ opType, name, inputs, outputs, attributes }) {
  if (!['Conv', 'Clip', 'Add'].includes(opType)) throw new Error(`${opType} is not in this benchmark`);
  const [weight, bias] = inputs.slice(1);
  const { pads, strides, group } = attributes;
  return {
    op: opType,
    name: name.replaceAll('.', '_'),
    inputs: opType === 'Add' ? inputs : [inputs[0]],
    output: outputs[0],
    ...(opType === 'Conv' && { weight, bias, pads, strides, groups: group }),
  };
}

/** Arrays one after another in one file, and where each of them lies. */
function createArrays() {
  /** @type {Record<string, { dtype: string, shape: readonly number[], offset: number }>} */
  const entries = {};
  /** @type {Uint8Array[]} */
  const parts = [];
  let offset = 0;
  return {
    entries,
    /** @param {string} name @param {readonly number[]} shape @param {any} data */
    add(name, shape, data) {
      // Newer Nodes have an array type for halves.
      const dtype = /** @type {Record<string, string>} */ ({
        Float32Array: '<f4',
        Int32Array: '<i4',
        BigInt64Array: '<i8',
        Uint16Array: '<f2',
        Float16Array: '<f2',
        Uint8Array: '|u1',
      })[data.constructor.name];
      entries[name] = { dtype, shape, offset };
      const part = new Uint8Array(8 * Math.ceil(data.byteLength / 8));
      part.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      parts.push(part);
      offset += part.length;
    },
    bytes: () => Buffer.concat(parts),
  };
}

/** @param {readonly number[]} shape */
function sizeOf(shape) {
  return shape.reduce((product, length) => product * length, 1);
}
