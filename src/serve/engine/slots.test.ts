import { expect, it } from 'vitest';
import { createSlots } from './slots.ts';

it('lets so many run, the others in their order, and forgets who gave up', async () => {
  const slots = createSlots(2);
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const controller = new AbortController();
  const run = (i: number, signal?: AbortSignal) =>
    slots.run(() => {
      started.push(i);
      return new Promise<number>((resolve) => ends.push(() => resolve(i)));
    }, signal);
  const all = [run(0), run(1), run(2, controller.signal), run(3), run(4)];
  await Promise.resolve();
  expect([started, slots.numWaiting()]).toEqual([[0, 1], 3]);
  controller.abort(new Error('gave up'));
  await expect(all[2]).rejects.toThrow('gave up');
  await expect(run(9, controller.signal)).rejects.toThrow('gave up');
  for (let i = 0; i < 4; i++) {
    ends[i]();
    await all[[0, 1, 3, 4][i]];
  }
  expect([started, slots.numWaiting()]).toEqual([[0, 1, 3, 4], 0]);
});
