// Trains on a folder of your own images, one sub-folder a class, with a loss that you write: here the logistic loss on
// similarities, ln(1 + exp(−s·y·(cos − b))), y = ±1, of Zhai et al. 2023 ("Sigmoid loss for language image pre-training").
//
//   node examples/own-loss.mjs photos
//
// `--out runs/mine` says where the run goes; `--settings '{"epochs": 20}'` changes what differs from the defaults.
import { parseArgs } from 'node:util';
import { openDataset, train } from 'samesame';
import { add, multiply, softplus, subtract } from 'samesame/graph';
import { createAnchorLoss } from 'samesame/loss';

// Ten lines: gradients are worked out from them, and distance, miners and reducers come with them.
const { overBatch } = createAnchorLoss({
  name: 'sigmoid',
  distance: 'cosine',
  reducer: 'mean',
  cost(cosines, { similar, dissimilar }) {
    const logits = multiply(subtract(cosines, 0.5), 10);
    const costs = add(
      multiply(softplus(multiply(logits, -1)), similar),
      multiply(softplus(logits), dissimilar),
    );
    return { costs, exists: add(similar, dissimilar) };
  },
});

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'runs/own-loss' },
    settings: { type: 'string', default: '{}' },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('usage: node examples/own-loss.mjs FOLDER [--out DIR] [--settings JSON]');
  process.exit(2);
}

const run = await train({
  dataset: await openDataset(folder),
  loss: { name: 'sigmoid', overBatch, by: 'angle' },
  config: JSON.parse(values.settings),
  out: values.out,
  overwrite: true,
  onEvent({ kind, record }) {
    if (kind === 'epoch') console.log(`epoch ${record.epoch}: loss ${record.loss.toFixed(4)}`);
  },
});
const { value } = run.measurement.verification.accuracy;
console.log(`on test pairs: ${(100 * value).toFixed(1)} % right, report: ${run.report}`);
