import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Splits, splitByClass, splitByImage } from './splits.ts';
import type { SplitName } from './types.ts';

const PARTS = ['train', 'validation', 'test'] as const;
const labelsOf = (...sizes: number[]) => Int32Array.from(sizes.flatMap((size, c) => new Array(size).fill(c)));
const countIn = (labels: Int32Array, part: Int32Array, c: number) =>
  part.filter((i) => labels[i] === c).length;

function expectPartition(splits: Splits, numImages: number): void {
  const all = PARTS.flatMap((part) => [...splits[part]]).sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: numImages }, (_, i) => i));
  for (const part of PARTS) expect([...splits[part]]).toEqual([...splits[part]].sort((a, b) => a - b));
}

describe('splitByImage', () => {
  it('splits each class in proportion and the whole exactly', () => {
    const labels = labelsOf(600, 300, 101);
    const splits = splitByImage({ labels }, { validation: 0.1, test: 200, seed: 3 });
    expectPartition(splits, 1001);
    expect(splits.validation).toHaveLength(100);
    expect(splits.test).toHaveLength(200);
    // 59.94, 29.97, 10.09 and 119.88, 59.94, 20.18 by largest remainder.
    expect([0, 1, 2].map((c) => countIn(labels, splits.validation, c))).toEqual([60, 30, 10]);
    expect([0, 1, 2].map((c) => countIn(labels, splits.test, c))).toEqual([120, 60, 20]);
  });

  it.each([
    [1, 1, 0, 0],
    [2, 2, 0, 0],
    [3, 2, 1, 0],
    [4, 2, 2, 0],
    [5, 3, 1, 1],
    [6, 3, 2, 1],
    [8, 4, 2, 2],
    [40, 32, 4, 4],
  ])('gives of a class of %i: %i to train, %i to validation, %i to test', (size, train, validation, test) => {
    const labels = labelsOf(size, 1000);
    const splits = splitByImage({ labels }, { validation: 0.1, test: 0.1 });
    expect(PARTS.map((part) => countIn(labels, splits[part], 0))).toEqual([train, validation, test]);
  });

  it('keeps what the source assigns and draws what it lacks from train', () => {
    const labels = labelsOf(20, 20);
    const names: (SplitName | undefined)[] = Array.from(labels, (_, i) =>
      i % 4 === 0 ? 'test' : i % 4 === 1 ? undefined : 'train',
    );
    const splits = splitByImage({ labels, splits: names }, { validation: 6, test: 0.5 });
    expectPartition(splits, 40);
    expect([...splits.test]).toEqual(Array.from({ length: 10 }, (_, i) => 4 * i));
    expect(splits.validation).toHaveLength(6);
    expect([0, 1].map((c) => countIn(labels, splits.validation, c))).toEqual([3, 3]);
  });

  it('is decided by the seed alone', () => {
    const labels = labelsOf(50, 50);
    const draw = (seed: number) => [...splitByImage({ labels }, { seed }).validation].join();
    expect(draw(1)).toBe(draw(1));
    expect(draw(1)).not.toBe(draw(2));
  });

  it('looks only at the images it is given, splits unlabelled ones too, and without classes when asked', () => {
    const labels = Int32Array.from({ length: 40 }, (_, i) => (i % 2 ? -1 : 0));
    const indices = Int32Array.from({ length: 20 }, (_, i) => i + 5);
    const splits = splitByImage({ labels }, { validation: 0.2, test: 0, indices });
    expect([...splits.train, ...splits.validation].sort((a, b) => a - b)).toEqual([...indices]);
    expect(splits.validation).toHaveLength(4);
    expect(countIn(labels, splits.validation, -1)).toBe(2);
    const plain = splitByImage({ labels }, { validation: 1, test: 0, stratify: false });
    expect(plain.validation).toHaveLength(1);
  });

  it('never takes an image twice, where two parts want the last one of a class', () => {
    const splits = splitByImage({ labels: Int32Array.of(0, 1, 2) }, { validation: 1 / 6, test: 1 / 6 });
    expect([...splits.train, ...splits.validation, ...splits.test].sort()).toEqual([0, 1, 2]);
    expect([splits.validation.length, splits.test.length]).toEqual([1, 1]);
  });

  it('parts whatever classes there are, never emptying train', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0, max: 0.45, noNaN: true }),
        fc.double({ min: 0, max: 0.45, noNaN: true }),
        fc.nat(),
        (sizes, validation, test, seed) => {
          const labels = labelsOf(...sizes);
          fc.pre(Math.round(validation * labels.length) + Math.round(test * labels.length) < labels.length);
          const splits = splitByImage({ labels }, { validation, test, seed });
          expectPartition(splits, labels.length);
          if (Math.round(validation * labels.length) === 0) expect(splits.validation).toHaveLength(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    { validation: 1.5 },
    { validation: -0.1 },
    { test: Number.NaN },
    { validation: 0.6, test: 0.5 },
    { test: 10 },
  ])('throws E_CONFIG for %j', (options) => {
    const split = () => splitByImage({ labels: labelsOf(5, 5) }, options);
    expect(split).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });

  it('suggests the option that was meant', () => {
    const split = () => splitByImage({ labels: labelsOf(5, 5) }, { vaildation: 0.1 } as object);
    expect(split).toThrow('did you mean "validation"?');
  });
});

describe('splitByClass', () => {
  it('shares no class between parts, and gives each part asked for two classes', () => {
    const labels = labelsOf(3, 5, 1, 7, 2, 4, 6, 2, 9, 3);
    const splits = splitByClass({ labels }, { validation: 0.1, test: 0.3, seed: 5 });
    expectPartition(splits, labels.length);
    const classes = PARTS.map((part) => new Set([...splits[part]].map((i) => labels[i])));
    expect(classes.map((set) => set.size)).toEqual([5, 2, 3]);
    expect(new Set(classes.flatMap((set) => [...set])).size).toBe(10);
  });

  it('leaves unlabelled images out and refuses too few classes', () => {
    const labels = Int32Array.of(0, -1, 1, 2, 3, -1);
    const splits = splitByClass({ labels }, { validation: 0.5, test: 0 });
    expect([...splits.train, ...splits.validation].sort()).toEqual([0, 2, 3, 4]);
    const few = () => splitByClass({ labels }, { validation: 0.2, test: 0.2 });
    expect(few).toThrow(expect.objectContaining({ code: 'E_DATA_FEW_IMAGES' }));
  });
});
