import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { createStore, type PixelStore } from '../data/pixels/store.ts';
import { createClassSampler } from '../data/samplers/class.ts';
import { createPairSampler } from '../data/samplers/pairs.ts';
import { type Feeder, feedBatches, feedPairs, pixelRows } from './feeder.ts';

const SHAPE = { height: 2, width: 2, channels: 1 } as const;

/** Image `i` is four times the byte `i`, so that a batch shows what was drawn. */
function storeOf(numImages: number) {
  const memory = Uint8Array.from({ length: numImages * 4 }, (_, k) => Math.floor(k / 4));
  const store = createStore({
    shape: SHAPE,
    numImages,
    bad: [],
    isUsable: new Uint8Array(numImages).fill(1),
    memory,
  });
  const gathered: number[] = [];
  return {
    gathered,
    store: {
      ...store,
      // As from a disk: later than asked for, and not in the same turn.
      async gather(indices: Int32Array, out: Uint8Array) {
        gathered.push(indices.length);
        await new Promise((resolve) => setTimeout(resolve, 1));
        await store.gather(indices, out);
      },
    },
  };
}

async function collect(feeder: Feeder, epoch: number, first = 0) {
  const all: { images: number[]; labels?: number[]; similar?: number[]; bits: number }[] = [];
  for await (const { images, labels, similar, random } of feeder.batches(epoch, first)) {
    all.push({
      images: [...images],
      labels: labels && [...labels],
      similar: similar && [...similar],
      bits: random.fork('dropout').bits(),
    });
  }
  return all;
}

const labels = Int32Array.from({ length: 40 }, (_, i) => i % 4);
const sampler = createClassSampler({ labels, classesPerBatch: 2, imagesPerClass: 3, seed: 5 });
const augment = (images: Uint8Array, random: { bits(): number }) => {
  for (let i = 0; i < images.length; i += 4) images[i] = random.bits() & 255;
};
const feederOf = (seed: number) =>
  feedBatches(sampler, labels, {
    rows: pixelRows(storeOf(40).store, { augment }),
    random: createRandom(seed),
  });

describe('batches of labelled images', () => {
  it('hold the images that their labels name', async () => {
    const { store, gathered } = storeOf(40);
    const feeder = feedBatches(sampler, labels, { rows: pixelRows(store), random: createRandom(1) });
    expect([feeder.stepsPerEpoch, feeder.imagesPerStep]).toEqual([7, 6]);
    const batches = await collect(feeder, 0);
    expect(batches.length).toBe(7);
    for (const batch of batches) {
      const shown = batch.images.filter((_, i) => i % 4 === 0);
      expect(batch.images).toEqual(shown.flatMap((image) => [image, image, image, image]));
      expect(batch.labels).toEqual(shown.map((image) => labels[image]));
    }
    expect(gathered).toEqual(new Array(7).fill(6));
  });

  it('depend on the seed and their place alone', async () => {
    const [one, two] = [await collect(feederOf(1), 2), await collect(feederOf(1), 2)];
    expect(one).toEqual(two);
    expect(await collect(feederOf(2), 2)).not.toEqual(one);
    expect(await collect(feederOf(1), 3)).not.toEqual(one);
  });

  it.each([1, 4, 6, 7])('begin at batch %i as if those before had been seen', async (first) => {
    expect(await collect(feederOf(1), 2, first)).toEqual((await collect(feederOf(1), 2)).slice(first));
  });

  it('augments each batch by its own stream', async () => {
    const [first, second] = await collect(feederOf(1), 0);
    expect(first.images.filter((_, i) => i % 4 === 0)).not.toEqual(
      first.images.filter((_, i) => i % 4 === 1),
    );
    expect(first.bits).not.toBe(second.bits);
  });

  it('turns images by the quarters that their index names', async () => {
    const { store } = storeOf(3);
    // The four corners of image i are 4i … 4i + 3, clockwise from the top left: a quarter turn moves each by one.
    const corners: PixelStore = {
      ...store,
      async gather(indices, out) {
        for (const [i, index] of indices.entries())
          out.set([4 * index, 4 * index + 1, 4 * index + 3, 4 * index + 2], 4 * i);
      },
    };
    const turned = Int32Array.from({ length: 12 }, (_, i) => i);
    const everything = createClassSampler({ labels: turned, classesPerBatch: 6, imagesPerClass: 2, seed: 1 });
    const feeder = feedBatches(everything, turned, {
      rows: pixelRows(corners, { hasTurns: true }),
      random: createRandom(1),
    });
    const seen = new Set<number>();
    for (const { images, labels: given } of await collect(feeder, 0)) {
      for (const [i, label] of given!.entries()) {
        seen.add(label);
        const [image, turns] = [label >> 2, label & 3];
        const clockwise = [0, 1, 2, 3].map((corner) => 4 * image + ((corner + turns) % 4));
        const [a, b, c, d] = images.slice(4 * i, 4 * i + 4);
        expect([a, b, d, c]).toEqual(clockwise);
      }
    }
    expect(seen.size).toBeGreaterThan(5);
  });

  it('leave nothing undone when reading fails', async () => {
    const broken = { ...storeOf(40).store, gather: () => Promise.reject(new Error('the disk is gone')) };
    const feeder = feedBatches(sampler, labels, { rows: pixelRows(broken), random: createRandom(1) });
    await expect(collect(feeder, 0)).rejects.toThrow('the disk is gone');
  });
});

it('batches of pairs hold left images first, then right ones', async () => {
  const pairs = {
    numPairs: 5,
    left: Int32Array.of(0, 1, 2, 3, 4),
    right: Int32Array.of(10, 11, 12, 13, 14),
    similar: Float32Array.of(1, 0, 0.5, 1, 0),
  };
  const feeder = feedPairs(createPairSampler({ pairs, batchSize: 2, seed: 3 }), {
    rows: pixelRows(storeOf(20).store),
    random: createRandom(1),
  });
  expect([feeder.stepsPerEpoch, feeder.imagesPerStep]).toEqual([2, 4]);
  for (const { images, similar } of await collect(feeder, 1)) {
    const [a, b, c, d] = images.filter((_, i) => i % 4 === 0);
    expect([c, d]).toEqual([a + 10, b + 10]);
    expect(similar).toEqual([pairs.similar[a], pairs.similar[b]]);
  }
});

it('a step reads as many images from a large set as from a small one', async () => {
  const readsOf = async (numImages: number) => {
    const many = Int32Array.from({ length: numImages }, (_, i) => i % (numImages / 10));
    const { store, gathered } = storeOf(numImages);
    const feeder = feedBatches(
      createClassSampler({ labels: many, classesPerBatch: 4, imagesPerClass: 2, seed: 1 }),
      many,
      {
        rows: pixelRows(store),
        random: createRandom(1),
      },
    );
    const batches = feeder.batches(0, 0);
    for (let i = 0; i < 5; i++) await batches.next();
    await batches.return(undefined);
    return gathered;
  };
  const [small, large] = [await readsOf(1000), await readsOf(100_000)];
  expect(large).toEqual(small);
  // Five batches used, at most one read ahead.
  expect(large.length).toBeLessThanOrEqual(7);
});
