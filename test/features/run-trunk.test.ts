import { describe, expect, it } from 'vitest';
import { fromFloat16 } from '../../src/base/float16.ts';
import { cast, compile, input, multiply, reduceMean } from '../../src/graph/index.ts';
import { loadTrunk } from '../../src/jobs/backbone/run-trunk.ts';
import { createThreadedRuntime } from '../../src/jobs/threads/threaded-runtime.ts';
import { nodeRuntime } from '../gradcheck.ts';

const SHAPE = { height: 2, width: 3, channels: 3 } as const;
const IMAGE_BYTES = 18;

/** The mean of each channel, doubled. */
function meansGraph(): Uint8Array {
  const pixels = input('pixels', 'uint8', ['N', 2, 3, 3]);
  return compile({ means: multiply(reduceMean(cast(pixels, 'float32'), [1, 2]), 2) }).bytes;
}

function meansOf(image: Uint8Array): number[] {
  return [0, 1, 2].map(
    (c) => [...image].filter((_, i) => i % 3 === c).reduce((sum, value) => sum + value, 0) / 3,
  );
}

const image = (k: number) => Uint8Array.from({ length: IMAGE_BYTES }, (_, i) => (i * 13 + k * 7) % 200);

const loadIn = (numThreads: number, model: Uint8Array) =>
  loadTrunk(createThreadedRuntime({ numThreads }), model, SHAPE);

describe('loadTrunk in threads', () => {
  it('runs batches of any size in several threads, each answer to its question', async () => {
    const trunk = await loadIn(2, meansGraph());
    expect(trunk.concurrency).toBe(8);
    const sizes = [1, 3, 2, 5, 1, 4];
    const answers = sizes.map((size, k) => {
      const batch = new Uint8Array(size * IMAGE_BYTES);
      for (let i = 0; i < size; i++) batch.set(image(10 * k + i), i * IMAGE_BYTES);
      return trunk.run(batch, size);
    });
    for (const [k, rows] of (await Promise.all(answers)).entries()) {
      const expected = Array.from({ length: sizes[k] }, (_, i) => meansOf(image(10 * k + i))).flat();
      expect(fromFloat16(rows)).toBeAllClose(expected, { rtol: 1e-3 });
    }
    await trunk.close();
    await expect(trunk.run(image(0), 1)).rejects.toMatchObject({ code: 'E_RUNTIME' });
  });

  it('takes part of a larger array without taking the rest away', async () => {
    const trunk = await loadIn(1, meansGraph());
    const both = Uint8Array.from([...image(1), ...image(2)]);
    const rows = await trunk.run(both.subarray(IMAGE_BYTES), 1);
    expect(fromFloat16(rows)).toBeAllClose(meansOf(image(2)), { rtol: 1e-3 });
    expect([...both.subarray(IMAGE_BYTES)]).toEqual([...image(2)]);
    // A batch that fails does not end the thread.
    await expect(trunk.run(image(1), 2)).rejects.toThrow(/size/);
    expect(await trunk.run(image(2), 1)).toEqual(rows);
    await trunk.close();
  });

  it('says why a graph cannot be run', async () => {
    const broken = loadIn(2, Uint8Array.of(1, 2, 3));
    await expect(broken).rejects.toMatchObject({ code: 'E_RUNTIME' });
    const floats = input('pixels', 'float32', ['N', 2, 3, 3]);
    const { bytes } = compile({ means: reduceMean(floats, [1, 2]) });
    const other = loadIn(1, bytes);
    await expect(other).rejects.toMatchObject({
      code: 'E_MODEL',
      message: expect.stringContaining('pixels (float32)'),
    });
  });
});

it('loadTrunk runs in this thread', async () => {
  const trunk = await loadTrunk(nodeRuntime, meansGraph(), SHAPE);
  expect(fromFloat16(await trunk.run(image(3), 1))).toBeAllClose(meansOf(image(3)), { rtol: 1e-3 });
  await trunk.close();
});
