import { describe, expect, it } from 'vitest';
import { nodeRuntime, webRuntime } from '../../../test/gradcheck.ts';
import { compile } from '../compile.ts';
import { multiply } from '../ops/multiply.ts';
import { reduceSum } from '../ops/reduce-sum.ts';
import { input } from '../ops/source.ts';

const x = input('x', 'float32', [3]);
const graph = compile({ double: multiply(x, 2), sum: reduceSum(x) });

describe.each([nodeRuntime, webRuntime])('$name', (runtime) => {
  const tensorOf = (...values: number[]) =>
    runtime.tensor('float32', Float32Array.from(values), [values.length]);

  it('gives new tensors', async () => {
    const program = await runtime.load(graph.bytes);
    const first = await program.run({ x: tensorOf(1, 2, 3) });
    const second = await program.run({ x: tensorOf(4, 5, 6) });
    expect([...first.double.data]).toEqual([2, 4, 6]);
    expect([...second.double.data]).toEqual([8, 10, 12]);
    expect([...second.sum.data]).toEqual([15]);
    await program.close();
  });

  it('writes results into the tensors that are given, and makes the others', async () => {
    const program = await runtime.load(graph.bytes);
    const array = new Float32Array(3);
    const double = runtime.tensor('float32', array, [3]);
    const results = await program.run({ x: tensorOf(1, 2, 3) }, { double });
    expect([...array]).toEqual([2, 4, 6]);
    expect([...results.double.data]).toEqual([2, 4, 6]);
    expect([...results.sum.data]).toEqual([6]);
    await program.run({ x: double }, { double: tensorOf(0, 0, 0) });
    expect([...array]).toEqual([2, 4, 6]);
    await program.close();
  });

  it('throws E_RUNTIME for a tensor of another length, and for bytes that are no model', async () => {
    const program = await runtime.load(graph.bytes);
    const code = { code: 'E_RUNTIME' };
    await expect(program.run({ x: tensorOf(1, 2, 3) }, { double: tensorOf(0, 0) })).rejects.toMatchObject(
      code,
    );
    await expect(runtime.load(new Uint8Array(64))).rejects.toMatchObject(code);
    await program.close();
  });
});
