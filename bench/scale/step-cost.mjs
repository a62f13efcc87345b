// Prepares batches as training does, from a set of a given size, and prints the milliseconds of each part as JSON.
//   node step-cost.mjs NUM_IMAGES memory|file
import { randomFillSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { createRandom } from '../../dist/base/random.js';
import { createAugmenter, createClassSampler, createStore } from '../../dist/data/index.js';
import { createRowFile } from '../../dist/data/pixels/spill.js';
import { autoAugment } from '../../dist/jobs/feed.js';

const SHAPE = { height: 32, width: 32, channels: 3 };
const ROW_BYTES = SHAPE.height * SHAPE.width * SHAPE.channels;
const NUM_CLASSES = 100;
const WARM_UP_STEPS = 200;
const MIN_STEPS = 1000;

const numImages = Number(process.argv[2]);
const store = await createPixels(process.argv[3] === 'memory');
const sampler = createClassSampler({
  labels: Int32Array.from({ length: numImages }, (_, i) => i % NUM_CLASSES),
  classesPerBatch: 40,
  imagesPerClass: 4,
  seed: 1,
});
const augment = createAugmenter(autoAugment(SHAPE), SHAPE);
const random = createRandom('step-cost');
const batch = new Uint8Array(sampler.batchSize * ROW_BYTES);

await takeSteps(WARM_UP_STEPS);
console.log(JSON.stringify(await takeSteps(MIN_STEPS)));
await store.close();

/** Milliseconds a step over whole epochs, at least so many steps: what an epoch costs at its start is in it. @param {number} minSteps */
async function takeSteps(minSteps) {
  const total = { samplerMs: 0, gatherMs: 0, augmentMs: 0 };
  let numSteps = 0;
  for (let epoch = 0; numSteps < minSteps; epoch++) {
    let before = performance.now();
    for (const indices of sampler.batches(epoch)) {
      const drawn = performance.now();
      await store.gather(indices, batch);
      const gathered = performance.now();
      augment(batch, random.fork(epoch, numSteps));
      const augmented = performance.now();
      total.samplerMs += drawn - before;
      total.gatherMs += gathered - drawn;
      total.augmentMs += augmented - gathered;
      before = augmented;
      numSteps++;
    }
  }
  return Object.fromEntries(Object.entries(total).map(([name, ms]) => [name, ms / numSteps]));
}

/** A store of random pixels, all of them in memory or none. @param {boolean} inMemory */
async function createPixels(inMemory) {
  const bytes = randomFillSync(new Uint8Array(numImages * ROW_BYTES));
  const rows = { shape: SHAPE, numImages, bad: [], isUsable: new Uint8Array(numImages).fill(1) };
  if (inMemory) return createStore({ ...rows, memory: bytes });
  const spilled = await createRowFile(tmpdir(), ROW_BYTES);
  for (let i = 0; i < numImages; i++)
    await spilled.write(i, bytes.subarray(i * ROW_BYTES, (i + 1) * ROW_BYTES));
  return createStore({ ...rows, memory: new Uint8Array(0), spilled });
}
