import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';
import * as ort from 'onnxruntime-node';
import { expect } from 'vitest';
import { createRandom } from '../src/base/random.ts';
import { compile } from '../src/graph/compile.ts';
import type { TensorData } from '../src/graph/dtype.ts';
import { gradients } from '../src/graph/gradients.ts';
import { multiply } from '../src/graph/ops/multiply.ts';
import { reduceSum } from '../src/graph/ops/reduce-sum.ts';
import { constant, input } from '../src/graph/ops/source.ts';
import { readOnnx } from '../src/graph/read.ts';
import type { Runtime } from '../src/graph/runtime/types.ts';
import { sizeOf, type Tensor } from '../src/graph/tensor.ts';
import type { Freeze } from '../src/nn/pretrained/freeze.ts';
import { openPretrained, type Pretrained } from '../src/nn/pretrained/pretrained.ts';
import { createScope } from '../src/nn/scope.ts';
import { nodeRuntime, runOn } from './gradcheck.ts';

/**
 * What onnxruntime itself gives at a tensor of a file, by adding the tensor to the outputs. The image's size is opened, and
 * a batch of one is fed one image at a time.
 */
export async function fileOutput(
  bytes: Uint8Array,
  tensor: string,
  planes: Float32Array,
  [numImages, ...rest]: readonly number[],
  isBatchOfOne = false,
): Promise<{ dims: number[]; data: number[] }> {
  const model = fromBinary(ModelProtoSchema, bytes);
  const graph = model.graph!;
  const token = tensor.endsWith('[0]');
  const name = token ? tensor.slice(0, -3) : tensor;
  graph.output = [create(ValueInfoProtoSchema, { name })];
  graph.valueInfo = [];
  const type = graph.input[0].type!.value;
  const axes = type.case === 'tensorType' ? type.value.shape!.dim : [];
  const isChannelsLast = axes[3].value.value === 3n;
  for (const [axis, dim] of axes.entries()) if (axis > 1) dim.value = { case: undefined };
  const session = await ort.InferenceSession.create(toBinary(ModelProtoSchema, model), {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const perImage = planes.length / numImages;
  const results: ort.Tensor[] = [];
  for (let i = 0; i < (isBatchOfOne ? numImages : 1); i++) {
    const part = isBatchOfOne ? planes.slice(i * perImage, (i + 1) * perImage) : planes;
    const shape = [isBatchOfOne ? 1 : numImages, ...rest];
    const fed = isChannelsLast ? toChannelsLast(part, shape) : { part, shape };
    const feeds: Record<string, ort.Tensor> = {
      [graph.input[0].name]: new ort.Tensor('float32', fed.part, fed.shape),
    };
    for (const { name } of graph.input.slice(1))
      feeds[name] = new ort.Tensor('int64', new BigInt64Array(1), [1, 1]);
    results.push((await session.run(feeds))[name]);
  }
  const dims = [numImages, ...results[0].dims.slice(1)];
  const data = results.flatMap((result) => Array.from(result.data as Float32Array));
  if (!token) return { dims, data };
  const [, numTokens, size] = dims;
  const first = Array.from({ length: numImages }, (_, n) =>
    data.slice(n * numTokens * size, n * numTokens * size + size),
  );
  return { dims: [numImages, size], data: first.flat() };
}

/** `[N, C, H, W]` as `[N, H, W, C]`. */
function toChannelsLast(planes: Float32Array, [numImages, channels, height, width]: readonly number[]) {
  const size = height * width;
  const part = planes.map((_, i) => {
    const [n, pixel, channel] = [
      Math.floor(i / (size * channels)),
      Math.floor(i / channels) % size,
      i % channels,
    ];
    return planes[(n * channels + channel) * size + pixel];
  });
  return { part, shape: [numImages, height, width, channels] };
}

/** Trunk and tail one after another, as two graphs, the trunk with an open batch. */
export async function runPretrained(
  runtime: Runtime,
  network: Pretrained,
  planes: Float32Array,
  numImages: number,
): Promise<number[]> {
  return runTail(runtime, network, await runTrunk(runtime, network, planes, numImages), numImages);
}

async function runTrunk(runtime: Runtime, network: Pretrained, planes: Float32Array, numImages: number) {
  const { image } = network;
  const x = input('x', 'float32', ['N', 3, image.height, image.width]);
  const y = network.trunk(x, createScope({ training: false }).scope);
  expect(y.shape).toEqual(['N', ...network.trunkShape]);
  const fed = { ...x, shape: [numImages, 3, image.height, image.width] };
  return (await runOn(runtime, compile({ y }).bytes, { x: { tensor: fed, values: planes } })).y;
}

/** The tail as it is saved with a model, its batch open, which gives what the tail of a training step gives. */
async function runTail(
  runtime: Runtime,
  network: Pretrained,
  features: ArrayLike<number>,
  numImages: number,
): Promise<number[]> {
  const results: number[][] = [];
  for (const batch of [numImages, 'N']) {
    const x = input('x', 'float32', [batch, ...network.trunkShape]);
    const collected = createScope({ training: batch === numImages });
    const y = network.tail(x, collected.scope);
    expect(y.shape).toEqual([batch, ...network.outputShape]);
    const bind = new Map<Tensor, TensorData>(
      collected.parameters.map(({ tensor, initializer, shape }) => [
        tensor,
        initializer(shape, createRandom('initial')),
      ]),
    );
    const fed = { ...x, shape: [numImages, ...network.trunkShape] };
    const { bytes } = compile({ y }, { bind });
    results.push((await runOn(runtime, bytes, { x: { tensor: fed, values: features } })).y);
  }
  const [fixed, open] = results;
  expect(open, 'with an open batch').toBeAllClose(fixed, { rtol: 1e-5, atol: 1e-5 });
  return fixed;
}

/**
 * Half steps of central differences, as shares of the objective. Long ones cross the kinks of ReLU, short ones drown in
 * what float32 rounds away; a right gradient agrees with one of them, a wrong one with none.
 */
const STEPS = [4e-4, 1e-4, 2.5e-5];

/**
 * Holds the gradient of `Σ w·tail(x)` in every parameter, and in the features, against central differences along random
 * directions: in one direction float32 leaves more digits than in one weight.
 */
export async function checkTailGradient(
  network: Pretrained,
  options: {
    readonly numImages: number;
    readonly seed: string;
    readonly rtol?: number;
  },
): Promise<void> {
  const { numImages, seed, rtol = 1e-2 } = options;
  const random = createRandom(`tail/${seed}`);
  const normals = (length: number) => Float32Array.from({ length }, () => random.normal());
  const { height, width } = network.image;
  const planes = normals(numImages * 3 * height * width);
  const features = Float32Array.from(await runTrunk(nodeRuntime, network, planes, numImages));

  const collected = createScope({ training: true });
  const x = input('x', 'float32', [numImages, ...network.trunkShape]);
  const y = network.tail(x, collected.scope);
  const targets = [...collected.parameters.map(({ tensor }) => tensor), x];
  const loss = reduceSum(multiply(y, constant(normals(sizeOf(y.shape)), y.shape as number[])));
  const values = [
    ...collected.parameters.map(({ initializer, shape }) => initializer(shape, random)),
    features,
  ];
  const names = [...collected.parameters.map(({ name }) => name), 'x'];

  const adjoints = Object.fromEntries(gradients(loss, targets).map((gradient, i) => [`d${i}`, gradient]));
  const both = compile({ loss, ...adjoints });
  const program = await nodeRuntime.load(both.bytes, { purpose: 'training' });
  const forward = await nodeRuntime.load(compile({ y }).bytes, { purpose: 'training' });
  const feed = (arrays: readonly Float32Array[]) =>
    Object.fromEntries(
      names.map((name, i) => [name, nodeRuntime.tensor('float32', arrays[i], targets[i].shape as number[])]),
    );
  const analytic = await program.run(feed(values));
  await program.close();
  const weights = Array.from(
    (loss.node.inputs[0].node.inputs[1].node.attributes as { data: Float32Array }).data,
  );
  const outputsAt = async (arrays: readonly Float32Array[]) =>
    (await forward.run(feed(arrays))).y.data as Float32Array;
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
    return sum;
  };
  const objective = async (arrays: readonly Float32Array[]) => dot(weights, await outputsAt(arrays));
  const outputs = await outputsAt(values);
  const scale = Math.sqrt(outputs.reduce((sum, value, i) => sum + (value * weights[i]) ** 2, 0));
  for (const [i, name] of names.entries()) {
    const own = values[i];
    const gradient = analytic[`d${i}`].data as Float32Array;
    const norm = Math.sqrt(dot(gradient, gradient) / own.length);
    if (norm * Math.sqrt(own.length) < 1e-3 * scale) {
      // What softmax does not see (a bias of keys) has no slope: then nothing may move.
      const moves = own.map((value) => value + 0.1 * random.normal());
      const moved = await objective(values.map((array, k) => (k === i ? moves : array)));
      expect(Math.abs(moved - dot(weights, outputs)), `${name} is flat`).toBeLessThan(1e-3 * scale);
      continue;
    }
    // Half along the gradient, so that the slope is not lost in what float32 rounds away, half at random.
    const direction = Float32Array.from(own, (_, j) => random.normal() + gradient[j] / norm);
    const slopes: { numeric: number; moved: number }[] = [];
    for (const step of STEPS) {
      const length = (step * scale) / dot(gradient, direction);
      const [above, below] = [1, -1].map((sign) =>
        own.map((value, j) => value + sign * length * direction[j]),
      );
      const up = await objective(values.map((array, k) => (k === i ? above : array)));
      const down = await objective(values.map((array, k) => (k === i ? below : array)));
      // By how much the rounded numbers really moved.
      const moved = above.map((value, j) => value - below[j]);
      slopes.push({ numeric: up - down, moved: dot(gradient, moved) });
    }
    const error = ({ numeric, moved }: { numeric: number; moved: number }) => Math.abs(numeric / moved - 1);
    const best = slopes.reduce((a, b) => (error(b) < error(a) ? b : a));
    expect([best.numeric], `slope along ${name}`).toBeAllClose([best.moved], { rtol, atol: 0 });
  }
  await forward.close();
}

interface FileCheck {
  readonly image: { readonly height: number; readonly width: number };
  readonly cut?: string;
  readonly isBatchOfOne?: boolean;
}

/** Opens a file with several shares frozen, and holds its features against onnxruntime's of the file itself. */
export async function checkValues(
  bytes: Uint8Array,
  { image, cut, isBatchOfOne, freezes }: FileCheck & { readonly freezes: readonly Freeze[] },
): Promise<void> {
  const model = readOnnx(bytes);
  const numImages = 3;
  const random = createRandom('planes');
  const length = 3 * image.height * image.width;
  const planes = Float32Array.from({ length: numImages * length }, () => random.normal());
  for (const freeze of freezes) {
    const network = openPretrained(model, { name: 'network', image, cut, freeze });
    const shape = [numImages, 3, image.height, image.width];
    const expected = await fileOutput(bytes, network.cut, planes, shape, isBatchOfOne);
    expect(expected.dims).toEqual([numImages, ...network.outputShape]);
    const received = await runPretrained(nodeRuntime, network, planes, numImages);
    expect(received, `frozen ${freeze}`).toBeAllClose(expected.data, { rtol: 1e-4, atol: 2e-5 });
    expect(deviation(expected.data)).toBeGreaterThan(1e-2);
  }
}

/**
 * The values of a file with all, half and nothing frozen, and the gradients of the whole network against central
 * differences.
 * @returns the network with nothing frozen
 */
export async function checkPretrained(bytes: Uint8Array, options: FileCheck): Promise<Pretrained> {
  await checkValues(bytes, { ...options, freezes: ['all', 0.5, 'none'] });
  const { image, cut } = options;
  const network = openPretrained(readOnnx(bytes), { name: 'network', image, cut, freeze: 'none' });
  await checkTailGradient(network, { numImages: 3, seed: 'network' });
  return network;
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
