// Whether probabilities and three-way answers keep what they promise, on held-out images of a trained model.
//   npm run bench:calibration -- MODEL DATA [--unit class] [--part test] [--splits 20] [--errors 0.02,0.05,0.1]
//
// The images that the model's run held out are split at random into two halves, again and again: by image, so that both
// halves have every class, or by class, so that they share none. One half calibrates, the other half is asked. `kept`
// stands where the calibration error is at most .02 and where an observed error rate is at most the promise and two
// standard errors; the exit status is 1 where one of them is not. The calibration error is only told for unseen classes.
import { parseArgs } from 'node:util';
import { probabilityAt } from '../../dist/base/odds.js';
import { createRandom } from '../../dist/base/random.js';
import { drawBalancedPairs, drawDisjointPairs, groupByClass, openDataset } from '../../dist/data/index.js';
import { answerOf, chooseCuts, curveQuality, fitCalibration } from '../../dist/evaluate/index.js';
import { createRuntime, loadModel } from '../../dist/index.js';
import { embedStore, measureEmbedded } from '../../dist/jobs/embed-store.js';
import { prepareEvaluation } from '../../dist/jobs/evaluation-data.js';

const NUM_PAIRS = 10_000;
/** Below this many test images, those of validation join them. */
const ENOUGH = 2000;
const MAX_ECE = 0.02;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    unit: { type: 'string', default: 'image' },
    /** `held-out` adds the validation images where there are few for the test. */
    part: { type: 'string', default: 'held-out' },
    splits: { type: 'string', default: '20' },
    errors: { type: 'string', default: '0.02,0.05,0.1' },
  },
});
const [folder, data] = positionals;
if (
  data === undefined ||
  !['image', 'class'].includes(values.unit) ||
  !['test', 'held-out'].includes(values.part)
) {
  console.error(
    'usage: run.mjs MODEL DATA [--unit image|class] [--part held-out|test] [--splits N] [--errors LIST]',
  );
  process.exit(2);
}
const { unit } = values;
const errors = values.errors.split(',').map(Number);

const model = await loadModel(folder, { runtime: createRuntime() });
const prepared = await prepareEvaluation(await openDataset(data), model.config, {});
const { set, pixels, splits } = prepared.data;
const pool =
  values.part === 'test' || splits.test.length >= ENOUGH
    ? splits.test
    : Int32Array.from([...splits.validation, ...splits.test]).sort();
const embeddings = await embedStore(model.embed, pixels, pool);
await pixels.close();
console.log(`${set.name}: ${pool.length} ${values.part} images, split by ${unit} ${values.splits} times`);

/** @type {Map<string, number[]>} */
const found = new Map();
/** @param {string} name @param {number} value */
const note = (name, value) => found.set(name, [...(found.get(name) ?? []), value]);
for (let split = 0; split < Number(values.splits); split++)
  await measureSplit(createRandom(`split ${split}`));
await model.close();
printTable();

/** @param {import('../../dist/base/random.js').Random} random */
async function measureSplit(random) {
  const [fitted, asked] = halve(random);
  const distancesOf = (pairs) => measureEmbedded(model, embeddings, pool, pairs);
  const pairs = drawBalancedPairs(set.labels, fitted, { numPairs: 2 * NUM_PAIRS, random });
  const groupOf = (side) => (unit === 'class' ? Int32Array.from(side, (image) => set.labels[image]) : side);
  const { curve, heldOut } = fitCalibration({
    distances: await distancesOf(pairs),
    similar: pairs.similar,
    groups: { left: groupOf(pairs.left), right: groupOf(pairs.right) },
    seed: random.bits(),
  });
  note(`chose ${curve.kind}`, 1);
  note('ECE that it expected', heldOut[curve.kind].reliability.ece);

  const tested = drawBalancedPairs(set.labels, asked, { numPairs: NUM_PAIRS, random });
  const distances = await distancesOf(tested);
  const { reliability, brier } = curveQuality(
    Array.from(distances, (distance) => probabilityAt(distance, curve)),
    tested.similar,
  );
  note('ECE', reliability.ece);
  const { curve: own } = fitCalibration({
    distances,
    similar: tested.similar,
    method: 'logistic',
    seed: random.bits(),
  });
  const told = Array.from(distances, (distance) => probabilityAt(distance, own));
  note('ECE of a curve fitted to the asked half', curveQuality(told, tested.similar).reliability.ece);
  note('Brier', brier);

  const disjoint = drawDisjointPairs(set.labels, fitted, { unit, random });
  const disjointDistances = await distancesOf(disjoint);
  for (const maxError of errors) {
    const { threshold } = model.config;
    const cuts = chooseCuts({ distances: disjointDistances, similar: disjoint.similar, maxError, threshold });
    const wrong = { same: 0, different: 0 };
    let numSure = 0;
    for (let i = 0; i < tested.numPairs; i++) {
      const answer = answerOf(distances[i], cuts);
      if (answer !== 'unsure') numSure++;
      if (answer === 'same' && tested.similar[i] === 0) wrong.same++;
      if (answer === 'different' && tested.similar[i] === 1) wrong.different++;
    }
    note(`promised ${maxError}: different called the same`, wrong.same / (NUM_PAIRS / 2));
    note(`promised ${maxError}: same called different`, wrong.different / (NUM_PAIRS / 2));
    note(`promised ${maxError}: coverage`, numSure / NUM_PAIRS);
  }
}

/** Two halves of the pool, of each class or of the classes. */
function halve(random) {
  const groups = groupByClass(set.labels, pool).members.map((images) => random.shuffle(Array.from(images)));
  random.shuffle(groups);
  const side = (isFirst) =>
    Int32Array.from(
      groups.flatMap((images, c) => {
        if (unit === 'class') return (c % 2 === 0) === isFirst ? images : [];
        const half = Math.ceil(images.length / 2);
        return isFirst ? images.slice(0, half) : images.slice(half);
      }),
    ).sort();
  return [side(true), side(false)];
}

function printTable() {
  for (const [name, all] of found) {
    if (name.startsWith('chose')) {
      console.log(`${name.padEnd(46)} ${all.length} times`);
      continue;
    }
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    const spread = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length - 1));
    const error = spread / Math.sqrt(all.length);
    const bound = boundOf(name, error);
    const isKept = bound === undefined || mean <= bound;
    if (!isKept) process.exitCode = 1;
    const verdict = bound === undefined ? '' : isKept ? '  kept' : '  BROKEN';
    console.log(`${name.padEnd(46)} ${mean.toFixed(4)} ± ${error.toFixed(4)}${verdict}`);
  }
}

/** What the mean over splits must not pass; undefined where nothing was promised. */
function boundOf(name, error) {
  if (name === 'ECE') return unit === 'image' ? MAX_ECE : undefined;
  const promised = /^promised (\S+): .* called/.exec(name)?.[1];
  return promised === undefined ? undefined : Number(promised) + 2 * error;
}
