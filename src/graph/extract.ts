import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type GraphProto, ModelProtoSchema, type ValueInfoProto, ValueInfoProtoSchema } from 'onnx-buf';
import { SamesameError } from '../base/errors.ts';
import type { TensorType } from './tensor.ts';
import { valueInfo } from './value-info.ts';

/** What to take out of a model, by the names of its values. */
export interface ExtractOptions {
  /** Values that are fed instead of computed. Default: the model's own inputs. */
  readonly inputs?: Readonly<Record<string, TensorType>>;
  /** Values to give out: inner ones, or outputs of the model. The runtime works out their types. */
  readonly outputs: readonly string[];
}

/**
 * A part of an ONNX model as a model of its own: only the nodes and constants that lie between `inputs` and `outputs`.
 * @returns ONNX bytes, owned by the caller
 * @throws E_MODEL where a value is not in the model, or where the outputs also need an input that is not fed
 * @example
 * // What an encoder makes of its last feature map.
 * extractOnnx(bytes, { inputs: { relu_9: { dtype: 'float32', shape: ['batch', 64, 7, 7] } }, outputs: ['embedding'] });
 */
export function extractOnnx(bytes: Uint8Array, { inputs, outputs }: ExtractOptions): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const { graph } = model;
  if (graph === undefined) throw missing(outputs[0], 'a model without a graph');
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const own = graph.input.filter(({ name }) => !constants.has(name));
  const fed: ValueInfoProto[] =
    inputs === undefined ? own : Object.entries(inputs).map(([name, type]) => valueInfo(name, type));

  const isFed = new Set(fed.map(({ name }) => name));
  const { needed, loose } = walkBack(graph, outputs, isFed);
  const unknown = loose.find((name) => !constants.has(name));
  if (unknown !== undefined)
    throw missing(
      unknown,
      own.some(({ name }) => name === unknown) ? 'an input that is not fed' : 'no such value',
    );

  const known = new Map(graph.output.map((output) => [output.name, output]));
  graph.node = graph.node.filter((_, i) => needed.has(i));
  const used = new Set([...graph.node.flatMap(({ input }) => input), ...outputs]);
  graph.initializer = graph.initializer.filter(({ name }) => used.has(name) && !isFed.has(name));
  graph.input = fed;
  graph.output = outputs.map((name) => known.get(name) ?? create(ValueInfoProtoSchema, { name }));
  graph.valueInfo = [];
  return toBinary(ModelProtoSchema, model);
}

/** Indices of the nodes that the outputs need, and the names that no node makes. */
function walkBack(graph: GraphProto, outputs: readonly string[], isFed: ReadonlySet<string>) {
  const makerOf = new Map(graph.node.flatMap(({ output }, i) => output.map((name) => [name, i] as const)));
  const needed = new Set<number>();
  const loose: string[] = [];
  const seen = new Set<string>();
  const open = [...outputs];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === '' || seen.has(name) || isFed.has(name)) continue;
    seen.add(name);
    const maker = makerOf.get(name);
    if (maker === undefined) {
      loose.push(name);
    } else if (!needed.has(maker)) {
      needed.add(maker);
      open.push(...graph.node[maker].input);
    }
  }
  return { needed, loose };
}

function missing(name: string, received: string): SamesameError {
  return new SamesameError('E_MODEL', {
    what: `a part of an ONNX model cannot be taken out at ${name}`,
    expected: 'names of values in it, and enough of them fed for the outputs to be computed',
    received,
  });
}
