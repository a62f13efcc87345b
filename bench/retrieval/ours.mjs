// One measurement, printed as JSON: node ours.mjs IMAGES DIM CLASSES
import { createRandom } from '../../dist/base/random.js';
import { retrieve } from '../../dist/evaluate/index.js';
import { createRuntime } from '../../dist/index.js';
import { createGalleryProducts } from '../../dist/model/index.js';

const [numImages, dim, numClasses] = process.argv.slice(2).map(Number);
const random = createRandom(1);
const centres = Float32Array.from({ length: numClasses * dim }, () => random.normal());
const labels = Int32Array.from({ length: numImages }, (_, i) => i % numClasses);
const embeddings = new Float32Array(numImages * dim);
for (let i = 0; i < embeddings.length; i++) {
  embeddings[i] = centres[labels[Math.floor(i / dim)] * dim + (i % dim)] + 2.2 * random.normal();
}
const before = process.cpuUsage();
const start = performance.now();
const gallery = await createGalleryProducts(embeddings, numImages, createRuntime());
const { recallAt, rPrecision } = await retrieve({ embeddings, labels, products: gallery.products });
await gallery.close();
const usage = process.cpuUsage(before);
console.log(
  JSON.stringify({
    seconds: (performance.now() - start) / 1000,
    processorSeconds: (usage.user + usage.system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1024,
    recallAt1: recallAt[1].value,
    rPrecision: rPrecision.value,
  }),
);
