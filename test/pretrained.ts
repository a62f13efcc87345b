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
import type { Runtime } from '../src/graph/runtime/types.ts';
import { sizeOf, type Tensor } from '../src/graph/tensor.ts';
import type { Pretrained } from '../src/nn/pretrained/pretrained.ts';
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
  for (const { type } of graph.input) {
    if (type?.value.case !== 'tensorType') continue;
    for (const [axis, dim] of (type.value.value.shape?.dim ?? []).entries()) {
      if (axis > 1) dim.value = { case: undefined };
    }
  }
  const session = await ort.InferenceSession.create(toBinary(ModelProtoSchema, model), {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const perImage = planes.length / numImages;
  const results: ort.Tensor[] = [];
  for (let i = 0; i < (isBatchOfOne ? numImages : 1); i++) {
    const part = isBatchOfOne ? planes.slice(i * perImage, (i + 1) * perImage) : planes;
    const feeds = {
      [graph.input[0].name]: new ort.Tensor('float32', part, [isBatchOfOne ? 1 : numImages, ...rest]),
    };
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

async function runTail(
  runtime: Runtime,
  network: Pretrained,
  features: ArrayLike<number>,
  numImages: number,
) {
  const x = input('x', 'float32', [numImages, ...network.trunkShape]);
  const collected = createScope({ training: true });
  const y = network.tail(x, collected.scope);
  expect(y.shape).toEqual([numImages, ...network.outputShape]);
  const bind = new Map<Tensor, TensorData>(
    collected.parameters.map(({ tensor, initializer, shape }) => [
      tensor,
      initializer(shape, createRandom('initial')),
    ]),
  );
  return (await runOn(runtime, compile({ y }, { bind }).bytes, { x: { tensor: x, values: features } })).y;
}

/**
 * Holds the gradient of `Σ w·tail(x)` in every parameter, and in the features, against central differences along random
 * directions: in one direction float32 leaves more digits than in one weight.
 */
export async function checkTailGradient(
  network: Pretrained,
  options: {
    readonly numImages: number;
    readonly seed: string;
    readonly step?: number;
    readonly rtol?: number;
  },
): Promise<void> {
  const { numImages, seed, step = 5e-4, rtol = 1e-2 } = options;
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
    expect(norm, `${name} has a slope`).toBeGreaterThan(0);
    // Half along the gradient, so that the slope is not lost in what float32 rounds away, half at random.
    const direction = Float32Array.from(own, (_, j) => random.normal() + gradient[j] / norm);
    const length = (step * scale) / dot(gradient, direction);
    const shifted = (sign: number) => own.map((value, j) => value + sign * length * direction[j]);
    const [above, below] = [shifted(1), shifted(-1)];
    const up = await objective(values.map((array, k) => (k === i ? above : array)));
    const down = await objective(values.map((array, k) => (k === i ? below : array)));
    // By how much the rounded numbers really moved.
    const moved = above.map((value, j) => value - below[j]);
    expect([up - down], `slope along ${name}`).toBeAllClose([dot(gradient, moved)], { rtol, atol: 0 });
  }
  await forward.close();
}
