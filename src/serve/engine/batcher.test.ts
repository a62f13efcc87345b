import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type BatcherOptions, createBatcher } from './batcher.ts';

/** A batcher over a network that doubles the first byte of an image, and runs when it is told to. */
function setUp(options: Partial<BatcherOptions> = {}) {
  const runs: { readonly numImages: number; finish(error?: Error): void }[] = [];
  const batcher = createBatcher({
    imageBytes: 2,
    numThreads: 1,
    maxBatch: 4,
    windowMs: 0,
    run: (pixels, numImages) =>
      new Promise((resolve, reject) => {
        const answer = Float32Array.from({ length: numImages }, (_, i) => 2 * pixels[2 * i]);
        runs.push({ numImages, finish: (error) => (error === undefined ? resolve(answer) : reject(error)) });
      }),
    ...options,
  });
  const add = (value: number, signal?: AbortSignal) => batcher.add(Uint8Array.of(value, 0), signal);
  const sizes = () => runs.map(({ numImages }) => numImages);
  return { batcher, runs, add, sizes };
}

describe('createBatcher', () => {
  it('gives a free thread what there is, and a busy one only a full batch', async () => {
    const { runs, add, sizes, batcher } = setUp();
    const answers = [1, 2, 3].map((value) => add(value));
    expect([sizes(), batcher.numWaiting(), batcher.numRunning()]).toEqual([[1], 2, 1]);
    answers.push(add(4), add(5));
    expect([sizes(), batcher.numWaiting()]).toEqual([[1, 4], 0]);
    answers.push(add(6));
    runs[0].finish();
    runs[1].finish();
    await sleep(1);
    expect(sizes()).toEqual([1, 4, 1]);
    runs[2].finish();
    expect((await Promise.all(answers)).map(([value]) => value)).toEqual([2, 4, 6, 8, 10, 12]);
    expect([batcher.numWaiting(), batcher.numRunning()]).toEqual([0, 0]);
  });

  it('waits for others within the window, but not when the batch is full', async () => {
    const { add, sizes, runs } = setUp({ windowMs: 20, numThreads: 2 });
    const answers = [1, 2].map((value) => add(value));
    expect(sizes()).toEqual([]);
    await sleep(40);
    expect(sizes()).toEqual([2]);
    answers.push(...[3, 4, 5, 6].map((value) => add(value)));
    expect(sizes()).toEqual([2, 4]);
    for (const { finish } of runs) finish();
    expect((await Promise.all(answers)).map(([value]) => value)).toEqual([2, 4, 6, 8, 10, 12]);
  });

  it('takes out what is aborted, and drops the result of what runs', async () => {
    const { add, runs, sizes } = setUp();
    const controller = new AbortController();
    const [running, waiting, other] = [add(1, controller.signal), add(2, controller.signal), add(3)];
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(running).rejects.toThrow('gone');
    await expect(add(4, controller.signal)).rejects.toThrow('gone');
    runs[0].finish();
    await sleep(1);
    runs[1].finish();
    expect([await other, sizes()]).toEqual([Float32Array.of(6), [1, 1]]);
  });

  it('fails those of a batch that failed, and goes on', async () => {
    const { add, runs } = setUp();
    const failed = add(1);
    const next = add(2);
    runs[0].finish(new Error('broken'));
    await expect(failed).rejects.toThrow('broken');
    await sleep(1);
    runs[1].finish();
    expect(await next).toEqual(Float32Array.of(4));
  });
});
