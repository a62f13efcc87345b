// What a model does by itself, without HTTP: images a second, and processor time an image. Answers a line for each line that it is sent.
//   node bench/serve/alone.mjs MODEL IMAGE…
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { decodeImage } from '../../dist/data/pixels/decode.js';
import { loadModel, readArtefact } from '../../dist/model/load.js';
import { openPool } from '../../dist/serve/engine/pool.js';

const [folder, ...paths] = process.argv.slice(2);
const numThreads = availableParallelism();
const model = await loadModel(folder);
const pool = await openPool({ artefact: await readArtefact(folder), numThreads });
const { input } = model.config;
const files = await Promise.all(paths.map((path) => readFile(path)));
const decoded = await Promise.all(files.map((file) => decodeImage(file, input)));
const imageBytes = decoded[0].length;

/** @param {number} count */
function batchOf(count) {
  const pixels = new Uint8Array(count * imageBytes);
  for (let i = 0; i < count; i++) pixels.set(decoded[i % decoded.length], i * imageBytes);
  return pixels;
}

/** The ways in which the model alone can be asked; the service is held against the fastest. */
const WAYS = {
  /** One caller, all cores for each batch. */
  'model.embed, batches of 64': async () => {
    await model.embed(batchOf(64));
    return 64;
  },
  /** One thread a core, each with batches of its own: what the service does. */
  'one thread a core, batches of 16': async () => {
    await Promise.all(
      Array.from({ length: numThreads }, () => pool.ask({ kind: 'embed', pixels: batchOf(16) })),
    );
    return 16 * numThreads;
  },
  /** Files to pixels to embeddings: what the service does with a request, but for HTTP. */
  'decoding too': async () => {
    const some = files.slice(0, 16);
    const pixels = await Promise.all(some.map((file) => decodeImage(file, input)));
    const halves = [pixels.slice(0, some.length / 2), pixels.slice(some.length / 2)];
    await Promise.all(
      halves.map((half) => pool.ask({ kind: 'embed', pixels: new Uint8Array(Buffer.concat(half)) })),
    );
    return some.length;
  },
};

for (const way of Object.values(WAYS)) await way();
console.log(JSON.stringify({ ready: true, embeddingSize: model.config.encoder.embeddingSize, input }));
for await (const line of createInterface({ input: process.stdin })) {
  const seconds = Number(line);
  /** @type {Record<string, { readonly perSecond: number, readonly cpuMs: number }>} */
  const speeds = {};
  for (const [name, way] of Object.entries(WAYS)) {
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    let numImages = 0;
    while (performance.now() - startMs < (seconds * 1000) / 3) numImages += await way();
    const { user, system } = process.cpuUsage(startCpu);
    speeds[name] = {
      perSecond: (1000 * numImages) / (performance.now() - startMs),
      cpuMs: (user + system) / 1000 / numImages,
    };
  }
  console.log(JSON.stringify(speeds));
}
await model.close();
await pool.close();
