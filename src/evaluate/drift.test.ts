import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { energyDrift, strangeness } from './drift.ts';

const normal = (seed: string | number, numRows: number, dim: number, shift = 0) => {
  const random = createRandom(seed);
  return Float32Array.from(
    { length: numRows * dim },
    (_, i) => random.normal() + (i % dim === 0 ? shift : 0),
  );
};

/** The definition: mean distances by plain loops. */
function plainEnergy(x: Float32Array, y: Float32Array, dim: number): number {
  const mean = (a: Float32Array, b: Float32Array) => {
    let sum = 0;
    for (let i = 0; i < a.length; i += dim) {
      for (let j = 0; j < b.length; j += dim) {
        let square = 0;
        for (let d = 0; d < dim; d++) square += (a[i + d] - b[j + d]) ** 2;
        sum += Math.sqrt(square);
      }
    }
    return sum / ((a.length / dim) * (b.length / dim));
  };
  return 2 * mean(x, y) - mean(x, x) - mean(y, y);
}

describe('energyDrift', () => {
  it.each([
    [12, 7],
    [7, 12],
    [9, 9],
  ])('agrees with plain loops (%d against %d rows)', (n, m) => {
    const [reference, fresh] = [normal(1, n, 3), normal(2, m, 3, 1)];
    const found = energyDrift({
      reference,
      numReference: n,
      fresh,
      numFresh: m,
      random: createRandom(1),
      numPermutations: 9,
    });
    expect(found.energyDistance).toBeCloseTo(plainEnergy(reference, fresh, 3), 5);
    expect(found.effect).toBeGreaterThan(0);
    expect(found.effect).toBeLessThan(1);
  });

  it('agrees with an example by hand: two points at 0 against two at 1', () => {
    const found = energyDrift({
      reference: new Float32Array(2),
      numReference: 2,
      fresh: Float32Array.of(1, 1),
      numFresh: 2,
      random: createRandom(1),
    });
    expect(found.energyDistance).toBe(2);
    expect(found.effect).toBe(1);
    // Two of the six ways to group four points keep equal ones together.
    expect(found.pValue).toBeCloseTo(1 / 3, 1);
  });

  it('finds a shift, and calls chance chance about as often as it says', () => {
    const shifted = energyDrift({
      reference: normal(3, 60, 4),
      numReference: 60,
      fresh: normal(4, 40, 4, 1.5),
      numFresh: 40,
      random: createRandom(2),
    });
    expect(shifted.pValue).toBeLessThanOrEqual(0.002);
    let alarms = 0;
    for (let trial = 0; trial < 200; trial++) {
      const { pValue } = energyDrift({
        reference: normal(`a${trial}`, 15, 2),
        numReference: 15,
        fresh: normal(`b${trial}`, 10, 2),
        numFresh: 10,
        random: createRandom(trial),
        numPermutations: 99,
      });
      if (pValue <= 0.1) alarms++;
    }
    // 20 expected; binomial(200, .1) leaves 8 … 33 with probability above .998.
    expect(alarms).toBeGreaterThanOrEqual(8);
    expect(alarms).toBeLessThanOrEqual(33);
  });

  it('sees nothing in equal points, and refuses too few', () => {
    const same = energyDrift({
      reference: new Float32Array(6),
      numReference: 3,
      fresh: new Float32Array(4),
      numFresh: 2,
      random: createRandom(1),
    });
    expect(same).toMatchObject({ energyDistance: 0, effect: 0, pValue: 1 });
    expect(() =>
      energyDrift({
        reference: new Float32Array(6),
        numReference: 3,
        fresh: new Float32Array(2),
        numFresh: 1,
        random: createRandom(1),
      }),
    ).toThrow(expect.objectContaining({ code: 'E_DATA_EMPTY' }));
    expect(() =>
      energyDrift({
        reference: new Float32Array(6),
        numReference: 3,
        fresh: new Float32Array(6),
        numFresh: 2,
        random: createRandom(1),
      }),
    ).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
  });
});

describe('strangeness', () => {
  it('ranks new rows among the reference rows, worked by hand', () => {
    // Each reference row is 1 from its nearest one; so is 4; 10 is farther than any.
    const { distances, pValues } = strangeness({
      reference: Float32Array.of(0, 1, 2, 3),
      numReference: 4,
      fresh: Float32Array.of(4, 10, 1.5),
      numFresh: 3,
      k: 1,
    });
    expect([...distances]).toEqual([1, 7, 0.5]);
    expect([...pValues]).toEqual([1, 0.2, 1]);
  });
});
