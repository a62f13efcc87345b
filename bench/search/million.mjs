// A store of a million embeddings of 128 numbers in clusters: what it costs to build, keep and search, with and without a
// filter that one row in a hundred fits.
//   npm run bench:search-large
//   npm run bench:search-large -- --rows 100000 --store postgres://…
//
// The truth is LanceDB's own exact search, which the tests hold against a plain loop.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../../dist/search/store/open.js';
import {
  buildPeer,
  createClusters,
  diskOf,
  inMs,
  loadPeer,
  p50,
  peerSearch,
  recallOf,
  syntheticRecords,
  timeEach,
} from './lib.mjs';

const K = 10;
const BLOCK = 10_000;
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    dim: { type: 'string', default: '128' },
    queries: { type: 'string', default: '200' },
    store: { type: 'string' },
    'no-peer': { type: 'boolean', default: false },
  },
});
const [numRows, dim, numQueries] = [values.rows, values.dim, values.queries].map(Number);
const root = mkdtempSync(join(tmpdir(), 'samesame-bench-large-'));
const address = values.store ?? join(root, 'large.store');
const identity = { model: 'synthetic', distance: 'euclidean', embeddingSize: dim };
const peakMb = () => Math.round(process.resourceUsage().maxRSS / 1024);
const secondsSince = (start) => ((performance.now() - start) / 1000).toFixed(1);
console.log(`Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}`);
console.log(`${numRows} × ${dim} around ${Math.round(numRows / 1000)} centres, spread 1`);

try {
  const store = await openStore(address, { identity });
  const draw = createClusters({
    numClusters: Math.max(1, Math.round(numRows / 1000)),
    dim,
    spread: 1,
    seed: 'large',
  });
  let start = performance.now();
  for (let from = 0; from < numRows; from += BLOCK) {
    const count = Math.min(BLOCK, numRows - from);
    const records = syntheticRecords(from, count, identity.model);
    await store.upsert({ records, vectors: draw(count) });
  }
  console.log(`\nwriting      ${secondsSince(start)} s, peak of the process ${peakMb()} MB`);
  start = performance.now();
  const { recall } = await store.compact();
  console.log(
    `index        ${secondsSince(start)} s with its measurement, peak ${peakMb()} MB; says recall@${recall?.k} ${recall?.recall.toFixed(4)}`,
  );
  if (values.store === undefined)
    console.log(
      `disk         ${(diskOf(address) / 1e6).toFixed(0)} MB for ${((numRows * dim * 4) / 1e6).toFixed(0)} MB of embeddings`,
    );

  const queries = draw(numQueries);
  const queryOf = (i) => queries.slice(i * dim, (i + 1) * dim);
  const ask = async (i, options) => (await store.search(queryOf(i), { k: K, ...options })).answers[0];
  const filters = { 'no filter': undefined, 'filter of 1 %': { labels: ['class 7'] } };
  for (const [name, filter] of Object.entries(filters)) {
    const found = [];
    const truth = [];
    const methods = new Set();
    for (let i = 0; i < 10; i++) await ask(i, { filter });
    const times = await timeEach(numQueries, async (i) => {
      const answer = await ask(i, { filter });
      methods.add(answer.method);
      found.push(answer.neighbours.map(({ record }) => record.id));
    });
    const exactTimes = await timeEach(Math.min(50, numQueries), async (i) => {
      truth.push((await ask(i, { filter, method: 'exact' })).neighbours.map(({ record }) => record.id));
    });
    console.log(
      `${name.padEnd(14)} ${[...methods].join(', ').padEnd(12)} ${inMs(times)}  recall@10 ${recallOf(found.slice(0, truth.length), truth).toFixed(4)}  ` +
        `exact ${inMs(exactTimes)}: ×${(p50(times) / p50(exactTimes)).toFixed(3)}`,
    );
  }
  const usearch = values['no-peer'] ? undefined : loadPeer();
  if (usearch !== undefined) {
    const all = new Float32Array(numRows * dim);
    for await (const { records, vectors } of store.scan())
      for (const [i, { id }] of records.entries())
        all.set(vectors.subarray(i * dim, (i + 1) * dim), Number(id) * dim);
    const peer = buildPeer(usearch, all, dim);
    const times = await timeEach(numQueries, (i) => void peerSearch(peer.index, queryOf(i), K));
    console.log(`usearch        built in ${peer.seconds.toFixed(1)} s, in memory alone  ${inMs(times)}`);
  }
  await store.close();
} finally {
  rmSync(root, { recursive: true, force: true });
}
