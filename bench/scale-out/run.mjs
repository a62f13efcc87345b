// What indexing by workers costs: the queue itself, a row, and images a second of one and two workers beside plain `index`.
//   npm run bench:scale-out -- --model runs/clothing --data ../shared/data/clothing-small/train
//   npm run bench:scale-out                       the queue and the rows only
//
// Jobs lie in a real PostgreSQL server that this starts. It has no pgvector, so the store is PGlite, in a process of its own;
// its time is counted beside the others'.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createRandom } from '../../dist/base/random.js';
import { openDataset } from '../../dist/data/index.js';
import { claimJob, completeJob } from '../../dist/jobs/queue/claims.js';
import { enqueueImages } from '../../dist/jobs/queue/enqueue.js';
import { dedicate, openQueue } from '../../dist/jobs/queue/open.js';
import { loadModel } from '../../dist/model/index.js';
import { imageId, storeIdentity } from '../../dist/search/store/identity.js';
import { openStore } from '../../dist/search/store/open.js';
import { startPostgresServer } from '../../scripts/start-postgres.mjs';

const JOB_SIZE = 256;
const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    data: { type: 'string' },
    images: { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '2' },
    jobs: { type: 'string', default: '1000' },
    rows: { type: 'string', default: '20000' },
    dims: { type: 'string', default: '64,128,512,1280' },
    only: { type: 'string', default: 'queue,rows,workers' },
  },
});
const parts = values.only.split(',');
console.log(`Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}`);
const root = mkdtempSync(join(tmpdir(), 'samesame-bench-scale-out-'));
const postgres = await startPostgresServer();
const stores = start('pglite.mjs');
const storeBase = await stores.line();
try {
  if (parts.includes('queue')) await measureQueue(Number(values.jobs));
  if (parts.includes('rows'))
    for (const dim of values.dims.split(',')) await measureRows(Number(dim), Number(values.rows));
  if (parts.includes('workers') && values.model !== undefined && values.data !== undefined)
    await measureWorkers();
} finally {
  stores.child.stdin.end();
  await postgres.close();
  rmSync(root, { recursive: true, force: true });
}

/** Listing and taking jobs, with nothing done in them. */
async function measureQueue(numJobs) {
  const list = join(root, 'list.txt');
  const numImages = numJobs * JOB_SIZE;
  writeFileSync(
    list,
    Array.from(
      { length: numImages },
      (_, i) => `/mnt/photos/2024-05-01/camera-${i % 40}/image-${i}.jpg\n`,
    ).join(''),
  );
  const identity = { model: 'f'.repeat(64), distance: 'euclidean', embeddingSize: 4 };
  let notes = {};
  const store = {
    identity,
    name: 'none',
    count: async () => 0,
    readNotes: async () => notes,
    writeNotes: async (changed) => {
      notes = changed;
    },
  };
  const queue = await openQueue(`${postgres.address}&queue=empty`);
  await dedicate(queue, store);
  let startMs = performance.now();
  const startCpu = process.cpuUsage();
  await enqueueImages(queue, store, [], { filesFrom: [list], jobSize: JOB_SIZE, maxWaiting: numJobs + 1 });
  const listMs = performance.now() - startMs;
  const { user } = process.cpuUsage(startCpu);
  const client = new pg.Client(postgres.address);
  await client.connect();
  const { rows } = await client.query(
    `SELECT sum(pg_total_relation_size(inhrelid))::float8 AS bytes FROM pg_inherits WHERE inhparent = 'samesame_jobs.job'::regclass`,
  );
  const outcome = {
    counts: { numEmbedded: JOB_SIZE, numUpdated: 0, numUnchanged: 0, numRemoved: 0 },
    numImages: JOB_SIZE,
    bad: [],
  };
  const drain = async (name) => {
    for (let done = 0; ; done++) {
      const job = await claimJob(queue, name);
      if (job?.data.kind !== 'images') return done;
      await completeJob(queue, job, outcome);
    }
  };
  startMs = performance.now();
  await drain('one');
  const oneMs = performance.now() - startMs;
  await enqueueImages(queue, store, [], { filesFrom: [list], jobSize: JOB_SIZE, maxWaiting: numJobs + 1 });
  startMs = performance.now();
  await Promise.all(['a', 'b', 'c', 'd'].map(drain));
  const fourMs = performance.now() - startMs;
  await client.end();
  await queue.close();
  console.log(`\nqueue: ${numJobs} jobs of ${JOB_SIZE} paths`);
  console.log(
    `  listing       ${(listMs / numJobs).toFixed(2)} ms a job, ${Math.round(numImages / listMs)} images/ms; ${(user / numImages).toFixed(2)} µs of processor an image`,
  );
  console.log(`  waiting       ${(rows[0].bytes / numJobs / 1024).toFixed(1)} KiB a job in the database`);
  console.log(
    `  take and end  ${(oneMs / numJobs).toFixed(2)} ms a job by one, ${(fourMs / numJobs).toFixed(2)} ms by four at a time: ${Math.round((numJobs * JOB_SIZE) / (fourMs / 1000))} images/s at most`,
  );
}

/** Bytes that a row takes in a store of our own schema, and its index. */
async function measureRows(dim, numRows) {
  const identity = { model: 'f'.repeat(64), distance: 'euclidean', embeddingSize: dim };
  const name = `rows_${dim}`;
  const store = await openStore(`${storeBase}&store=${name}`, { identity, exactNumbers: 0 });
  const random = createRandom(`rows ${dim}`);
  for (let from = 0; from < numRows; from += 1000) {
    const records = Array.from({ length: 1000 }, (_, i) => {
      const path = `/mnt/photos/2024-05-01/camera-${i % 40}/image-${from + i}.jpg`;
      return {
        id: imageId(path),
        path,
        contentHash: 'c'.repeat(64),
        model: identity.model,
        sizeBytes: 123_456,
        modifiedMs: 1_700_000_000_000 + from + i,
        label: `camera-${i % 40}`,
        metadata: {},
      };
    });
    await store.upsert({
      records,
      vectors: Float32Array.from({ length: 1000 * dim }, () => random.normal()),
    });
  }
  await store.close();
  const client = new pg.Client(storeBase);
  await client.connect();
  const table = `samesame."store_${name}"`;
  await client.query(`CREATE INDEX ${name}_full ON ${table} USING hnsw (vector vector_l2_ops)`);
  // Half precision: pgvector's halfvec, in the index only.
  await client.query(
    `CREATE INDEX ${name}_half ON ${table} USING hnsw ((vector::halfvec(${dim})) halfvec_l2_ops)`,
  );
  const { rows } = await client.query(
    `SELECT pg_table_size('${table}')::float8 AS heap,
       (SELECT sum(pg_relation_size(indexrelid))::float8 FROM pg_index WHERE indrelid = '${table}'::regclass
          AND indexrelid NOT IN ('samesame.${name}_full'::regclass, 'samesame.${name}_half'::regclass)) AS others,
       pg_relation_size('samesame.${name}_full')::float8 AS full_index,
       pg_relation_size('samesame.${name}_half')::float8 AS half_index`,
  );
  const a = (bytes) => Math.round(bytes / numRows);
  const { heap, others, full_index: full, half_index: half } = rows[0];
  console.log(
    `rows of ${String(dim).padEnd(5)} ${a(heap)} bytes in the table (${4 * dim} of them numbers), ${a(others)} in its other indices, ` +
      `HNSW ${a(full)}, of half precision ${a(half)}`,
  );
  await client.query(`DROP TABLE ${table}`);
  await client.end();
}

async function measureWorkers() {
  const { set } = await openDataset(values.data, { labels: 'optional' });
  const numImages = Math.min(Number(values.images), set.numImages);
  const list = join(root, 'images.txt');
  writeFileSync(
    list,
    Array.from({ length: numImages }, (_, i) => `${resolve(set.pixels.path(i))}\n`).join(''),
  );
  const model = await loadModel(values.model);
  const identity = storeIdentity(model.config);
  const { encoder, input } = model.config;
  await model.close();
  console.log(
    `\nworkers: ${numImages} images of ${values.data}, model ${encoder.name}, ${input.height}×${input.width}, ${encoder.embeddingSize} numbers`,
  );
  const cores = availableParallelism();
  const sides = [
    ['plain index', [{ kind: 'index' }]],
    ['1 worker', [{ kind: 'work' }]],
    [
      '2 workers',
      [
        { kind: 'work', threads: cores / 2 },
        { kind: 'work', threads: cores / 2 },
      ],
    ],
  ];
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const [i, [name, processes]] of sides.entries()) {
      const store = `${storeBase}&store=side_${round}_${i}`;
      const queue = `${postgres.address}&queue=side_${round}_${i}`;
      const opened = await openStore(store, { identity });
      if (processes[0].kind === 'work') {
        const listing = await openQueue(queue);
        await dedicate(listing, opened);
        // Small enough that two workers end at about the same time.
        await enqueueImages(listing, opened, [], { filesFrom: [list], jobSize: 64 });
        await listing.close();
      }
      const running = processes.map((side) =>
        start('side.mjs', { ...side, model: values.model, list, store, queue }),
      );
      for (const { line } of running) await line();
      const storeCpu = cpuSecondsOf(stores.child.pid);
      const startMs = performance.now();
      for (const { child } of running) child.stdin.write('go\n');
      const results = (await Promise.all(running.map(({ line }) => line()))).map((text) => JSON.parse(text));
      const seconds = (performance.now() - startMs) / 1000;
      const cpu = results.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
      const done = results.reduce((sum, result) => sum + result.numImages, 0);
      if (done !== numImages || (await opened.count()) !== numImages)
        throw new Error(`${name}: ${done} embedded, ${await opened.count()} kept, ${numImages} asked for`);
      await opened.close();
      console.log(
        `  ${name.padEnd(12)} ${(numImages / seconds).toFixed(1)} images/s, ${((1000 * cpu) / numImages).toFixed(2)} ms of processor an image ` +
          `(and ${((1000 * (cpuSecondsOf(stores.child.pid) - storeCpu)) / numImages).toFixed(2)} in the store's process)`,
      );
    }
  }
}

/** A process of this folder, and the lines that it prints. */
function start(script, args) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, JSON.stringify(args ?? {})], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script} ended: ${(await once(child, 'exit'))[0]}`);
    return value;
  };
  return { child, line };
}

/** Processor time of another process, from Linux's /proc. */
function cpuSecondsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
