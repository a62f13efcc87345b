import { expect } from 'vitest';
import { createRandom } from '../src/base/random.ts';
import { compile } from '../src/graph/compile.ts';
import type { DType, TensorData } from '../src/graph/dtype.ts';
import { createArray, isFloat } from '../src/graph/dtype.ts';
import { gradients } from '../src/graph/gradients.ts';
import { multiply } from '../src/graph/ops/multiply.ts';
import { reduceSum } from '../src/graph/ops/reduce-sum.ts';
import { constant, input } from '../src/graph/ops/source.ts';
import { createRuntime as createNodeRuntime } from '../src/graph/runtime/node.ts';
import type { Runtime } from '../src/graph/runtime/types.ts';
import { createRuntime as createWebRuntime } from '../src/graph/runtime/web.ts';
import type { Tensor } from '../src/graph/tensor.ts';
import { sizeOf } from '../src/graph/tensor.ts';

export const nodeRuntime = createNodeRuntime({ numThreads: 1 });
export const webRuntime = createWebRuntime({ numThreads: 1 });

/** One operand of a check. Without `values`, seeded normal numbers. */
export interface Operand {
  readonly shape: readonly number[];
  readonly values?: ArrayLike<number>;
  /** Default float32. Integer and bool operands get no gradient. */
  readonly dtype?: DType;
  /** Leave this operand out of the gradient check. */
  readonly constant?: boolean;
}

export interface OpCheck {
  readonly operands: readonly Operand[];
  /** The op under test. */
  readonly build: (...inputs: Tensor[]) => Tensor;
  /** The same function as plain float64 loops that share no code with the op: flat row-major arrays in and out. */
  readonly oracle: (...inputs: Float64Array[]) => ArrayLike<number>;
  /** Output not smooth (comparisons, ties): check values only. */
  readonly valuesOnly?: boolean;
  /** Half step of the central difference. Default 1e-5: float64 leaves 11 digits there. */
  readonly step?: number;
  /** Of gradients. Default 1e-3. */
  readonly rtol?: number;
  /** Of gradients. Default 2e-4. */
  readonly atol?: number;
  /** Of values. Default 1e-4. */
  readonly valueRtol?: number;
  readonly seed?: number;
}

/**
 * Holds an op against its oracle: values to 1e-4, gradients to 1e-3 of float64 central differences of the oracle,
 * and onnxruntime-node against onnxruntime-web to 1e-5.
 */
export async function checkOp(check: OpCheck): Promise<void> {
  const { build, oracle, step = 1e-5, rtol = 1e-3, atol = 2e-4, valueRtol = 1e-4 } = check;
  const random = createRandom(`gradcheck/${check.seed ?? 0}`);
  const arrays = check.operands.map(({ shape, values }) =>
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.fround(values?.[i] ?? random.normal())),
  );
  const inputs = check.operands.map(({ shape, dtype = 'float32' }, i) => input(`x${i}`, dtype, shape));
  const output = build(...inputs);
  const expected = oracle(...arrays);
  expect(sizeOf(output.shape)).toBe(expected.length);

  const targets = inputs.filter((x, i) => isFloat(x.dtype) && check.operands[i].constant !== true);
  const weights = Float32Array.from({ length: expected.length }, () => random.normal());
  const outputs: Record<string, Tensor> = { y: output };
  if (check.valuesOnly !== true) {
    const loss = reduceSum(multiply(output, constant(weights, output.shape as number[])));
    gradients(loss, targets).forEach((gradient, i) => {
      outputs[`d_${targets[i].node.id}`] = gradient;
    });
  }

  const results = await runOnBoth(
    outputs,
    Object.fromEntries(inputs.map((x, i) => [`x${i}`, { tensor: x, values: arrays[i] }])),
  );
  expect(Array.from(results.y)).toBeAllClose(Array.from(expected), { rtol: valueRtol, atol: 1e-5 });
  if (check.valuesOnly === true) return;

  const objective = () => dot(oracle(...arrays), weights);
  for (const target of targets) {
    const array = arrays[inputs.indexOf(target)];
    const numeric = Array.from(array, (value, j) => {
      array[j] = value + step;
      const above = objective();
      array[j] = value - step;
      const below = objective();
      array[j] = value;
      return (above - below) / (2 * step);
    });
    expect(Array.from(results[`d_${target.node.id}`])).toBeAllClose(numeric, { rtol, atol });
  }
}

interface Fed {
  readonly tensor: Tensor;
  readonly values: ArrayLike<number>;
}

/** Runs a graph in onnxruntime-node and onnxruntime-web, checks that they agree to 1e-5, returns Node's numbers. */
export async function runOnBoth(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, Fed>>,
): Promise<Record<string, number[]>> {
  const graph = compile(outputs);
  const used = Object.fromEntries(Object.entries(feeds).filter(([name]) => name in graph.inputs));
  const [onNode, onWeb] = [
    await runOn(nodeRuntime, graph.bytes, used),
    await runOn(webRuntime, graph.bytes, used),
  ];
  for (const [name, values] of Object.entries(onNode)) {
    expect(onWeb[name], `${name}: web against node`).toBeAllClose(values, { rtol: 1e-5, atol: 1e-5 });
  }
  return onNode;
}

/** Runs a graph once on one runtime and gives its outputs as plain numbers. */
export async function runOn(
  runtime: Runtime,
  model: Uint8Array,
  feeds: Readonly<Record<string, Fed>>,
): Promise<Record<string, number[]>> {
  const program = await runtime.load(model, { purpose: 'training' });
  const values = Object.entries(feeds).map(([name, { tensor, values }]) => [
    name,
    runtime.tensor(tensor.dtype, toData(tensor.dtype, values), tensor.shape as number[]),
  ]);
  const results = await program.run(Object.fromEntries(values));
  const plain = Object.entries(results).map(([name, { data }]) => [
    name,
    Array.from(data as Float32Array, Number),
  ]);
  await program.close();
  return Object.fromEntries(plain);
}

function toData(dtype: DType, values: ArrayLike<number>): TensorData {
  const data = createArray(dtype, values.length);
  for (let i = 0; i < values.length; i++)
    data[i] = data instanceof BigInt64Array ? BigInt(values[i]) : values[i];
  return data;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
