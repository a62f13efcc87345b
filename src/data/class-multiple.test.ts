import { describe, expect, it } from 'vitest';
import { selectMultiples } from './class-multiple.ts';
import type { ImageSet } from './types.ts';

/** An image of each name, in that order; `labels` are places among the different names. */
function setOf(names: readonly string[]): ImageSet {
  const classNames = [...new Set(names)];
  return {
    name: 'products',
    numImages: names.length,
    labels: Int32Array.from(names, (name) => classNames.indexOf(name)),
    classNames,
    id: (index) => `${index}.jpg`,
    pixels: { kind: 'encoded', path: (index) => `/data/${index}.jpg` },
  };
}

describe('selectMultiples', () => {
  it('keeps the images of the classes that the number divides, and 0', () => {
    const names = ['7', '0', '50', '99', '150', '50', '101', '100', '0', '9007199254740993000'];
    const found = selectMultiples(setOf(names), 50);
    const expected = names.map((name, i) => [name, `${i}.jpg`]).filter(([name]) => /[05]0$|^0$/.test(name));
    expect(Array.from(found.labels, (label, i) => [found.classNames[label], found.id(i)])).toEqual(expected);
    expect(new Set(found.classNames).size).toBe(5);
  });

  it('leaves a set as it is for 1, whatever its classes are called', () => {
    const set = setOf(['hat', 'shoe']);
    expect(selectMultiples(set, 1)).toBe(set);
  });

  it('says which names are not numbers', () => {
    expect(() => selectMultiples(setOf(['50', 'hat', '-100', '1.5']), 50)).toThrow(
      expect.objectContaining({
        code: 'E_DATA',
        message: expect.stringMatching(/3 of 4 names that are none: "hat", "-100", "1\.5"/),
      }),
    );
    expect(() => selectMultiples({ ...setOf(['1']), classNames: [] }, 50)).toThrow(/images without a class/);
  });

  it('refuses what leaves nothing, and what is no such number', () => {
    expect(() => selectMultiples(setOf(['7', '9']), 50)).toThrow(
      expect.objectContaining({ code: 'E_DATA_EMPTY' }),
    );
    for (const multiple of [0, 1.5, -2])
      expect(() => selectMultiples(setOf(['7']), multiple)).toThrow(
        expect.objectContaining({ code: 'E_CONFIG' }),
      );
  });
});
