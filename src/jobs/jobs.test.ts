import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { createStore, type PixelStore } from '../data/pixels/store.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { ImageSet, PairList } from '../data/types.ts';
import { readTrainConfig, type TrainOptions } from '../train/config.ts';
import { createObjective } from '../train/objective.ts';
import { embedStore, measurePairs } from './embed-store.ts';
import { autoAugment, createFeeder } from './feed.ts';
import { measurePixelScale } from './pixel-scale.ts';
import { prepareData } from './prepare.ts';
import { identityOf } from './run-config.ts';

const random = createRandom('jobs');

/** A store of random images, and a list of how many were gathered each time. */
function storeOf(numImages: number, [height, width]: readonly [number, number] = [8, 8]) {
  const memory = Uint8Array.from({ length: numImages * height * width }, () => random.integer(200));
  const isUsable = new Uint8Array(numImages).fill(1);
  const store = createStore({ shape: { height, width, channels: 1 }, numImages, bad: [], isUsable, memory });
  const gathered: number[] = [];
  const counting: PixelStore = {
    ...store,
    gather(indices, out) {
      gathered.push(indices.length);
      return store.gather(indices, out);
    },
  };
  return { store: counting, memory, gathered };
}

/** A set in memory: image `i` is of class `i % numClasses`. */
function setOf(numImages: number, numClasses: number): ImageSet {
  return {
    name: 'numbers',
    numImages,
    labels: Int32Array.from({ length: numImages }, (_, i) => i % numClasses),
    classNames: Array.from({ length: numClasses }, (_, c) => `class ${c}`),
    id: (index) => String(index),
    pixels: {
      kind: 'decoded',
      height: 8,
      width: 8,
      channels: 1,
      data: Uint8Array.from({ length: numImages * 64 }, () => random.integer(256)),
    },
  };
}

const datasetOf = (set: ImageSet): Dataset => ({ format: 'npz', set });
const IMAGE = { height: 8, width: 8, channels: 1 } as const;
const configOf = (options: TrainOptions = {}) =>
  readTrainConfig({ image: IMAGE, validationPairs: 50, testPairs: 50, ...options });

describe('embedStore', () => {
  /** The first two bytes of each image. */
  const embed = async (pixels: Uint8Array) =>
    Float32Array.from({ length: pixels.length / 32 }, (_, k) => pixels[(k >> 1) * 64 + (k & 1)]);

  it('embeds in the order asked for, some at a time, and says how far it is', async () => {
    const { store, memory, gathered } = storeOf(1500);
    const indices = Int32Array.from({ length: 1500 }, (_, i) => 1499 - i);
    const progress: number[] = [];
    const embeddings = await embedStore(embed, store, indices, (done) => progress.push(done));
    expect([...embeddings]).toEqual([...indices].flatMap((i) => [memory[i * 64], memory[i * 64 + 1]]));
    expect(progress).toEqual([1024, 1500]);
    expect(Math.max(...gathered)).toBeLessThanOrEqual(1024);
    expect(await embedStore(embed, store, new Int32Array(0))).toEqual(new Float32Array(0));
  });

  it('measures pairs, each image embedded once', async () => {
    const { store, memory, gathered } = storeOf(12);
    const pairs: PairList = {
      numPairs: 1300,
      left: Int32Array.from({ length: 1300 }, (_, p) => p % 5),
      right: Int32Array.from({ length: 1300 }, (_, p) => 11 - (p % 6)),
      similar: new Float32Array(1300),
    };
    const distances = async (left: Float32Array, right: Float32Array) =>
      Float32Array.from({ length: left.length / 2 }, (_, p) => 1000 * left[2 * p] + right[2 * p + 1]);
    const measured = await measurePairs({ embed, distances }, store, pairs);
    expect(measured).toEqual(
      Float32Array.from(pairs.left, (l, p) => 1000 * memory[l * 64] + memory[pairs.right[p] * 64 + 1]),
    );
    // Images 0…4 and 6…11.
    expect(gathered).toEqual([11]);
  });
});

describe('measurePixelScale', () => {
  it('is mean and deviation of the images asked for, rounded', async () => {
    const { store, memory } = storeOf(30);
    const indices = Int32Array.from({ length: 10 }, (_, i) => 3 * i);
    const values = [...indices].flatMap((i) =>
      [...memory.subarray(i * 64, (i + 1) * 64)].map((byte) => byte / 255),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const scale = await measurePixelScale(store, indices);
    expect(scale.mean).toBeCloseTo(mean, 4);
    expect(scale.deviation).toBeCloseTo(Math.sqrt(variance), 4);
    expect(JSON.parse(JSON.stringify(scale))).toEqual(scale);
  });

  it('looks at no more of a large set than of one of 2,000', async () => {
    const { store, gathered } = storeOf(9001, [1, 1]);
    await measurePixelScale(
      store,
      Int32Array.from({ length: 9001 }, (_, i) => i),
    );
    expect(gathered.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2000);
  });

  it('never divides by nothing', async () => {
    const memory = new Uint8Array(3 * 64).fill(51);
    const isUsable = new Uint8Array(3).fill(1);
    const store = createStore({ shape: IMAGE, numImages: 3, bad: [], isUsable, memory });
    expect(await measurePixelScale(store, Int32Array.of(0, 1, 2))).toEqual({ mean: 0.2, deviation: 0.01 });
  });
});

describe('prepareData', () => {
  it('puts no image in two parts, and draws balanced pairs within them', async () => {
    const set = setOf(120, 4);
    const data = await prepareData(datasetOf(set), configOf());
    const { train, validation, test } = data.splits;
    const all = [...train, ...validation, ...test];
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, i) => i));
    for (const [pairs, part] of [
      [data.validationPairs, new Set(validation)],
      [data.testPairs, new Set(test)],
    ] as const) {
      expect(pairs.numPairs).toBe(50);
      for (let p = 0; p < 50; p++) {
        const [left, right] = [pairs.left[p], pairs.right[p]];
        expect(part.has(left) && part.has(right) && left !== right).toBe(true);
        expect(pairs.similar[p]).toBe(set.labels[left] === set.labels[right] ? 1 : 0);
      }
      expect(pairs.similar.reduce((sum, value) => sum + value, 0)).toBe(25);
    }
    expect(data.warnings).toEqual([]);
    expect(data.trainPairs).toBeUndefined();
  });

  it('holds out whole classes where each has too few images, and says so', async () => {
    const data = await prepareData(datasetOf(setOf(24, 12)), configOf());
    expect(data.warnings).toEqual([expect.stringContaining('whole classes are held out')]);
    const classesOf = (part: Int32Array) => new Set([...part].map((i) => data.set.labels[i]));
    const seen = classesOf(data.splits.train);
    expect([...classesOf(data.splits.test)].some((label) => seen.has(label))).toBe(false);
  });

  it('trains on no more images than asked for, each class in proportion', async () => {
    const data = await prepareData(datasetOf(setOf(400, 4)), configOf({ maxImages: 40 }));
    expect(data.splits.train.length).toBe(40);
    const counts = [0, 1, 2, 3].map((c) => [...data.splits.train].filter((i) => i % 4 === c).length);
    expect(counts).toEqual([10, 10, 10, 10]);
    expect(data.splits.test.length).toBe(60);
  });
});

describe('what a run is', () => {
  it('changes with its settings, its images and its pairs, and with nothing else', async () => {
    const set = setOf(60, 3);
    const data = await prepareData(datasetOf(set), configOf());
    const identity = identityOf(configOf(), data);
    expect(identityOf(configOf(), await prepareData(datasetOf({ ...set, name: 'moved' }), configOf()))).toBe(
      identity,
    );
    expect(identityOf(configOf({ learningRate: 0.01 }), data)).not.toBe(identity);
    expect(identityOf(configOf(), { ...data, fingerprint: 'other' })).not.toBe(identity);
    const pairs = { ...data, trainPairs: data.testPairs };
    const graded = { ...data.testPairs, similar: data.testPairs.similar.map((value) => value / 2) };
    expect(identityOf(configOf(), { ...data, trainPairs: graded })).not.toBe(identityOf(configOf(), pairs));
  });
});

describe('createFeeder', () => {
  async function feederOf(numImages: number, options: TrainOptions) {
    const config = configOf({ augment: 'none', ...options });
    const data = await prepareData(datasetOf(setOf(numImages, 10)), config);
    const { store, gathered } = storeOf(numImages);
    return {
      feeder: createFeeder(config, { ...data, pixels: store }, createObjective(config)),
      gathered,
      data,
    };
  }

  it('shows about every training image once an epoch', async () => {
    const { feeder, data } = await feederOf(1000, { batchSize: 40 });
    expect(feeder.imagesPerStep).toBe(40);
    expect(feeder.stepsPerEpoch).toBe(Math.ceil(data.splits.train.length / 40));
  });

  it('shows every drawn pair once an epoch', async () => {
    const { feeder } = await feederOf(1000, { feed: 'pairs', numPairs: 90, batchSize: 20 });
    expect([feeder.imagesPerStep, feeder.stepsPerEpoch]).toEqual([40, 4]);
  });

  it('makes do with fewer images than a batch', async () => {
    const { feeder, data } = await feederOf(200, { batchSize: 500 });
    expect(feeder.imagesPerStep).toBeLessThanOrEqual(data.splits.train.length);
    expect(feeder.stepsPerEpoch).toBeGreaterThanOrEqual(1);
    let numBatches = 0;
    for await (const { labels } of feeder.batches(0, 0)) {
      expect(labels!.length).toBe(feeder.imagesPerStep);
      numBatches++;
    }
    expect(numBatches).toBe(feeder.stepsPerEpoch);
  });

  it('counts quarter turns as classes, and keeps a batch to a few groups', async () => {
    const set = { ...setOf(400, 20), classNames: Array.from({ length: 20 }, (_, c) => `${c % 4}/${c}`) };
    const config = configOf({
      augment: 'none',
      batchSize: 24,
      imagesPerClass: 2,
      rotateClasses: true,
      batchGroups: 3,
    });
    const data = await prepareData(datasetOf(set), config);
    const feeder = createFeeder(config, data, createObjective(config));
    expect(feeder.stepsPerEpoch).toBe(Math.ceil((4 * data.splits.train.length) / 24));
    const seen = new Set<number>();
    for await (const { labels } of feeder.batches(0, 0)) {
      for (const label of labels!) seen.add(label);
      const groups = Array.from(labels!, (label) => `${label & 3} ${(label >> 2) % 4}`);
      expect(new Set(groups).size).toBe(3);
    }
    expect(seen.size).toBe(80);
  });

  it('refuses turns of what is not square, and classes where the data names pairs', async () => {
    const wide = configOf({ rotateClasses: true, image: { ...IMAGE, width: 16 } });
    const data = await prepareData(datasetOf(setOf(200, 10)), wide);
    expect(() => createFeeder(wide, data, createObjective(wide))).toThrow(/need square images/);
    const turned = configOf({ rotateClasses: true });
    const pairs = createObjective(configOf({ feed: 'pairs' }));
    expect(() => createFeeder(turned, data, pairs)).toThrow(/no effect on explicit pairs/);
  });

  it.each(['batch', 'pairs'] as const)(
    'reads as much for a step from 20,000 images as from 500 (%s)',
    async (feed) => {
      const readsOf = async (numImages: number) => {
        const { feeder, gathered } = await feederOf(numImages, {
          batchSize: 20,
          feed,
          ...(feed === 'pairs' ? { numPairs: 100 } : {}),
        });
        const batches = feeder.batches(0, 0);
        for (let i = 0; i < 3; i++) await batches.next();
        await batches.return(undefined);
        return gathered;
      };
      expect(await readsOf(20_000)).toEqual(await readsOf(500));
    },
  );

  it('mirrors photos, and never what may be a letter', () => {
    expect(autoAugment({ height: 28, width: 28, channels: 1 })).toEqual({ shiftPixels: 2 });
    expect(autoAugment({ height: 64, width: 64, channels: 3 })).toMatchObject({ flipHorizontal: 0.5 });
  });
});
