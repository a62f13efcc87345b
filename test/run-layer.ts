import { createRandom } from '../src/base/random.ts';
import { compile } from '../src/graph/compile.ts';
import type { DType } from '../src/graph/dtype.ts';
import { input } from '../src/graph/ops/source.ts';
import { type Shape, sizeOf, type Tensor } from '../src/graph/tensor.ts';
import { createScope, type Parameter, type Scope } from '../src/nn/scope.ts';
import { nodeRuntime, runOn } from './gradcheck.ts';

export interface LayerRun {
  readonly x: Float64Array;
  readonly y: number[];
  readonly shape: Shape;
  /** The parameters that the layer made, in that order. */
  readonly parameters: readonly Parameter[];
  /** What was fed for them. */
  readonly values: Readonly<Record<string, Float64Array>>;
  /** New values of running statistics by name. */
  readonly updates: Readonly<Record<string, number[]>>;
}

/**
 * Runs a layer once on seeded normal numbers, its parameters fed with others, so that no default value hides a mistake.
 * Variances get positive numbers. `x` and `bits` replace what would be drawn.
 */
export async function runLayer(
  layer: (x: Tensor, scope: Scope) => Tensor,
  shape: readonly number[],
  options: {
    readonly training?: boolean;
    readonly dtype?: DType;
    readonly x?: ArrayLike<number>;
    readonly bits?: ArrayLike<number>;
  } = {},
): Promise<LayerRun> {
  const { training = false, dtype = 'float32' } = options;
  const random = createRandom('layer');
  const draw = (length: number) => Float64Array.from({ length }, () => Math.fround(random.normal()));
  const collected = createScope({ training });
  const given = input('x', dtype, shape);
  const output = layer(given, collected.scope);
  const { parameters, updates, randomInputs } = collected;
  const x = options.x === undefined ? draw(sizeOf(shape)) : Float64Array.from(options.x);
  const values = Object.fromEntries(
    parameters.map(({ name, shape: own }) => {
      const numbers = draw(sizeOf(own));
      return [name, name.endsWith('variance') ? numbers.map((v) => Math.fround(v * v + 0.1)) : numbers];
    }),
  );
  const outputs: Record<string, Tensor> = { y: output };
  for (const [{ name }, tensor] of updates) outputs[`next/${name}`] = tensor;
  const graph = compile(outputs);
  const feeds: Record<string, { tensor: Tensor; values: ArrayLike<number> }> = {
    x: { tensor: given, values: x },
  };
  for (const { name, tensor } of parameters) feeds[name] = { tensor, values: values[name] };
  for (const tensor of randomInputs) {
    const { name } = tensor.node.attributes as { name: string };
    const bits = Int32Array.from({ length: sizeOf(tensor.shape) }, () => random.bits());
    feeds[name] = { tensor, values: options.bits ?? bits };
  }
  const used = Object.fromEntries(Object.entries(feeds).filter(([name]) => name in graph.inputs));
  const { y, ...rest } = await runOn(nodeRuntime, graph.bytes, used);
  const next = Object.entries(rest).map(([name, numbers]) => [name.replace('next/', ''), numbers]);
  return { x, y, shape: output.shape, parameters, values, updates: Object.fromEntries(next) };
}
