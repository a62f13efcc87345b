import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../test/gradcheck.ts';
import { compile } from './compile.ts';
import { findCuts } from './cuts.ts';
import { extractOnnx } from './extract.ts';
import { add } from './ops/add.ts';
import { matmul } from './ops/matmul.ts';
import { relu } from './ops/relu.ts';
import { constant, input } from './ops/source.ts';
import { square } from './ops/square.ts';
import { readOnnx } from './read.ts';

/** Nodes by `output = input, input`. */
const graphOf = (...lines: string[]) => ({
  nodes: lines.map((line) => {
    const [output, rest] = line.split(' = ');
    return {
      name: output,
      opType: 'Add',
      domain: '',
      inputs: rest.split(', '),
      outputs: [output],
      attributes: {},
    };
  }),
});

describe('findCuts', () => {
  it('finds every value of a chain', () => {
    expect(findCuts(graphOf('a = x', 'b = a', 'c = b', 'y = c'), 'x', 'y')).toEqual(['a', 'b', 'c']);
  });

  it('leaves out the inside of a residual block, and what does not lead there', () => {
    const graph = graphOf('a = x', 'b = a', 'side = a', 'k = w', 'c = b, k', 'd = a, c', 'e = d, d', 'y = e');
    expect(findCuts(graph, 'x', 'y')).toEqual(['a', 'd', 'e']);
  });

  it('finds none where an input is used again at the end, or is not used', () => {
    expect(findCuts(graphOf('a = x', 'b = a', 'y = b, x'), 'x', 'y')).toEqual([]);
    expect(findCuts(graphOf('a = w', 'y = a'), 'x', 'y')).toEqual([]);
    expect(findCuts(graphOf('y = x'), 'x', 'y')).toEqual([]);
  });
});

describe('extractOnnx', () => {
  const x = input('x', 'float32', ['batch', 2]);
  const hidden = relu(matmul(x, constant(new Float32Array([1, 2, 3, 4]), [2, 2])));
  const { bytes } = compile({ y: add(square(hidden), constant(new Float32Array([10, 20]), [2])) });
  const inner = readOnnx(bytes).nodes.find(({ opType }) => opType === 'Relu')!.outputs[0];

  it('gives an inner value out beside the output', async () => {
    const program = await nodeRuntime.load(extractOnnx(bytes, { outputs: [inner, 'y'] }));
    const result = await program.run({ x: nodeRuntime.tensor('float32', new Float32Array([1, -1]), [1, 2]) });
    // [1, −1] · [[1, 2], [3, 4]] = [−2, −2], and [1, 1] · … = [4, 6].
    expect([...result[inner].data]).toEqual([0, 0]);
    const other = await program.run({ x: nodeRuntime.tensor('float32', new Float32Array([1, 1]), [1, 2]) });
    expect([...other[inner].data]).toEqual([4, 6]);
    expect([...other.y.data]).toEqual([26, 56]);
  });

  it('feeds an inner value, and drops what lies before it', async () => {
    const tail = extractOnnx(bytes, {
      inputs: { [inner]: { dtype: 'float32', shape: ['batch', 2] } },
      outputs: ['y'],
    });
    expect(readOnnx(tail).nodes.map(({ opType }) => opType)).not.toContain('MatMul');
    expect(readOnnx(tail).initializers.size).toBe(1);
    const program = await nodeRuntime.load(tail);
    const fed = nodeRuntime.tensor('float32', new Float32Array([2, 3, 0, 1]), [2, 2]);
    expect([...(await program.run({ [inner]: fed })).y.data]).toEqual([14, 29, 10, 21]);
  });

  it('refuses a value that is not there, and outputs that need more than is fed', () => {
    expect(() => extractOnnx(bytes, { outputs: ['z'] })).toThrow(/at z[\s\S]*no such value/);
    const inputs = { w: { dtype: 'float32', shape: [1] } } as const;
    expect(() => extractOnnx(bytes, { inputs, outputs: ['y'] })).toThrow(/at x[\s\S]*not fed/);
  });
});
