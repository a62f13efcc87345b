/**
 * What the doctor costs: looking at images beside decoding alone, and finding near hashes beside comparing all.
 * node bench/inspect/run.mjs [folder of photos]
 */
import { createRandom } from '../../dist/base/random.js';
import { findNearHashes } from '../../dist/data/hash/near.js';
import { hammingDistance } from '../../dist/data/hash/perceptual.js';
import { openDataset, preparePixels } from '../../dist/data/index.js';
import { examineSet } from '../../dist/data/inspect/index.js';

const seconds = async (work) => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

const [folder] = process.argv.slice(2);
if (folder !== undefined) {
  const { set } = await openDataset(folder);
  const target = { height: 64, width: 64, channels: 3, resize: 'stretch' };
  await preparePixels(set, target); // the disk's cache is warm for both
  const bare = await seconds(() => preparePixels(set, target));
  const whole = await seconds(() => examineSet(set));
  const rate = (time) => `${Math.round(set.numImages / time)} images/s`;
  console.log(
    `${set.numImages} images: decoded ${rate(bare)}, looked at ${rate(whole)} (${(whole / bare).toFixed(2)} times as long)`,
  );
}

const random = createRandom('bench');
const draw = () => [0, 0].map(() => random.integer(2 ** 16) * 2 ** 16 + random.integer(2 ** 16));
for (const numHashes of [10_000, 50_000, 200_000]) {
  const hashes = Array.from({ length: numHashes }, draw);
  const some = hashes.slice(0, 200);
  const compared = await seconds(() => {
    for (const a of some) for (const b of hashes) hammingDistance(a, b);
  });
  const all = (compared * numHashes) / some.length / 2;
  for (const radius of [6, 10]) {
    const time = await seconds(() => findNearHashes(hashes, radius, () => {}));
    console.log(
      `${numHashes} hashes within ${radius} bits: ${time.toFixed(2)} s, ${(all / time).toFixed(1)} times as fast as comparing all (${all.toFixed(1)} s, from ${some.length} of them)`,
    );
  }
}
