import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracyByClass } from './by-class.ts';

describe('accuracyByClass', () => {
  it('counts by hand', () => {
    const found = accuracyByClass({
      distances: [0.1, 0.9, 0.2, 0.3, 0.8],
      similar: [1, 1, 0, 0, 0],
      left: [0, 0, 0, 2, 1],
      right: [0, 0, 1, 0, 2],
      threshold: 0.5,
    });
    expect(
      found.map(({ label, numPairs, numMissed, numMistaken }) => [label, numPairs, numMissed, numMistaken]),
    ).toEqual([
      [0, 4, 1, 2],
      [1, 2, 0, 1],
      [2, 2, 0, 1],
    ]);
    expect(found.map(({ accuracy }) => accuracy.value)).toEqual([0.25, 0.5, 0.5]);
    // Classes 1 and 2 tie: the smaller label.
    expect(found[0].mistakenFor).toEqual({ label: 1, numPairs: 1 });
    expect(found[2].mistakenFor).toEqual({ label: 0, numPairs: 1 });
  });

  it('equals one plain loop for each class', () => {
    const pair = fc.record({
      distance: fc.double({ min: 0, max: 2, noNaN: true }),
      left: fc.integer({ min: -1, max: 4 }),
      right: fc.integer({ min: -1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1 }), (pairs) => {
        const similar = pairs.map(({ left, right }) => (left === right ? 1 : 0));
        const found = accuracyByClass({
          distances: pairs.map(({ distance }) => distance),
          similar,
          left: pairs.map(({ left }) => left),
          right: pairs.map(({ right }) => right),
          threshold: 1,
        });
        for (let label = 0; label <= 4; label++) {
          const mine = pairs.filter(({ left, right }) => left === label || right === label);
          const wrong = mine.filter(({ distance, left, right }) => (left === right) !== distance < 1);
          const result = found.find((one) => one.label === label);
          expect(result?.numPairs ?? 0).toBe(mine.length);
          if (result === undefined) continue;
          expect(result.accuracy.value).toBeCloseTo(1 - wrong.length / mine.length, 12);
          expect(result.numMissed).toBe(wrong.filter(({ left, right }) => left === right).length);
          expect(result.numMissed + result.numMistaken).toBe(wrong.length);
        }
        expect(found.every(({ label }) => label >= 0)).toBe(true);
        const values = found.map(({ accuracy }) => accuracy.value!);
        expect(values).toEqual([...values].sort((a, b) => a - b));
      }),
    );
  });

  it('refuses what is empty, or of two lengths', () => {
    const none = { distances: [], similar: [], left: [], right: [], threshold: 1 };
    expect(() => accuracyByClass(none)).toThrow(/there are none/);
    expect(() =>
      accuracyByClass({ ...none, distances: [1], similar: [1], left: [0, 1], right: [0, 1] }),
    ).toThrow(/differ in length/);
  });
});
