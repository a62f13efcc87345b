import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { splitByImage } from '../splits.ts';
import { drawNeighbourPairs } from './neighbours.ts';

const random = () => createRandom('neighbours');

/** Labels of classes of these sizes, the classes' images mixed. */
function labelsOf(sizes: readonly number[]): Int32Array {
  const labels = sizes.flatMap((size, label) => new Array<number>(size).fill(label));
  return createRandom('labels').shuffle(Int32Array.from(labels));
}

describe('drawNeighbourPairs', () => {
  it('pairs image i with i + 1 of its class, and with image i of another one', () => {
    const labels = labelsOf([5, 3, 7, 1]);
    const pairs = drawNeighbourPairs(labels, undefined, { random: random() });
    // Three classes of at least two images, the smallest of 3.
    expect(pairs.numPairs).toBe(2 * 3 * 2);
    const placeIn = (image: number) =>
      labels.subarray(0, image).filter((label) => label === labels[image]).length;
    const seen: string[] = [];
    for (let p = 0; p < pairs.numPairs; p++) {
      const [left, right] = [pairs.left[p], pairs.right[p]];
      const isSimilar = p % 2 === 0;
      expect(pairs.similar[p]).toBe(isSimilar ? 1 : 0);
      expect(labels[left] === labels[right]).toBe(isSimilar);
      expect(placeIn(right)).toBe(placeIn(left) + (isSimilar ? 1 : 0));
      expect([labels[left], labels[right]]).not.toContain(3);
      if (isSimilar) seen.push(`${labels[left]} ${placeIn(left)}`);
    }
    expect(seen.sort()).toEqual(['0 0', '0 1', '1 0', '1 1', '2 0', '2 1']);
  });

  it('draws every other class, and the same ones for the same seed', () => {
    const labels = labelsOf([40, 40, 40]);
    const first = drawNeighbourPairs(labels, undefined, { random: random() });
    expect(drawNeighbourPairs(labels, undefined, { random: random() })).toEqual(first);
    const met = new Set<string>();
    for (let p = 1; p < first.numPairs; p += 2) met.add(`${labels[first.left[p]]} ${labels[first.right[p]]}`);
    expect(met.size).toBe(6);
  });

  it('makes the published number of pairs of 102 flowers, the rarest of which has 40 photos', () => {
    const sizes = Array.from({ length: 102 }, (_, c) => 40 + ((c * 37) % 219));
    const labels = labelsOf(sizes);
    const { train, validation } = splitByImage({ labels }, { validation: 0.2, test: 0, seed: 1 });
    expect(drawNeighbourPairs(labels, train, { random: random() }).numPairs).toBe(6324);
    expect(drawNeighbourPairs(labels, validation, { random: random() }).numPairs).toBe(1428);
  });

  it('refuses what it cannot pair', () => {
    const draw = (labels: readonly number[]) => () =>
      drawNeighbourPairs(Int32Array.from(labels), undefined, { random: random() });
    expect(draw([0, 0, 0])).toThrow(expect.objectContaining({ code: 'E_DATA_ONE_CLASS' }));
    expect(draw([0, 1, 2])).toThrow(expect.objectContaining({ code: 'E_DATA_FEW_IMAGES' }));
    expect(draw([0, 0, 1])).toThrow(expect.objectContaining({ code: 'E_DATA_FEW_IMAGES' }));
  });
});
