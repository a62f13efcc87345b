// Trains on a folder of your own images, one sub-folder a class, and asks whether two images show the same thing.
//
//   node examples/own-folder.mjs photos photos/cats/1.jpg photos/dogs/7.jpg
//
// `--out runs/mine` says where the run goes; `--settings '{"epochs": 20}'` changes what differs from the defaults.
import { parseArgs } from 'node:util';
import { loadModel, openDataset, train } from 'samesame';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'runs/own-folder' },
    settings: { type: 'string', default: '{}' },
  },
});
const [folder, left, right] = positionals;
if (right === undefined) {
  console.error('usage: node examples/own-folder.mjs FOLDER IMAGE IMAGE [--out DIR] [--settings JSON]');
  process.exit(2);
}

const run = await train({
  dataset: await openDataset(folder),
  config: JSON.parse(values.settings),
  out: values.out,
  overwrite: true,
  onEvent(event) {
    if (event.kind === 'warning') console.log(`note: ${event.message}`);
    if (event.kind !== 'epoch') return;
    const { epoch, loss, validation } = event.record;
    console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}, pairs told right ${percent(validation.accuracy)}`);
  },
});

// What the test pairs say, which neither training nor the choice of the threshold has seen.
const { value, low, high } = run.measurement.verification.accuracy;
console.log(`on test pairs: ${percent(value)} right (95 % interval ${percent(low)} to ${percent(high)})`);
console.log(`model: ${run.model}, report: ${run.report}`);

const model = await loadModel(run.model);
const { verdict, probability, distance, threshold } = await model.compareFiles(left, right);
console.log(
  `${verdict}, probability ${probability.toFixed(3)} (distance ${distance.toFixed(3)}, threshold ${threshold.toFixed(3)})`,
);
await model.close();

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
