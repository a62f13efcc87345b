// What a large data set costs: decoding on every core, memory bounded by a setting, steps that do not grow dearer.
//   npm run bench:scale
//   npm run bench:scale -- --images 10000
//
// Makes a folder of small images and removes it at the end. Each figure is measured by a process of its own, because
// peak memory is that of a whole process: train.mjs trains for one short epoch, step-cost.mjs prepares batches.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeImages } from './make-images.mjs';

const MEBIBYTE = 2 ** 20;
const NUM_CLASSES = 100;
const SIZES = [1_000, 10_000, 100_000];

const { values } = parseArgs({ options: { images: { type: 'string', default: '100000' } } });
const numImages = Number(values.images);

console.log(`Node ${process.version}, ${availableParallelism()} cores`);
if (loadavg()[0] > 0.5)
  console.log(`Warning: the machine is busy (load ${loadavg()[0].toFixed(1)}); wait and run it again.`);

const folder = mkdtempSync(join(tmpdir(), 'samesame-scale-'));
try {
  const images = join(folder, 'images');
  const start = performance.now();
  await makeImages(images, { numImages, numClasses: NUM_CLASSES });
  console.log(`made ${numImages} images in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  printTraining(images);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
printStepCost();

/** One row for little memory, one for enough: 32×32×3 bytes an image. @param {string} images */
function printTraining(images) {
  console.log('\nmemory for pixels  peak of process  decode       cores busy  training');
  for (const memoryBytes of [64 * MEBIBYTE, 1024 * MEBIBYTE]) {
    const out = join(folder, `run-${memoryBytes}`);
    const row = measure('train.mjs', images, out, String(memoryBytes));
    console.log(
      [
        `${memoryBytes / MEBIBYTE} MiB`.padEnd(17),
        `${row.peakMebibytes.toFixed(0)} MiB`.padEnd(15),
        `${row.decodeSeconds.toFixed(1)} s`.padEnd(11),
        row.decodeCores.toFixed(2).padEnd(10),
        `${row.numSteps} steps of ${row.stepMs.toFixed(1)} ms, ${row.totalSeconds.toFixed(0)} s in all`,
      ].join('  '),
    );
  }
}

function printStepCost() {
  console.log('\nimages  kept in  sampler   gather    augment   all       to the smallest');
  for (const place of ['memory', 'file']) {
    let smallest = 0;
    for (const size of SIZES) {
      const { samplerMs, gatherMs, augmentMs } = measure('step-cost.mjs', String(size), place);
      const all = samplerMs + gatherMs + augmentMs;
      smallest ||= all;
      const times = [samplerMs, gatherMs, augmentMs, all].map((ms) => `${ms.toFixed(3)} ms`.padEnd(8));
      console.log(
        [String(size).padEnd(6), place.padEnd(7), ...times, (all / smallest).toFixed(2)].join('  '),
      );
    }
  }
}

/** The JSON object that a script of this folder prints. @param {string} script @param {string[]} args */
function measure(script, ...args) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return JSON.parse(
    execFileSync(process.execPath, [path, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
}
