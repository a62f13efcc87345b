// What `/v1/map` and `/v1/duplicates` of a large store cost: time, memory, and how soon others are answered meanwhile.
//   npm run bench:overview
//   npm run bench:overview -- --rows 20000
//
// The stores hold synthetic rows in clusters, one in fifty near to another. Each is asked twice: the second time is what the
// service keeps for this version of the store. Meanwhile `GET /healthz` is asked every 20 ms.
import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from '../../dist/base/random.js';
import { readModelFiles } from '../../dist/model/index.js';
import { storeIdentity } from '../../dist/search/store/identity.js';
import { openStore } from '../../dist/search/store/open.js';
import { createClusters, syntheticRecords } from '../search/lib.mjs';
import { savePresetModel } from '../web/preset-model.mjs';
import { p50, p95, timed } from '../web/times.mjs';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '20000,100000' },
    preset: { type: 'string', default: 'protocol-a-ours-fashion-mnist' },
    json: { type: 'boolean', default: false },
  },
});
const BLOCK = 10_000;
const HEALTH_MS = 20;

console.log(`${cpus()[0].model.trim()}, ${availableParallelism()} cores, Node ${process.version}`);
if (loadavg()[0] > 0.5)
  console.log(`Warning: the machine is busy (load ${loadavg()[0].toFixed(1)}); wait and run it again.`);
const folder = await mkdtemp(join(tmpdir(), 'samesame-bench-overview-'));
const results = [];
try {
  const model = join(folder, 'model');
  await savePresetModel(model, values.preset);
  const identity = storeIdentity((await readModelFiles(model)).config);
  console.log('\n| rows | asked | first, s | again, ms | /healthz p50, ms | p95, ms | longest, ms |');
  console.log('| --- | --- | --: | --: | --: | --: | --: |');
  for (const rows of values.rows.split(',').map(Number)) {
    const store = join(folder, `store-${rows}`);
    await fill(store, identity, rows);
    results.push(await measure(model, store, rows));
  }
  for (const { rows, peakMb, restMb } of results)
    console.log(
      `\n${rows} rows: ${restMb.toFixed(0)} MB before it is asked, ${peakMb.toFixed(0)} MB at most`,
    );
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (values.json) console.log(JSON.stringify(results));

async function fill(address, identity, numRows) {
  const { embeddingSize: dim } = identity;
  const store = await openStore(address, { identity });
  const random = createRandom('near');
  const draw = createClusters({ numClusters: Math.round(numRows / 100), dim, spread: 0.3, seed: 'overview' });
  for (let from = 0; from < numRows; from += BLOCK) {
    const count = Math.min(BLOCK, numRows - from);
    const vectors = draw(count).map((value) => value * 0.1);
    for (let i = 50; i < count; i += 50)
      for (let d = 0; d < dim; d++)
        vectors[i * dim + d] = vectors[(i - 1) * dim + d] + 1e-3 * random.normal();
    const records = syntheticRecords(from, count, identity.model);
    await store.upsert({ records, vectors });
  }
  await store.compact();
  await store.close();
}

async function measure(model, store, rows) {
  const child = fork(new URL('./server.mjs', import.meta.url), [model, JSON.stringify({ store })], {
    execArgv: ['--expose-gc'],
  });
  try {
    const { url, pid } = await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', () => reject(new Error('the service ended')));
    });
    const memoryMb = async (field) =>
      Number(new RegExp(`${field}:\\s+(\\d+)`).exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) /
      1024;
    await report(rows, 'nothing', () => new Promise((resolve) => setTimeout(resolve, 1000)), url);
    const restMb = await memoryMb('VmRSS');
    const parts = [];
    for (const path of ['v1/map', 'v1/duplicates?limit=1000']) {
      const ask = async () => {
        const answer = await fetch(`${url}/${path}`);
        const body = await answer.json();
        if (!answer.ok) throw new Error(JSON.stringify(body));
        return body;
      };
      parts.push(await report(rows, `/${path.split('?')[0]}`, ask, url));
    }
    return { rows, restMb, peakMb: await memoryMb('VmHWM'), parts };
  } finally {
    child.send('close');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

/** Does something twice while the service's health is asked for. */
async function report(rows, what, work, url) {
  let isOver = false;
  const health = [];
  const watching = (async () => {
    while (!isOver) {
      health.push((await timed(async () => (await fetch(`${url}/healthz`)).text()))[0]);
      await new Promise((resolve) => setTimeout(resolve, HEALTH_MS));
    }
  })();
  const [firstMs] = await timed(work);
  isOver = true;
  await watching;
  const [againMs] = await timed(work);
  const figures = { what, firstMs, againMs, health: [p50(health), p95(health), Math.max(...health)] };
  console.log(
    `| ${rows} | ${what} | ${(firstMs / 1000).toFixed(1)} | ${againMs.toFixed(0)} | ${figures.health.map((ms) => ms.toFixed(1)).join(' | ')} |`,
  );
  return figures;
}
