import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../../test/gradcheck.ts';
import { cast, compile, input, multiply, reduceSum } from '../../graph/index.ts';
import { createEmbedder } from '../../model/embedder.ts';
import { createThreadedRuntime } from './threaded-runtime.ts';

const x = input('x', 'float32', ['N']);
const graph = compile({ double: multiply(x, 2), sum: reduceSum(x) }).bytes;
const tensorOf = (...values: number[]) =>
  nodeRuntime.tensor('float32', Float32Array.from(values), [values.length]);

/** The sum of each row of an image, doubled. */
function encoder(): Uint8Array {
  const images = cast(input('images', 'uint8', ['N', 2, 2, 1]), 'float32');
  return compile({ embedding: multiply(reduceSum(images, [2, 3]), 2) }).bytes;
}

describe('createThreadedRuntime', () => {
  const runtime = createThreadedRuntime({ numThreads: 2 });

  it('answers each of many runs at once, leaving the caller its tensors', async () => {
    const program = await runtime.load(graph);
    expect(program.outputs.double).toEqual({ dtype: 'float32', shape: ['N'] });
    const feeds = Array.from({ length: 20 }, (_, i) => tensorOf(i, 2 * i, 3 * i));
    const results = await Promise.all(feeds.map((feed) => program.run({ x: feed })));
    for (const [i, { double, sum }] of results.entries()) {
      expect([...double.data]).toEqual([2 * i, 4 * i, 6 * i]);
      expect([...sum.data]).toEqual([6 * i]);
      expect([...feeds[i].data]).toEqual([i, 2 * i, 3 * i]);
    }
    await program.close();
  });

  it('writes into the tensors that are given, part of a larger array too', async () => {
    const program = await runtime.load(graph);
    const array = new Float32Array(5);
    const double = runtime.tensor('float32', array.subarray(1, 4), [3]);
    const part = Float32Array.of(9, 1, 2, 3, 9).subarray(1, 4);
    const results = await program.run({ x: runtime.tensor('float32', part, [3]) }, { double });
    expect([...array]).toEqual([0, 2, 4, 6, 0]);
    expect(results.double).toBe(double);
    const short = { double: tensorOf(0, 0) };
    await expect(program.run({ x: tensorOf(1, 2, 3) }, short)).rejects.toMatchObject({ code: 'E_RUNTIME' });
    await program.close();
  });

  it('goes on after a run that fails, and loads anew after the last graph was closed', async () => {
    const first = await runtime.load(graph);
    const second = await runtime.load(graph);
    await expect(first.run({ y: tensorOf(1) })).rejects.toMatchObject({ code: 'E_RUNTIME' });
    await first.close();
    await first.close();
    expect([...(await second.run({ x: tensorOf(4) })).double.data]).toEqual([8]);
    await second.close();
    await expect(second.run({ x: tensorOf(4) })).rejects.toMatchObject({ code: 'E_RUNTIME' });
    await expect(runtime.load(new Uint8Array(64))).rejects.toMatchObject({ code: 'E_RUNTIME' });
    const third = await runtime.load(graph);
    expect([...(await third.run({ x: tensorOf(5) })).double.data]).toEqual([10]);
    await third.close();
  });

  it('embeds as one thread does, whatever part of a batch is left over', async () => {
    const [ours, alone] = await Promise.all([
      createEmbedder(encoder(), runtime),
      createEmbedder(encoder(), nodeRuntime),
    ]);
    const images = Uint8Array.from({ length: 4 * 333 }, (_, i) => (i * 7) % 256);
    expect(await ours.embed(images)).toEqual(await alone.embed(images));
    await Promise.all([ours.close(), alone.close()]);
  });
});
