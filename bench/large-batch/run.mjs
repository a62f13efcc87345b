// What a large batch takes at once and in chunks: peak memory of the process, and the processor time of a step.
//   npm run bench:large-batch -- [--batch 2048] [--chunks 0,256,64] [--network compact] [--size 28] [--steps 5] [--threads 1]
// Each way is a process of its own, of which the first is all at once (0). Its peak holds Node, ONNX Runtime, the network
// and the batch. The ratio of steps is to the first way, in processor time, which other work on the machine moves less.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '2048' },
    chunks: { type: 'string', default: '0,256,64' },
    network: { type: 'string', default: 'compact' },
    size: { type: 'string', default: '28' },
    steps: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1' },
    loss: { type: 'string', default: 'supervised-contrastive' },
    child: { type: 'string' },
  },
});

if (values.child !== undefined) await runSteps(Number(values.child));
else {
  console.log(`${values.network}, ${values.batch} images of ${values.size}×${values.size}, ${values.loss}`);
  console.log('| images at a time | peak memory, MB | of it steps, MB | a step, against all at once |');
  console.log('| ---: | ---: | ---: | ---: |');
  /** @type {number | undefined} */
  let first;
  for (const chunk of values.chunks.split(',')) {
    const { peakMb, stepsMb, stepMs } = measure(chunk);
    first ??= stepMs;
    console.log(
      `| ${chunk === '0' ? 'all' : chunk} | ${peakMb} | ${stepsMb} | ${(stepMs / first).toFixed(2)} |`,
    );
  }
}

/** One way, in a process of its own. @param {string} chunk */
function measure(chunk) {
  const script = fileURLToPath(import.meta.url);
  const flags = Object.entries({ ...values, child: chunk }).flatMap(([name, value]) => [
    `--${name}`,
    value ?? '',
  ]);
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...flags], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** @param {number} chunkSize */
async function runSteps(chunkSize) {
  const { createRandom } = await import('../../dist/base/random.js');
  const { createRuntime } = await import('../../dist/graph/runtime/node.js');
  const { createLoss } = await import('../../dist/loss/index.js');
  const { createEncoder } = await import('../../dist/nn/index.js');
  const { adam, constantRate, openStep } = await import('../../dist/train/index.js');
  const batchSize = Number(values.batch);
  const side = Number(values.size);
  const random = createRandom('large batch');
  const plan = {
    encoder: createEncoder(values.network, {}),
    imageShape: { height: side, width: side, channels: 1 },
    pixelScale: { mean: 0.5, deviation: 0.25 },
    batchSize,
    objective: { kind: 'batch', loss: createLoss(values.loss).overBatch },
    numClasses: batchSize / 4,
    optimizer: adam(),
    schedule: constantRate(1e-4),
  };
  const batch = {
    images: Uint8Array.from({ length: batchSize * side * side }, () => random.integer(256)),
    labels: Int32Array.from({ length: batchSize }, (_, i) => i >> 2),
    random,
  };
  const runtime = createRuntime({ numThreads: Number(values.threads) });
  const { stepper } = await openStep(plan, { chunkSize, runtime, random });
  const before = process.resourceUsage().maxRSS;
  const times = [];
  for (let i = 0; i < Number(values.steps); i++) {
    const start = process.cpuUsage();
    await stepper.run(batch);
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  await stepper.close();
  const after = process.resourceUsage().maxRSS;
  const stepMs = times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
  console.log(
    JSON.stringify({
      peakMb: Math.round(after / 1024),
      stepsMb: Math.round((after - before) / 1024),
      stepMs,
    }),
  );
}
