import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { alignPlaces } from './align-places.ts';

const random = createRandom('places');
const places = Array.from({ length: 30 }, (): [number, number] => [random.normal(), 3 * random.normal()]);

describe('alignPlaces', () => {
  it.each([
    ['turned', ([x, y]: readonly number[]) => [0.6 * x - 0.8 * y, 0.8 * x + 0.6 * y]],
    ['mirrored', ([x, y]: readonly number[]) => [-x, y]],
    ['mirrored, turned and moved', ([x, y]: readonly number[]) => [5 + y, -2 + x]],
  ])('finds places again that were %s', (_name, move) => {
    const moved = places.map((place) => move(place) as [number, number]);
    expect(alignPlaces(moved, places).flat()).toBeAllClose(places.flat(), { atol: 1e-9 });
  });

  it('keeps distances, whatever the places were before', () => {
    const others = places.map((): [number, number] => [random.normal(), random.normal()]);
    const aligned = alignPlaces(places, others);
    const distance = ([a, b]: readonly number[], [c, d]: readonly number[]) => Math.hypot(a - c, b - d);
    for (let i = 1; i < places.length; i++) {
      expect(distance(aligned[i], aligned[0])).toBeCloseTo(distance(places[i], places[0]), 9);
    }
  });

  it('takes places that are all one point, and none', () => {
    expect(alignPlaces([[1, 1]], [[3, 4]])).toEqual([[3, 4]]);
    expect(alignPlaces([], [])).toEqual([]);
  });
});
