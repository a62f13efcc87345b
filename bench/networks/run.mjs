// Compares networks and losses for small images: accuracy on protocol A's pairs for the time that training took.
//   npm run bench:networks                                   MNIST, two epochs each
//   npm run bench:networks -- --data ../shared/data/fashion-mnist --epochs 4 --seeds 1,2,3 --only compact
// Trains each candidate of candidates.json on 50,000 images, validates on 10,000, tests on 50,000 balanced pairs of the
// official test images. "ms a step" is the tenth percentile: on a shared machine the other nine tenths say less.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRandom } from '../../dist/base/random.js';
import { openDataset } from '../../dist/data/sources/open.js';
import { createRuntime } from '../../dist/graph/runtime/node.js';
import { openParts } from '../../dist/jobs/design.js';
import { measurePairs } from '../../dist/jobs/embed-store.js';
import { createFeeder } from '../../dist/jobs/feed.js';
import { measurePixelScale } from '../../dist/jobs/pixel-scale.js';
import { prepareData } from '../../dist/jobs/prepare.js';
import { createValidator } from '../../dist/jobs/validate.js';
import { conv, dense, flatten, heNormal, l2Norm, maxPool, relu, sequential } from '../../dist/nn/index.js';
import { readTrainConfig } from '../../dist/train/config.js';
import { createObjective } from '../../dist/train/objective.js';
import { adam } from '../../dist/train/optimizers/adam.js';
import { cosineRate } from '../../dist/train/schedules.js';
import { buildStep } from '../../dist/train/step-graph.js';
import { createStepper } from '../../dist/train/stepper.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: 'mnist' },
    epochs: { type: 'string', default: '2' },
    seeds: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
});
const runtime = createRuntime({ numThreads: Number(options.threads) });

/** @typedef {{ name: string, layers: string[], loss?: string, lossOptions?: Record<string, unknown>, rate?: number }} Candidate */
/** @type {Candidate[]} */
const candidates = JSON.parse(readFileSync(new URL('candidates.json', import.meta.url), 'utf8'));

console.log('| candidate | parameters | ms a step | validation accuracy by epoch | test accuracy |');
console.log('|---|--:|--:|---|--:|');
for (const candidate of candidates.filter(
  ({ name }) => options.only === undefined || name === options.only,
)) {
  for (const seed of options.seeds.split(',')) console.log(await measure(candidate, Number(seed)));
}

/** @param {Candidate} candidate @param {number} seed */
async function measure({ name, layers, loss, lossOptions, rate }, seed) {
  const config = readTrainConfig({ validation: 10_000, validationPairs: 20_000, seed, loss, lossOptions });
  const data = await prepareData(await openDataset(options.data), config);
  const design = {
    encoder: { name, embeddingSize: 64, normalized: true, layer: build(layers) },
    imageShape: data.target,
    pixelScale: await measurePixelScale(data.pixels, data.splits.train),
  };
  const configured = createObjective(config);
  const feeder = createFeeder(config, data, configured);
  const numEpochs = Number(options.epochs);
  const step = buildStep({
    ...design,
    batchSize: feeder.imagesPerStep,
    objective: configured.objective,
    optimizer: adam(),
    schedule: cosineRate(rate ?? config.learningRate, feeder.stepsPerEpoch * numEpochs),
  });
  const stepper = await createStepper(step, runtime, createRandom(seed));
  const validate = createValidator(design, data, config, runtime);
  const times = [];
  const accuracies = [];
  let threshold = 0;
  for (let epoch = 0; epoch < numEpochs; epoch++) {
    for await (const batch of feeder.batches(epoch, 0)) {
      const start = performance.now();
      await stepper.run(batch);
      times.push(performance.now() - start);
    }
    const validation = await validate(stepper.read());
    accuracies.push(validation.accuracy.toFixed(4));
    threshold = validation.threshold;
  }
  const parts = await openParts(design, stepper.read(), runtime);
  const distances = await measurePairs(parts, data.pixels, data.testPairs);
  const { similar } = data.testPairs;
  const numRight = distances.reduce((sum, d, i) => sum + Number(d < threshold === similar[i] > 0.5), 0);
  await Promise.all([parts.close(), stepper.close(), data.pixels.close()]);
  const numParameters = step.parameters.reduce(
    (sum, { shape }) => sum + shape.reduce((size, dim) => size * dim, 1),
    0,
  );
  const ms = times.sort((a, b) => a - b)[Math.floor(times.length / 10)];
  const test = (numRight / distances.length).toFixed(4);
  return `| ${name}, seed ${seed} | ${numParameters.toLocaleString('en')} | ${ms.toFixed(0)} | ${accuracies.join(' ')} | ${test} |`;
}

/** A network from lines such as `conv 64 3` or `conv 32 5 /2`; ReLU after every layer but the last. @param {string[]} lines */
function build(lines) {
  /** @type {Record<string, import('../../dist/nn/index.js').Layer>} */
  const layers = {};
  lines.forEach((line, i) => {
    const [kind, size, kernel, stride = '/1'] = line.split(' ');
    const isLast = i === lines.length - 1;
    if (kind === 'pool') layers[`pool${i}`] = maxPool(Number(size));
    else if (kind === 'flatten') layers.flatten = flatten;
    else {
      const padding = Math.floor((Number(kernel) - 1) / 2);
      layers[`${kind}${i}`] =
        kind === 'conv'
          ? conv(Number(size), Number(kernel), { stride: Number(stride.slice(1)), padding })
          : dense(Number(size), isLast ? {} : { initializer: heNormal });
      if (!isLast) layers[`relu${i}`] = relu;
    }
  });
  return sequential({ ...layers, l2Norm });
}
