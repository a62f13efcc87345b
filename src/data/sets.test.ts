import { describe, expect, it } from 'vitest';
import { checkTrainable, groupByClass } from './classes.ts';
import { compareNames } from './order.ts';
import { forEachInParallel, mapInOrder } from './parallel.ts';
import { selectClasses, subset } from './subset.ts';
import type { ImageSet } from './types.ts';

const set: ImageSet = {
  name: 'six',
  numImages: 6,
  labels: Int32Array.of(2, 0, 2, -1, 1, 0),
  classNames: ['ant', 'bee', 'cat'],
  splits: ['train', 'test', undefined, 'train', 'train', 'test'],
  id: (i) => `image ${i}`,
  pixels: {
    kind: 'decoded',
    height: 1,
    width: 2,
    channels: 1,
    data: Uint8Array.from({ length: 12 }, (_, i) => i),
  },
};
const dataOf = ({ pixels }: ImageSet) => (pixels.kind === 'decoded' ? [...pixels.data] : []);

describe('subset', () => {
  it('takes images in the order asked for', () => {
    const part = subset(set, Int32Array.of(4, 0, 0));
    expect(part.numImages).toBe(3);
    expect([...part.labels]).toEqual([1, 2, 2]);
    expect(part.splits).toEqual(['train', 'train', 'train']);
    expect([0, 1, 2].map((i) => part.id(i))).toEqual(['image 4', 'image 0', 'image 0']);
    expect(dataOf(part)).toEqual([8, 9, 0, 1, 0, 1]);
    expect(dataOf(subset(set, Int32Array.of(2, 3)))).toEqual([4, 5, 6, 7]);
    expect(subset(set, new Int32Array(0)).numImages).toBe(0);
    expect(() => subset(set, Int32Array.of(6))).toThrow(expect.objectContaining({ code: 'E_DATA' }));
  });
});

describe('selectClasses', () => {
  it('numbers the chosen classes anew', () => {
    const chosen = selectClasses(set, ['cat', 'bee']);
    expect(chosen.classNames).toEqual(['bee', 'cat']);
    expect([...chosen.labels]).toEqual([1, 1, 0]);
    expect(dataOf(chosen)).toEqual([0, 1, 4, 5, 8, 9]);
    expect([...selectClasses(set, (_, label) => label % 2 === 0).labels]).toEqual([1, 0, 1, 0]);
  });

  it('suggests a name, and refuses to leave nothing', () => {
    expect(() => selectClasses(set, ['bea'])).toThrow('did you mean "bee"?');
    expect(() => selectClasses(set, () => false)).toThrow(expect.objectContaining({ code: 'E_DATA_EMPTY' }));
  });
});

describe('groupByClass', () => {
  it('lists the images of each class that occurs, in the order given', () => {
    const all = groupByClass(set.labels);
    expect([...all.classes]).toEqual([0, 1, 2]);
    expect(all.members.map((images) => [...images])).toEqual([[1, 5], [4], [0, 2]]);
    const some = groupByClass(set.labels, Int32Array.of(5, 3, 2, 1));
    expect([...some.classes]).toEqual([0, 2]);
    expect(some.members.map((images) => [...images])).toEqual([[5, 1], [2]]);
  });
});

describe('checkTrainable', () => {
  const check = (...labels: number[]) =>
    checkTrainable({ name: 'set', labels: Int32Array.from(labels), classNames: ['ant', 'bee', 'cat'] });

  it('warns of what can be used, but not fully', () => {
    expect(check(0, 0, 1, 1)).toEqual([]);
    const warnings = check(0, 0, 1, 2, -1);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('bee, cat');
    expect(warnings[1]).toContain('1 of 5');
  });

  it.each([
    ['E_DATA_EMPTY', []],
    ['E_DATA', [-1, -1]],
    ['E_DATA_ONE_CLASS', [1, 1, -1]],
    ['E_DATA_FEW_IMAGES', [0, 1, 2]],
  ])('throws %s for labels %j', (code, labels) => {
    expect(() => check(...labels)).toThrow(expect.objectContaining({ code }));
  });
});

describe('names', () => {
  it('are ordered by code point, as UTF-8 bytes are', () => {
    const names = ['b', 'a', 'B', 'a10', 'a2', 'é', '\ue000', '😀', '', 'a\u{10ffff}', 'a\uffff'];
    const byBytes = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect([...names].sort(compareNames)).toEqual(byBytes);
  });
});

describe('forEachInParallel', () => {
  it('does all, with a bound on what is in flight', async () => {
    let inFlight = 0;
    let most = 0;
    const done: number[] = [];
    await forEachInParallel(20, 3, async (i) => {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setTimeout(resolve, (i * 7) % 5));
      inFlight--;
      done.push(i);
    });
    expect(most).toBe(3);
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('stops at the first failure once those in flight have ended', async () => {
    let inFlight = 0;
    const work = forEachInParallel(100, 4, async (i) => {
      inFlight++;
      await new Promise((resolve) => setTimeout(resolve, i === 5 ? 1 : 8));
      inFlight--;
      if (i === 5) throw new Error('five');
    });
    await expect(work).rejects.toThrow('five');
    expect(inFlight).toBe(0);
  });

  it('hands over in order', async () => {
    const taken: number[] = [];
    const work = async (i: number) => {
      await new Promise((resolve) => setTimeout(resolve, (i * 5) % 3));
      return i * i;
    };
    await mapInOrder(40, 2, work, (square, i) => taken.push(square - i * i + i));
    expect(taken).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });
});
