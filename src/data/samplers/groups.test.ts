import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGroupSampler } from './groups.ts';

/** Group of each class, and five images of each. */
const IMAGES = 5;
const labelsOf = (groups: readonly number[]) =>
  Int32Array.from({ length: groups.length * IMAGES }, (_, i) => Math.floor(i / IMAGES));

describe('createGroupSampler', () => {
  it('takes the classes of a batch from as many groups as asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 3, max: 8 }), { minLength: 3, maxLength: 6 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 3, max: 9 }),
        fc.nat(),
        (sizes, groupsPerBatch, classesPerBatch, seed) => {
          const groups = sizes.flatMap((size, group) => new Array<number>(size).fill(group));
          const labels = labelsOf(groups);
          const sampler = createGroupSampler({
            labels,
            groupOf: (label) => groups[label],
            groupsPerBatch,
            classesPerBatch,
            imagesPerClass: 2,
            seed,
          });
          expect(sampler.batchSize).toBe(2 * classesPerBatch);
          const batches = [...sampler.batches(3)];
          expect(batches).toHaveLength(Math.ceil(labels.length / sampler.batchSize));
          for (const batch of batches) {
            expect(new Set(Array.from(batch, (image) => groups[labels[image]])).size).toBe(groupsPerBatch);
            for (let i = 0; i < batch.length; i += 2) {
              expect(labels[batch[i]]).toBe(labels[batch[i + 1]]);
              expect(batch[i]).not.toBe(batch[i + 1]);
            }
          }
          expect([...sampler.batches(3)]).toEqual(batches);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('shows the classes of a group evenly, and groups by their size', () => {
    const groups = [...new Array<number>(30).fill(0), ...new Array<number>(10).fill(1)];
    const labels = labelsOf(groups);
    const sampler = createGroupSampler({
      labels,
      groupOf: (label) => groups[label],
      groupsPerBatch: 1,
      classesPerBatch: 5,
      imagesPerClass: 2,
      seed: 1,
    });
    const visits = new Int32Array(40);
    for (let epoch = 0; epoch < 10; epoch++)
      for (const batch of sampler.batches(epoch)) for (const image of batch) visits[labels[image]]++;
    expect(visits.reduce((sum, count) => sum + count)).toBe(2000);
    expect(Math.min(...visits)).toBeGreaterThan(35);
    expect(Math.max(...visits)).toBeLessThan(70);
  });

  it('fills a batch from a group with too few classes by other images of them', () => {
    const sampler = createGroupSampler({
      labels: labelsOf([0, 0]),
      groupOf: () => 'only',
      groupsPerBatch: 1,
      classesPerBatch: 4,
      imagesPerClass: 2,
      seed: 1,
    });
    const [batch] = sampler.batches(0);
    expect(batch).toHaveLength(8);
    expect(new Set(batch).size).toBe(8);
  });

  it.each([0, 3, 1.5])('refuses %s groups of two', (groupsPerBatch) => {
    const make = () =>
      createGroupSampler({
        labels: labelsOf([0, 0, 1, 1]),
        groupOf: (label) => label >> 1,
        groupsPerBatch,
        classesPerBatch: 4,
        imagesPerClass: 2,
        seed: 1,
      });
    expect(make).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });
});
