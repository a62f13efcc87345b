import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { expect, test } from 'vitest';
import { nodeRuntime, runOn, runOnBoth } from '../../test/gradcheck.ts';
import { compile, OPSET } from './compile.ts';
import { gradients } from './gradients.ts';
import { add } from './ops/add.ts';
import { exp } from './ops/exp.ts';
import { gelu } from './ops/gelu.ts';
import { l2Normalize } from './ops/l2-normalize.ts';
import { matmul } from './ops/matmul.ts';
import { multiply } from './ops/multiply.ts';
import { reduceSum } from './ops/reduce-sum.ts';
import { constant, input } from './ops/source.ts';
import type { Tensor } from './tensor.ts';

/** The op types of a compiled graph, in order, without the Identity that names each output. */
function opTypes(outputs: Record<string, Tensor>): string[] {
  const { graph } = fromBinary(ModelProtoSchema, compile(outputs).bytes);
  return graph!.node.map(({ opType }) => opType).filter((opType) => opType !== 'Identity');
}

test('equal subexpressions are written once, equal constants too', () => {
  const x = input('x', 'float32', [2]);
  expect(opTypes({ y: add(exp(multiply(x, 3)), exp(multiply(x, 3))) })).toEqual(['Mul', 'Exp', 'Add']);
  expect(opTypes({ y: multiply(x, 3), z: multiply(x, 4) })).toEqual(['Mul', 'Mul']);
});

test('a composed op shares what its gradient rebuilds', () => {
  const x = input('x', 'float32', [4, 3]);
  const [dx] = gradients(reduceSum(multiply(l2Normalize(x), constant(new Float32Array(12), [4, 3]))), [x]);
  expect(opTypes({ dx }).filter((opType) => opType === 'ReduceSumSquare')).toHaveLength(1);
});

test('only what the outputs need is written', () => {
  const [x, unused] = [input('x', 'float32', [2]), input('unused', 'float32', [2])];
  exp(unused);
  const graph = compile({ y: exp(x) });
  expect(Object.keys(graph.inputs)).toEqual(['x']);
  expect(opTypes({ y: exp(x) })).toEqual(['Exp']);
});

test('the same graph gives the same bytes, whatever was built before it', () => {
  const build = () => {
    const x = input('x', 'float32', ['N', 3]);
    const weights = constant(
      Float32Array.from({ length: 100 * 3 }, (_, i) => Math.sin(i)),
      [3, 100],
    );
    return compile({ y: gelu(matmul(x, weights)) }).bytes;
  };
  const first = build();
  exp(input('other', 'float32', [1]));
  expect(build()).toEqual(first);
});

test('two inputs of one name are refused', () => {
  const [a, b] = [input('x', 'float32', [2]), input('x', 'float32', [2])];
  expect(() => compile({ y: add(a, b) })).toThrow(expect.objectContaining({ code: 'E_GRAPH' }));
});

test('a graph without outputs is refused', () => {
  expect(() => compile({})).toThrow(expect.objectContaining({ code: 'E_GRAPH' }));
});

test('bind writes an input as a constant', async () => {
  const [x, weights] = [input('x', 'float32', [2]), input('weights', 'float32', [2])];
  const graph = compile(
    { y: multiply(x, weights) },
    { bind: new Map([[weights, new Float32Array([3, -1])]]) },
  );
  expect(Object.keys(graph.inputs)).toEqual(['x']);
  const { y } = await runOn(nodeRuntime, graph.bytes, { x: { tensor: x, values: [2, 5] } });
  expect(y).toEqual([6, -5]);
});

test('bind takes a view into a longer array', async () => {
  const [x, weights] = [input('x', 'float32', [2]), input('weights', 'float32', [2])];
  const view = new Float32Array([9, 3, -1, 9]).subarray(1, 3);
  const graph = compile({ y: multiply(x, weights) }, { bind: new Map([[weights, view]]) });
  const { y } = await runOn(nodeRuntime, graph.bytes, { x: { tensor: x, values: [2, 5] } });
  expect(y).toEqual([6, -5]);
});

test('name, operator sets and metadata are in the file', () => {
  const x = input('x', 'float32', [1, 2, 2]);
  const { bytes } = compile(
    { y: matmul(x, x, { transposeB: true }) },
    { name: 'encoder', metadata: { seed: '7' } },
  );
  const model = fromBinary(ModelProtoSchema, bytes);
  expect(model.graph!.name).toBe('encoder');
  expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([['seed', '7']]);
  expect(model.opsetImport.map(({ domain, version }) => [domain, Number(version)])).toEqual([
    ['', OPSET],
    ['com.microsoft', 1],
  ]);
});

test('an open batch takes any length', async () => {
  const x = input('x', 'float32', ['N', 2]);
  const y = l2Normalize(matmul(x, constant(new Float32Array([3, 0, 0, 4]), [2, 2])));
  expect(compile({ y }).outputs.y.shape).toEqual(['N', 2]);
  for (const rows of [1, 3]) {
    const values = Array.from({ length: rows * 2 }, () => 1);
    const result = await runOnBoth({ y }, { x: { tensor: { ...x, shape: [rows, 2] }, values } });
    expect(result.y).toBeAllClose(Array.from({ length: rows }, () => [0.6, 0.8]).flat(), { rtol: 1e-6 });
  }
});

test('an input, or one tensor under two names, can be an output', async () => {
  const x = input('x', 'float32', [2]);
  const y = exp(x);
  const result = await runOnBoth({ same: x, a: y, b: y }, { x: { tensor: x, values: [0, 1] } });
  expect(result.same).toEqual([0, 1]);
  expect(result.a).toEqual(result.b);
});

test('inputs may have the names that nodes would get', async () => {
  const [a, b] = ['Add_0', 'const_0'].map((name) => input(name, 'float32', [1]));
  const graph = compile({ Mul_1: multiply(add(a, b), 3) });
  const program = await nodeRuntime.load(graph.bytes);
  const feed = (value: number) => nodeRuntime.tensor('float32', Float32Array.of(value), [1]);
  const { Mul_1 } = await program.run({ Add_0: feed(2), const_0: feed(5) });
  expect(Array.from(Mul_1.data as Float32Array)).toEqual([21]);
});
