/**
 * How far `mislabels`, `outliers`, `sample` and `cluster` can be trusted: faults are planted in a labelled folder of photos.
 * node bench/curate/run.mjs [--data FOLDER] [--backbone FILE] [--embeddings FILE] [--python PROGRAM] [--seeds 3]
 *   [--only mislabels,outliers,sample,cluster]
 *
 * - mislabels: 5 % of the labels are changed to another class.
 * - outliers: 1 % of foreign images (MNIST digits, noise), and photos of one class among those of another.
 * - sample: the radius of a core set beside that of random samples of its size.
 * - cluster: adjusted Rand index with the labels.
 *
 * The same embeddings go to scikit-learn, where `--python` has it (`peer.py`). `--embeddings` is kept where it is not there yet.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRuntime } from '#runtime';
import { createRandom } from '../../dist/base/random.js';
import { openDataset } from '../../dist/data/sources/open.js';
import { openEmbedded } from '../../dist/jobs/curate/open-embedded.js';
import { embedSet } from '../../dist/jobs/encode/embed-set.js';
import { openEncoder } from '../../dist/jobs/encode/open-encoder.js';
import { encodeNpz } from '../../dist/jobs/npz-writer.js';
import { benchClusters } from './clusters.mjs';
import { benchMislabels } from './mislabels.mjs';
import { benchOutliers } from './outliers.mjs';
import { openPeer } from './peer.mjs';
import { benchSample } from './sample.mjs';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/clothing-small/train' },
    backbone: { type: 'string', default: '../shared/weights/mobilenet_v2_1.0_224.onnx' },
    embeddings: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    seeds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'mislabels,outliers,sample,cluster' },
  },
});
const source = { backbone: values.backbone, pixels: { scale: 'symmetric' } };
const isKept = values.embeddings !== undefined && existsSync(values.embeddings);
const data = await openEmbedded({
  data: values.data,
  ...(isKept ? { embeddings: values.embeddings } : source),
});
const { set, images, embeddings, embeddingSize } = data;
if (values.embeddings !== undefined && !isKept) {
  const names = images.map((i) => set.id(i));
  writeFileSync(
    values.embeddings,
    encodeNpz({ embeddings: { data: embeddings, shape: [images.length, embeddingSize] }, names: { names } }),
  );
}
const labels = Int32Array.from(images, (i) => set.labels[i]);
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed);
const peer = openPeer(values.python);
const photos = { embeddings, numRows: images.length, dim: embeddingSize, labels, classNames: set.classNames };
console.log(
  `${images.length} images of ${set.classNames.length} classes, ${embeddingSize} numbers each by ${values.backbone}; seeds ${seeds.join(', ')}${peer ? `; scikit-learn ${peer.version}` : '; no scikit-learn'}\n`,
);
const parts = values.only.split(',');
if (parts.includes('mislabels')) await benchMislabels(photos, seeds, peer);
if (parts.includes('outliers')) await benchOutliers(photos, await embedForeign(), seeds, peer);
if (parts.includes('sample')) benchSample(photos, seeds);
if (parts.includes('cluster')) await benchClusters(photos, seeds, peer);

/** 100 digits and 100 images of noise, embedded. */
async function embedForeign() {
  const encoder = await openEncoder(source, createRuntime());
  try {
    const { set: digits } = await openDataset('mnist');
    const indices = [
      ...createRandom('digits').shuffle(Int32Array.from({ length: digits.numImages }, (_, i) => i)),
    ]
      .slice(0, 100)
      .sort((a, b) => a - b);
    const { height, width, channels } = encoder.target;
    const random = createRandom('noise');
    const noise = Uint8Array.from({ length: 100 * height * width * channels }, () => random.integer(256));
    return {
      'MNIST digits': (await embedSet(digits, encoder, { indices })).embeddings,
      noise: await embedInBatches(encoder, noise, height * width * channels),
    };
  } finally {
    await encoder.close();
  }
}

/** @param {Awaited<ReturnType<typeof openEncoder>>} encoder @param {Uint8Array} pixels @param {number} imageBytes */
async function embedInBatches(encoder, pixels, imageBytes) {
  const rows = [];
  for (let start = 0; start < pixels.length; start += 20 * imageBytes)
    rows.push(...(await encoder.embed(pixels.subarray(start, start + 20 * imageBytes))));
  return Float32Array.from(rows);
}
