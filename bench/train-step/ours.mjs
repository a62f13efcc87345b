// Our side of the training-step benchmark: the compiled step of each network on fixed uint8 images.
import { createRandom } from '../../dist/base/random.js';
import { createRuntime } from '../../dist/graph/runtime/node.js';
import { binaryCrossEntropy, concatHead, contrastive } from '../../dist/loss/index.js';
import { createEncoder } from '../../dist/nn/index.js';
import { adam } from '../../dist/train/optimizers/adam.js';
import { sgd } from '../../dist/train/optimizers/sgd.js';
import { constantRate } from '../../dist/train/schedules.js';
import { buildStep } from '../../dist/train/step-graph.js';
import { createStepper } from '../../dist/train/stepper.js';
import { randomBytes, serveLines } from './serve-lines.mjs';

const THREADS = Number(process.env.SAMESAME_BENCH_THREADS ?? 2);
const NUM_CLASSES = 10;
const common = { imageShape: { height: 28, width: 28, channels: 1 }, pixelScale: { mean: 0, deviation: 1 } };

/**
 * @param {string} net
 * @param {number} batch
 * @returns {import('../../dist/train/step-graph.js').StepPlan}
 */
function planOf(net, batch) {
  const encoder = createEncoder(/** @type {any} */ (net));
  switch (net) {
    case 'protocol-a': {
      const head = concatHead();
      const lossOf = binaryCrossEntropy();
      return {
        ...common,
        encoder,
        batchSize: 2 * batch,
        objective: {
          kind: 'pairs',
          loss: (a, b, similar, scope) => lossOf(head.logits(a, b, scope.within('head')), similar),
        },
        optimizer: adam(),
        schedule: constantRate(1e-3),
      };
    }
    case 'protocol-b':
      return {
        ...common,
        encoder,
        batchSize: 2 * batch,
        objective: { kind: 'pairs', loss: contrastive({ margin: 0.2, half: true }).overPairs },
        optimizer: sgd({ momentum: 0.99, nesterov: true }),
        schedule: constantRate(1e-2),
      };
    default:
      return {
        ...common,
        encoder,
        batchSize: batch,
        objective: { kind: 'batch', loss: contrastive({ balanced: false }).overBatch },
        optimizer: adam(),
        schedule: constantRate(1e-3),
      };
  }
}

await serveLines({ name: 'samesame', threads: THREADS }, async ({ net, batch }) => {
  const plan = planOf(net, batch);
  const graph = buildStep(plan);
  const random = createRandom(1);
  const stepper = await createStepper(graph, createRuntime({ numThreads: THREADS }), random);
  const { height, width, channels } = plan.imageShape;
  const images = randomBytes(plan.batchSize * height * width * channels);
  const truth =
    plan.objective.kind === 'batch'
      ? { labels: Int32Array.from({ length: batch }, (_, i) => i % NUM_CLASSES) }
      : {
          similar: Float32Array.from({ length: batch }, (_, i) =>
            net === 'protocol-b' ? Number(i < 10) : i % 2,
          ),
        };
  return {
    step: async () => (await stepper.run({ images, random, ...truth })).loss,
    numParameters: graph.parameters.reduce(
      (sum, { shape }) => sum + shape.reduce((size, dim) => size * dim, 1),
      0,
    ),
    dispose: () => stepper.close(),
  };
});
