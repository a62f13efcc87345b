// Our values and gradients on the batches of every case.
import { compile, constant, createRuntime, gradients, input } from '../../dist/graph/index.js';
import { createLoss } from '../../dist/loss/index.js';
import { createScope } from '../../dist/nn/index.js';
import { createBatches, createPairs, createProxies } from './batches.mjs';
import { CASES } from './cases.mjs';

const runtime = createRuntime({ numThreads: 1 });

/** @typedef {import('./cases.mjs').Case & { batch: string, value: number, gradients: Record<string, number[]>, proxies?: number[][] }} Measured */

/**
 * @param {string} seed what the batches are drawn from
 * @returns {Promise<{ batches: Record<string, import('./batches.mjs').Batch>, pairs: Record<string, import('./batches.mjs').Pairs>, cases: Measured[] }>}
 */
export async function measureOurs(seed) {
  const data = { batches: createBatches(seed), pairs: createPairs(seed) };
  const cases = [];
  for (const { batches: names, ...rest } of CASES)
    for (const batch of names) cases.push({ ...rest, batch, ...(await measure(data, rest, batch)) });
  return { ...data, cases };
}

async function measure({ batches, pairs }, { loss, options = {}, centers = 0, memory }, name) {
  const forms = createLoss(loss, options);
  if (name in pairs) {
    const { left, right, similar } = pairs[name];
    return run(
      { left, right },
      { similar: { dtype: 'float32', values: similar } },
      (tensors) => forms.overPairs(tensors.left, tensors.right, tensors.similar).loss,
    );
  }
  const { embeddings, labels, numClasses } = batches[name];
  const proxies = centers > 0 ? createProxies(numClasses * centers, `${name}/${centers}`) : undefined;
  const result = await run(
    { embeddings, ...(proxies && { proxies }) },
    { labels: { dtype: 'int32', values: labels } },
    (tensors) => {
      const { scope } = createScope({ training: true });
      const kept = memory === undefined ? undefined : fill(batches[memory], options.size);
      const lent = { ...scope, parameter: (part) => kept?.[part] ?? tensors.proxies };
      return forms.overBatch(tensors.embeddings, tensors.labels, { scope: lent, numClasses }).loss;
    },
  );
  return { ...result, proxies };
}

/** What a memory of so many places holds after one batch. */
function fill({ embeddings, labels }, size) {
  const width = embeddings[0].length;
  const memory = new Float32Array(size * width);
  memory.set(embeddings.flat());
  const memoryLabels = new Float32Array(size).fill(-1);
  memoryLabels.set(labels);
  return { memory: constant(memory, [size, width]), memoryLabels: constant(memoryLabels, [size]) };
}

/** The loss, and its gradient towards each matrix. */
async function run(matrices, vectors, build) {
  const tensors = {};
  const feeds = {};
  for (const [name, rows] of Object.entries(matrices)) {
    const shape = [rows.length, rows[0].length];
    tensors[name] = input(name, 'float32', shape);
    feeds[name] = runtime.tensor('float32', Float32Array.from(rows.flat()), shape);
  }
  for (const [name, { dtype, values }] of Object.entries(vectors)) {
    const data = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
    tensors[name] = input(name, dtype, [values.length]);
    feeds[name] = runtime.tensor(dtype, data, [values.length]);
  }
  const loss = build(tensors);
  const names = Object.keys(matrices);
  const slopes = gradients(
    loss,
    names.map((name) => tensors[name]),
  );
  const outputs = Object.fromEntries(names.map((name, i) => [`gradient ${name}`, slopes[i]]));
  const graph = compile({ loss, ...outputs });
  const program = await runtime.load(graph.bytes, { purpose: 'training' });
  const used = Object.fromEntries(Object.entries(feeds).filter(([name]) => name in graph.inputs));
  const results = await program.run(used);
  const found = {
    value: results.loss.data[0],
    gradients: Object.fromEntries(names.map((name) => [name, Array.from(results[`gradient ${name}`].data)])),
  };
  await program.close();
  return found;
}
