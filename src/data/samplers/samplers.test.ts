import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { chooseClassBatch, createClassSampler } from './class.ts';
import { createClassPairSampler } from './class-pairs.ts';
import { createPairSampler } from './pairs.ts';
import { createShuffledSampler } from './shuffled.ts';
import { createWeightTree } from './weights.ts';

const count = (batches: Iterable<Int32Array>) => {
  const visits = new Map<number, number>();
  for (const batch of batches) for (const image of batch) visits.set(image, (visits.get(image) ?? 0) + 1);
  return visits;
};

describe('createShuffledSampler', () => {
  it('visits images once an epoch in whole batches, another order each epoch, the same when asked again', () => {
    const indices = Int32Array.from({ length: 23 }, (_, i) => 100 + i);
    const sampler = createShuffledSampler({ indices, batchSize: 5, seed: 1 });
    expect(sampler.numBatches).toBe(4);
    const batches = [...sampler.batches(3)];
    expect(batches.map((batch) => batch.length)).toEqual([5, 5, 5, 5]);
    const visits = count(batches);
    expect(visits.size).toBe(20);
    for (const image of visits.keys()) expect(indices.includes(image)).toBe(true);
    const again = createShuffledSampler({ indices, batchSize: 5, seed: 1 });
    expect([...again.batches(3)]).toEqual(batches);
    expect([...again.batches(4)]).not.toEqual(batches);
    expect([...createShuffledSampler({ indices, batchSize: 5, seed: 2 }).batches(3)]).not.toEqual(batches);
  });

  it('goes round when there are fewer images than a batch', () => {
    const sampler = createShuffledSampler({ indices: Int32Array.of(7, 8, 9), batchSize: 7, seed: 0 });
    expect(sampler.numBatches).toBe(1);
    const visits = [...count(sampler.batches(0)).values()].sort();
    expect(visits).toEqual([2, 2, 3]);
  });

  it('refuses nothing, and batches of nothing', () => {
    const make = (numImages: number, batchSize: number) =>
      createShuffledSampler({ indices: new Int32Array(numImages), batchSize, seed: 0 });
    expect(() => make(0, 4)).toThrow(expect.objectContaining({ code: 'E_DATA_EMPTY' }));
    expect(() => make(4, 0)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
    expect(() => make(4, 1.5)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });
});

describe('createClassPairSampler', () => {
  // Classes of 3, 1 and 2 images, and one image without a class.
  const labels = Int32Array.of(0, 0, 0, 1, 2, 2, -1);
  const make = (seed = 1) => createClassPairSampler({ labels, numBatches: 200, seed });

  it('gives a similar pair of each class and a dissimilar one of each two, anew in every batch', () => {
    const sampler = make();
    expect(sampler.batchSize).toBe(3 + 3);
    const seen = new Set<string>();
    const standIns = new Set<number>();
    for (const { left, right, similar } of sampler.batches(0)) {
      expect([...similar]).toEqual([1, 1, 1, 0, 0, 0]);
      for (let p = 0; p < 3; p++) {
        expect(left[p]).not.toBe(right[p]);
        expect(labels[left[p]]).toBe(labels[right[p]]);
      }
      expect([labels[left[0]], labels[left[2]]]).toEqual([0, 2]);
      standIns.add(labels[left[1]]);
      const classes = [3, 4, 5].map((p) => [labels[left[p]], labels[right[p]]]);
      expect(classes).toEqual([
        [0, 1],
        [0, 2],
        [1, 2],
      ]);
      seen.add(left.join());
    }
    expect([...standIns].sort()).toEqual([0, 2]);
    expect(seen.size).toBeGreaterThan(20);
  });

  it('is the same for the same seed and epoch, counts an epoch by images unless told, and needs two classes', () => {
    expect([...make().batches(1)]).toEqual([...make().batches(1)]);
    expect([...make().batches(1)]).not.toEqual([...make().batches(2)]);
    expect([...make(2).batches(1)]).not.toEqual([...make().batches(1)]);
    const many = Int32Array.from({ length: 1100 }, (_, i) => i % 10);
    expect(createClassPairSampler({ labels: many, seed: 0 })).toMatchObject({
      batchSize: 55,
      numBatches: 10,
    });
    const alone = { labels: Int32Array.of(0, 0), seed: 0 };
    expect(() => createClassPairSampler(alone)).toThrow(
      expect.objectContaining({ code: 'E_DATA_ONE_CLASS' }),
    );
  });
});

describe('createPairSampler', () => {
  it('keeps left, right and similar together', () => {
    const numPairs = 11;
    const pairs = {
      numPairs,
      left: Int32Array.from({ length: numPairs }, (_, i) => i),
      right: Int32Array.from({ length: numPairs }, (_, i) => 50 + i),
      similar: Float32Array.from({ length: numPairs }, (_, i) => i / 10),
    };
    const batches = [...createPairSampler({ pairs, batchSize: 3, seed: 4 }).batches(0)];
    expect(batches).toHaveLength(3);
    const seen = new Set<number>();
    for (const { left, right, similar } of batches) {
      for (const [i, image] of left.entries()) {
        seen.add(image);
        expect(right[i]).toBe(50 + image);
        expect(similar[i]).toBe(Math.fround(image / 10));
      }
    }
    expect(seen.size).toBe(9);
  });
});

describe('createClassSampler', () => {
  it('makes whole batches of distinct classes and distinct images, whatever the classes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 2, maxLength: 14 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 2, max: 14 }),
        fc.nat(),
        (sizes, imagesPerClass, wanted, seed) => {
          const classesPerBatch = Math.min(wanted, sizes.length);
          const labels = Int32Array.from(sizes.flatMap((size, c) => new Array(size).fill(c)));
          const sampler = createClassSampler({ labels, classesPerBatch, imagesPerClass, seed });
          const batches = [...sampler.batches(0), ...sampler.batches(1)];
          expect(batches).toHaveLength(2 * sampler.numBatches);
          expect(sampler.numBatches).toBe(Math.ceil(labels.length / sampler.batchSize));
          for (const batch of batches) {
            const classes = new Set<number>();
            for (let k = 0; k < classesPerBatch; k++) {
              const images = batch.subarray(k * imagesPerClass, (k + 1) * imagesPerClass);
              const label = labels[images[0]];
              classes.add(label);
              for (const image of images) expect(labels[image]).toBe(label);
              expect(new Set(images).size).toBe(Math.min(imagesPerClass, sizes[label]));
            }
            expect(classes.size).toBe(classesPerBatch);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('visits about every image once an epoch', () => {
    const sizes = [540, 670, 600, 610, 580, 540, 590, 620, 585, 595];
    const labels = Int32Array.from(sizes.flatMap((size, c) => new Array(size).fill(c)));
    const sampler = createClassSampler({ labels, classesPerBatch: 10, imagesPerClass: 16, seed: 1 });
    const visits = count(sampler.batches(0));
    expect(visits.size).toBeGreaterThan(0.95 * labels.length);
    expect(Math.max(...visits.values())).toBeLessThanOrEqual(2);
    const many = Int32Array.from({ length: 6000 }, (_, i) => Math.floor(i / 8));
    const wide = count(
      createClassSampler({ labels: many, classesPerBatch: 25, imagesPerClass: 4, seed: 1 }).batches(0),
    );
    expect(wide.size).toBeGreaterThan(0.99 * many.length);
  });

  it('shows a dominant class in every batch', () => {
    const labels = Int32Array.from({ length: 1000 }, (_, i) => (i < 900 ? 0 : 1 + (i % 9)));
    const sampler = createClassSampler({ labels, classesPerBatch: 4, imagesPerClass: 5, seed: 0 });
    for (const batch of sampler.batches(0))
      expect([...batch].some((image) => labels[image] === 0)).toBe(true);
  });

  it('depends on seed and epoch alone', () => {
    const labels = Int32Array.from({ length: 200 }, (_, i) => i % 7);
    const make = (seed: number) =>
      createClassSampler({ labels, classesPerBatch: 3, imagesPerClass: 4, seed });
    const sampler = make(1);
    const epoch2 = [...sampler.batches(2)];
    expect([...make(1).batches(2)]).toEqual(epoch2);
    expect([...make(1).batches(3)]).not.toEqual(epoch2);
    expect([...make(2).batches(2)]).not.toEqual(epoch2);
  });

  it('uses only labelled images that it is given, and refuses more classes than there are', () => {
    const labels = Int32Array.of(0, 0, 1, 1, 2, 2, -1);
    const indices = Int32Array.of(0, 1, 2, 3, 6);
    const sampler = createClassSampler({ labels, indices, classesPerBatch: 2, imagesPerClass: 2, seed: 0 });
    expect([...count(sampler.batches(0)).keys()].sort()).toEqual([0, 1, 2, 3]);
    const many = () =>
      createClassSampler({ labels, indices, classesPerBatch: 3, imagesPerClass: 2, seed: 0 });
    expect(many).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });
});

describe('chooseClassBatch', () => {
  it('takes all of few classes, and as many as fit of many', () => {
    expect(chooseClassBatch(10, 160)).toEqual({ classesPerBatch: 10, imagesPerClass: 16 });
    expect(chooseClassBatch(900, 160)).toEqual({ classesPerBatch: 40, imagesPerClass: 4 });
    expect(chooseClassBatch(2, 3)).toEqual({ classesPerBatch: 2, imagesPerClass: 2 });
  });
});

describe('createWeightTree', () => {
  it('finds what a running sum finds, through changes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6), { minLength: 1, maxLength: 40 }), fc.nat(), (weights, seed) => {
        const draws = createRandom(seed);
        const tree = createWeightTree(weights);
        const plain = weights.slice();
        for (let round = 0; round < 20; round++) {
          const total = plain.reduce((a, b) => a + b, 0);
          expect(tree.total).toBe(total);
          if (total > 0) {
            const point = draws.integer(total);
            let sum = 0;
            const expected = plain.findIndex((weight) => {
              sum += weight;
              return sum > point;
            });
            expect(tree.find(point)).toBe(expected);
          }
          const position = draws.integer(plain.length);
          const weight = draws.integer(5);
          tree.add(position, weight - plain[position]);
          plain[position] = weight;
        }
      }),
      { numRuns: 60 },
    );
  });
});
