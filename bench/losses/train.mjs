// One training, and what its embeddings are worth.
import { createRandom } from '../../dist/base/random.js';
import { chooseThreshold, pixelEmbeddings, retrieve, verify } from '../../dist/evaluate/index.js';
import { openParts } from '../../dist/jobs/design.js';
import { embedStore, measureEmbedded } from '../../dist/jobs/embed-store.js';
import { createFeeder } from '../../dist/jobs/feed.js';
import { euclideanComparer } from '../../dist/model/comparator.js';
import {
  adam,
  buildStep,
  cosineRate,
  createObjective,
  createStepper,
  readTrainConfig,
} from '../../dist/train/index.js';
import { SHAPE } from './data.mjs';
import { network } from './network.mjs';

/** Images a step, whatever the loss: 80 of some classes, or 40 pairs. */
export const BATCH_SIZE = 80;
const IMAGES_PER_CLASS = 4;

/**
 * @typedef {{ mapAtR: number, recallAt1: number, accuracy: number }} Measured
 * @typedef {{ validation: Measured, test: Measured, loss?: number }} Result
 */

/** The step of a row on a data set, and what feeds it. @param {import('./rows.mjs').Row} row @param {import('./data.mjs').Prepared} data */
function describe(row, data, { rate, seed, numSteps }) {
  const isPairs = row.kind === 'pairs' || row.kind === 'head';
  const config = readTrainConfig({
    loss: row.loss,
    lossOptions: row.options,
    seed,
    epochs: 1,
    learningRate: rate,
    ...(isPairs
      ? { feed: 'pairs', batchSize: BATCH_SIZE / 2, numPairs: (numSteps * BATCH_SIZE) / 2 }
      : { batchSize: BATCH_SIZE, imagesPerClass: IMAGES_PER_CLASS, stepsPerEpoch: numSteps }),
  });
  const configured = createObjective(config);
  const feeder = createFeeder(config, data, configured);
  if (feeder.stepsPerEpoch !== numSteps || feeder.imagesPerStep !== BATCH_SIZE)
    throw new Error(`${row.name}: ${feeder.stepsPerEpoch} steps of ${feeder.imagesPerStep} images`);
  const step = buildStep({
    encoder: network,
    imageShape: SHAPE,
    pixelScale: data.pixelScale,
    batchSize: feeder.imagesPerStep,
    objective: configured.objective,
    numClasses: feeder.numClasses,
    optimizer: adam(),
    schedule: cosineRate(rate, numSteps),
  });
  return { configured, feeder, step };
}

/** A stepper and the batches of its only epoch, for timing. */
export async function openRow(row, data, settings, runtime) {
  const { feeder, step } = describe(row, data, settings);
  const stepper = await createStepper(step, runtime, createRandom(settings.seed).fork('parameters'));
  return { stepper, batches: feeder.batches(0, 0) };
}

/**
 * Trains a row and measures it; a baseline is only measured.
 * @param {import('./rows.mjs').Row} row @param {import('./data.mjs').Prepared} data
 * @param {{ rate: number, seed: number, numSteps: number }} settings
 * @returns {Promise<Result>}
 */
export async function trainRow(row, data, settings, runtime) {
  if (row.name === 'raw pixels') return measurePixels(data);
  const untrained = row.kind === 'baseline';
  const { configured, feeder, step } = describe(
    untrained ? { ...row, kind: 'batch', loss: 'contrastive' } : row,
    data,
    settings,
  );
  const stepper = await createStepper(step, runtime, createRandom(settings.seed).fork('parameters'));
  let loss = Number.NaN;
  if (!untrained) {
    for await (const batch of feeder.batches(0, 0)) ({ loss } = await stepper.run(batch));
  }
  const state = stepper.read();
  await stepper.close();
  const { comparator } = configured;
  const design = { encoder: network, imageShape: SHAPE, pixelScale: data.pixelScale, comparator };
  const parts = await openParts(design, state, runtime);
  try {
    const embed = (/** @type {'validation' | 'test'} */ part) =>
      embedStore(parts.embed, data.pixels, data.splits[part]);
    return { ...(await measure(parts, data, await embed('validation'), await embed('test'))), loss };
  } finally {
    await parts.close();
  }
}

/** @param {import('./data.mjs').Prepared} data */
async function measurePixels(data) {
  const size = SHAPE.height * SHAPE.width;
  const read = async (/** @type {Int32Array} */ indices) => {
    const bytes = new Uint8Array(indices.length * size);
    await data.pixels.gather(indices, bytes);
    return pixelEmbeddings(bytes, indices.length, size);
  };
  const { validation, test } = data.splits;
  return measure(euclideanComparer(size), data, await read(validation), await read(test));
}

/** Retrieval by Euclidean distance; pairs by the head where there is one, at the best threshold of the validation pairs. */
async function measure(comparer, { set, splits, pairs }, validation, test) {
  const labelsOf = (part) => Int32Array.from(splits[part], (index) => set.labels[index]);
  const retrieveIn = async (part, embeddings) => {
    const { mapAtR, recallAt } = await retrieve({
      embeddings,
      labels: labelsOf(part),
      ks: [1],
      numResamples: 0,
    });
    return { mapAtR: mapAtR.value ?? 0, recallAt1: recallAt[1].value ?? 0 };
  };
  const distancesOf = (part, embeddings) => measureEmbedded(comparer, embeddings, splits[part], pairs[part]);
  const distances = await distancesOf('validation', validation);
  const threshold = chooseThreshold(distances, pairs.validation.similar);
  const accuracyOf = (part, all) =>
    verify({ distances: all, similar: pairs[part].similar, threshold, numResamples: 0 }).accuracy.value;
  return {
    validation: {
      ...(await retrieveIn('validation', validation)),
      accuracy: accuracyOf('validation', distances),
    },
    test: {
      ...(await retrieveIn('test', test)),
      accuracy: accuracyOf('test', await distancesOf('test', test)),
    },
  };
}
