import { describe, expect, it } from 'vitest';
import { warnOfColours, warnOfCopies } from './data-warnings.ts';

const id = (i: number) => `${i}.png`;
const splits = { train: Int32Array.of(0, 1, 2), validation: Int32Array.of(3), test: Int32Array.of(4, 5) };

describe('warnOfCopies', () => {
  const set = { id, labels: Int32Array.of(0, 0, 1, 0, 1, -1, 0) };

  it('has nothing to say of different images, unreadable ones, and copies within a part and class', () => {
    expect(warnOfCopies(set, splits, ['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toEqual([]);
    expect(warnOfCopies(set, splits, ['a', 'a', undefined, undefined, undefined, 'f', 'g'])).toEqual([]);
    expect(
      warnOfCopies({ id, labels: new Int32Array() }, { ...splits, train: new Int32Array() }, []),
    ).toEqual([]);
  });

  it('tells leaks and conflicts apart, and leaves out what is in no part', () => {
    const [conflict, leak, ...others] = warnOfCopies(set, splits, ['a', 'b', 'a', 'b', 'c', 'c', 'c']);
    expect(others).toEqual([]);
    expect(conflict).toBe(
      '2 images are the same image in different classes (0.png = 2.png; samesame inspect lists them): one of the labels is wrong',
    );
    expect(leak).toBe(
      '2 images are the same image in different parts of the split (1.png = 3.png; samesame inspect lists them): the numbers come out too good',
    );
    const [both] = warnOfCopies(set, splits, ['a', 'b', 'a', 'c', 'c', 'b', 'd']);
    expect(both).toContain(
      '4 images are the same image in different classes (0.png = 2.png, and 1 more such;',
    );
  });
});

describe('warnOfColours', () => {
  const store = (colours: readonly (readonly number[])[], channels: 1 | 3 = 3) => ({
    usable: Int32Array.from(colours, (_, i) => i),
    shape: { height: 1, width: 1, channels },
    gather: async (indices: Int32Array, out: Uint8Array) => out.set(colours[indices[0]]),
  });
  const grey = [90, 92, 89];
  const red = [190, 20, 30];

  it('speaks of a mixture only', async () => {
    expect(await warnOfColours(store([grey, grey]))).toEqual([]);
    expect(await warnOfColours(store([red, red]))).toEqual([]);
    expect(await warnOfColours(store([]))).toEqual([]);
    expect(await warnOfColours(store([[1], [2]], 1))).toEqual([]);
    expect(await warnOfColours(store([...Array(99).fill(red), grey]))).toEqual([]);
    expect(await warnOfColours(store([...Array(18).fill(red), grey, grey]))).toEqual([
      expect.stringContaining('2 of 20 sampled images are grey'),
    ]);
  });
});
