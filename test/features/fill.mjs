// Fills a feature cache in a process of its own, so that a test can kill it, or start two.
//   node fill.mjs '{"data":"folder","cache":"folder","killAfter":7,"delayMs":5}'
// Prints `rows N` as rows are kept. With killAfter it kills itself, as kill -9 does, once so many rows are kept; with
// killInside it does so inside the extraction after so many calls.

import { toFloat16 } from '../../dist/base/float16.js';
import { openFeatures } from '../../dist/data/features/open.js';
import { readFolder } from '../../dist/data/sources/folder.js';

const { data, cache, killAfter, killInside, delayMs = 0 } = JSON.parse(process.argv[2]);
const IMAGE_BYTES = 8 * 8 * 3;
const kill = () => process.kill(process.pid, 'SIGKILL');
let numCalls = 0;
const store = await openFeatures({
  set: await readFolder(data),
  target: { height: 8, width: 8, channels: 3, resize: 'stretch' },
  folder: cache,
  batchSize: 3,
  trunk: {
    key: 'fake',
    rowLength: 5,
    async extract(pixels, numImages) {
      if (++numCalls === killInside) kill();
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      const rows = Array.from({ length: numImages }, (_, i) => {
        const image = pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES);
        const mean = image.reduce((sum, value) => sum + value, 0) / image.length;
        return [mean / 255, ...[0, 50, 100, 190].map((at) => image[at] / 255)];
      });
      return toFloat16(Float32Array.from(rows.flat()));
    },
  },
  onProgress({ stage, done }) {
    if (stage !== 'features') return;
    process.stdout.write(`rows ${done}\n`);
    if (killAfter !== undefined && done >= killAfter) kill();
  },
});
await store.close();
