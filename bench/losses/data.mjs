// The two data sets: few classes that are all trained on, and many classes of which the tested ones are new.
import { createRandom } from '../../dist/base/random.js';
import {
  drawBalancedPairs,
  groupByClass,
  openDataset,
  preparePixels,
  splitByGroup,
  splitByImage,
  subset,
} from '../../dist/data/index.js';
import { measurePixelScale } from '../../dist/jobs/pixel-scale.js';

export const SHAPE = { height: 28, width: 28, channels: /** @type {const} */ (1) };
const NUM_PAIRS = { validation: 4000, test: 10_000 };

/**
 * @typedef {object} Prepared
 * @property {string} name
 * @property {import('../../dist/data/index.js').ImageSet} set
 * @property {import('../../dist/data/index.js').PixelStore} pixels
 * @property {import('../../dist/data/index.js').Splits} splits
 * @property {import('../../dist/nn/index.js').PixelScale} pixelScale
 * @property {Record<'validation' | 'test', import('../../dist/data/index.js').PairList>} pairs
 */

/** By name: the folder under `--shared`, how it reads in a table, the images that are taken of it, steps of a training. */
export const DATA_SETS = {
  fashion: { folder: 'fashion-mnist', title: 'Fashion-MNIST', split: splitFashion, numSteps: 150 },
  omniglot: { folder: 'omniglot', title: 'Omniglot', split: splitOmniglot, numSteps: 200 },
};

/** Ten classes; 6,000 images train, 2,000 others choose, 2,000 of the test set are measured. */
function splitFashion(set) {
  const { train, validation, test } = splitByImage(set, { validation: 2000 });
  return { train: someOf(set, train, 6000), validation, test: someOf(set, test, 2000) };
}

/**
 * 25 of the background alphabets train, the characters of the five others choose (every second one), and those of the 20
 * evaluation alphabets are measured (every fourth one).
 */
function splitOmniglot(set) {
  const { train, validation, test } = splitByGroup(set, { validation: 5 });
  const everyNth = (indices, n) => {
    const { members } = groupByClass(set.labels, indices);
    return Int32Array.from(members.flatMap((images, c) => (c % n === 0 ? [...images] : []))).sort();
  };
  return { train, validation: everyNth(validation, 2), test: everyNth(test, 4) };
}

/** So many images, each class in proportion. */
function someOf({ labels }, indices, count) {
  return splitByImage({ labels }, { validation: 0, test: count, indices }).test;
}

/** Opens and decodes a data set. @param {keyof typeof DATA_SETS} name @param {string} shared @returns {Promise<Prepared>} */
export async function prepare(name, shared) {
  const { folder, split } = DATA_SETS[name];
  const { set: whole } = await openDataset(`${shared}/${folder}`);
  const parts = split(whole);
  const all = Int32Array.from([...parts.train, ...parts.validation, ...parts.test]);
  const set = subset(whole, all);
  const pixels = await preparePixels(set, { ...SHAPE, resize: 'fit' });
  let at = 0;
  const next = (/** @type {Int32Array} */ part) => part.map(() => at++);
  const splits = {
    train: next(parts.train),
    validation: next(parts.validation),
    test: next(parts.test),
  };
  const draw = (/** @type {'validation' | 'test'} */ part) =>
    drawBalancedPairs(set.labels, splits[part], {
      numPairs: NUM_PAIRS[part],
      random: createRandom('pairs').fork(name, part),
    });
  return {
    name,
    set,
    pixels,
    splits,
    pixelScale: await measurePixelScale(pixels, splits.train),
    pairs: { validation: draw('validation'), test: draw('test') },
  };
}
