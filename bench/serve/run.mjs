// What the service reaches of what its model can do, and what it does when it is asked for more than that.
//   npm run bench:serve -- MODEL IMAGES
//   npm run bench:serve -- runs/photos photos/ --seconds 10 --rounds 5 --overload 60 --requests 10000
// A part whose number is 0 is left out.
// MODEL is a model's folder or a run's, IMAGES a folder with image files. Three parts:
// - Speed: autocannon with 64 connections on POST /v1/embed, an image a request, and the model alone on the same images,
//   in turns; the ratio is the median over rounds. Processor time an image is printed beside it, that of the whole service
//   without autocannon: it does not depend on who else is busy, nor on how many threads ask for a share of the cores.
// - Overload: three times as many requests a second for a minute; statuses, what is done meanwhile beside what is done
//   without overload, memory, and how soon one request alone is answered as before.
// - Memory: the heap after 1,000 requests and after 10,000 more.
import { fork, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
    overload: { type: 'string', default: '60' },
    requests: { type: 'string', default: '10000' },
    connections: { type: 'string', default: '64' },
    'per-request': { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const [model, imageFolder] = positionals;
if (imageFolder === undefined) {
  console.error(
    'Usage: npm run bench:serve -- MODEL IMAGES [--seconds 10] [--rounds 5] [--overload 60] [--requests 10000]',
  );
  process.exit(2);
}
const [seconds, numRounds, overloadSeconds, numRequests, connections, perRequest] = [
  options.seconds,
  options.rounds,
  options.overload,
  options.requests,
  options.connections,
  options['per-request'],
].map(Number);
const NUM_IMAGES = 32;
/** Requests until the code that answers them has been compiled. */
const WARM_UP = 1000;
const OVERLOAD = 3;
/** Images that may wait while there is more than can be done. */
const QUEUE = 128;

const names = (await readdir(imageFolder, { recursive: true }))
  .filter((name) => /\.(jpe?g|png|webp)$/i.test(name))
  .sort();
const chosen = Array.from(
  { length: NUM_IMAGES },
  (_, i) => names[Math.floor((i * names.length) / NUM_IMAGES)],
);
const paths = chosen.map((name) => join(imageFolder, name));
const files = await Promise.all(paths.map((path) => readFile(path)));
const meanBytes = Math.round(files.reduce((sum, file) => sum + file.length, 0) / files.length);

console.log(
  `${cpus()[0].model.trim()}, ${availableParallelism()} cores, Node ${process.version}, autocannon ${autocannon.version ?? ''}`,
);
if (loadavg()[0] > 0.5)
  console.log(`Warning: the machine is busy (load ${loadavg()[0].toFixed(1)}); wait and run it again.`);

const alone = await startAlone();
console.log(
  `${model}: ${alone.about.input.height}×${alone.about.input.width}×${alone.about.input.channels} → ${alone.about.embeddingSize} numbers; ` +
    `${NUM_IMAGES} images of ${imageFolder}, ${meanBytes} bytes on average, ${perRequest} a request`,
);
/** @type {Record<string, unknown>} */
const result = {};
try {
  if (numRounds > 0) result.speed = await measureSpeed();
  if (overloadSeconds > 0) result.overload = await measureOverload();
  if (numRequests > 0) result.memory = await measureMemory();
} finally {
  alone.close();
}
if (options.json) console.log(JSON.stringify(result));

async function measureSpeed() {
  const service = await startService({});
  await load(service.url, { amount: WARM_UP, connections });
  const rounds = [];
  for (let round = 0; round < numRounds; round++) {
    /** @type {any} */
    const got = {};
    for (const side of round % 2 === 0 ? ['served', 'alone'] : ['alone', 'served']) {
      if (side === 'alone') got.alone = await alone.measure(seconds);
      else {
        const { cpuMs } = await service.memory();
        const found = await load(service.url, { duration: seconds, connections });
        if (found.non2xx > 0 || found.errors > 0)
          throw new Error(`${found.non2xx} answers were not 200, ${found.errors} requests failed`);
        const numImages = perRequest * found['2xx'];
        got.served = numImages / found.duration;
        got.cpuMs = ((await service.memory()).cpuMs - cpuMs) / numImages;
        got.latency = found.latency;
      }
    }
    rounds.push(got);
    const texts = Object.entries(got.alone).map(([way, { perSecond }]) => `${way} ${perSecond.toFixed(1)}`);
    process.stderr.write(
      `round ${round + 1} of ${numRounds}, images/s: served ${got.served.toFixed(1)}, ${texts.join(', ')}\n`,
    );
  }
  await service.close();

  const of = (/** @type {(round: any) => number} */ value) => rounds.map(value);
  const served = median(of((round) => round.served));
  const cpuMs = median(of((round) => round.cpuMs));
  const latency = {
    p50: median(of((round) => round.latency.p50)),
    p99: median(of((round) => round.latency.p99)),
  };
  console.log('\n| | images/s | served / alone | processor ms an image | by processor time |');
  console.log('|---|--:|--:|--:|--:|');
  console.log(`| POST /v1/embed, ${connections} clients | ${served.toFixed(1)} | | ${cpuMs.toFixed(2)} | |`);
  /** @type {Record<string, object>} */
  const ways = {};
  for (const way of Object.keys(rounds[0].alone)) {
    const ratios = of((round) => round.served / round.alone[way].perSecond);
    const byCpu = median(of((round) => round.alone[way].cpuMs / round.cpuMs));
    const perSecond = median(of((round) => round.alone[way].perSecond));
    const cpu = median(of((round) => round.alone[way].cpuMs));
    const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    console.log(
      `| ${way} | ${perSecond.toFixed(1)} | ${median(ratios).toFixed(2)} (${range}) | ${cpu.toFixed(2)} | ${byCpu.toFixed(2)} |`,
    );
    ways[way] = { perSecond, ratio: median(ratios), cpuMs: cpu, byCpu };
  }
  console.log(`Medians over ${numRounds} rounds. Latency: p50 ${latency.p50} ms, p99 ${latency.p99} ms.`);
  return { served, cpuMs, latency, ways };
}

async function measureOverload() {
  const service = await startService({ maxQueue: QUEUE, maxRequests: 4 * QUEUE });
  // What it can do is measured before and after: a machine that others use, too, is not the same a minute later.
  const calmBefore = await measureCalm(service);
  const before = await service.memory();
  let peakRss = 0;
  const watching = setInterval(async () => {
    peakRss = Math.max(peakRss, await rssOf(service.pid));
  }, 250);
  const found = await load(service.url, {
    duration: overloadSeconds,
    connections: 4 * connections + QUEUE,
    overallRate: Math.ceil(OVERLOAD * calmBefore.perSecond),
  });
  clearInterval(watching);
  const recoverySeconds = await recovery(service.url);
  const after = await service.memory();
  const calmAfter = await measureCalm(service);
  await service.close();

  /** @type {Record<string, number>} */
  const statuses = Object.fromEntries(
    Object.entries(found.statusCodeStats).map(([status, { count }]) => [status, count]),
  );
  const { 200: numDone = 0, 503: numRefused = 0 } = statuses;
  const capacity = (calmBefore.perSecond + calmAfter.perSecond) / 2;
  const goodput = numDone / found.duration;
  const calmCpuMs = (calmBefore.cpuMs + calmAfter.cpuMs) / 2;
  const cpuMs = (after.cpuMs - before.cpuMs) / numDone;
  console.log(
    `\noverload, ${(OVERLOAD * calmBefore.perSecond).toFixed(0)} requests/s for ${overloadSeconds} s, queue ${QUEUE}:`,
  );
  console.log(`  answers ${JSON.stringify(statuses)}, failed ${found.errors}, timeouts ${found.timeouts}`);
  console.log(
    `  done ${goodput.toFixed(1)} requests/s; without overload ${calmBefore.perSecond.toFixed(1)} before and ` +
      `${calmAfter.perSecond.toFixed(1)} after; ratio ${(goodput / capacity).toFixed(2)}`,
  );
  console.log(
    `  processor ms a request that was done ${cpuMs.toFixed(2)}, those refused included; without overload ` +
      `${calmCpuMs.toFixed(2)}; ratio ${(calmCpuMs / cpuMs).toFixed(2)}; p99 of all answers ${found.latency.p99} ms`,
  );
  console.log(
    `  memory: rss ${mb(before.rss)} before, ${mb(peakRss)} at most, ${mb(after.rss)} after; heap ${mb(before.heapUsed)} before, ${mb(after.heapUsed)} after`,
  );
  console.log(`  one request alone is answered as before ${recoverySeconds.toFixed(2)} s after the end`);
  const isSo =
    found.errors === 0 && found.timeouts === 0 && numDone + numRefused === sum(Object.values(statuses));
  if (!isSo) {
    console.log('  NOT only 200 and 503');
    process.exitCode = 1;
  }
  return {
    statuses,
    errors: found.errors,
    timeouts: found.timeouts,
    goodput,
    ratio: goodput / capacity,
    byCpu: calmCpuMs / cpuMs,
    calmBefore,
    calmAfter,
    peakRss,
    before,
    after,
    recoverySeconds,
  };
}

/** @param {Awaited<ReturnType<typeof startService>>} service */
async function measureCalm(service) {
  const { cpuMs } = await service.memory();
  const found = await load(service.url, { duration: seconds, connections });
  return {
    perSecond: found['2xx'] / found.duration,
    cpuMs: ((await service.memory()).cpuMs - cpuMs) / found['2xx'],
  };
}

/** Seconds until a request alone is answered with 200 and within a second. @param {string} url */
async function recovery(url) {
  const startMs = performance.now();
  for (;;) {
    const askedMs = performance.now();
    const response = await fetch(`${url}/v1/embed`, {
      method: 'POST',
      body: files[0],
      headers: { 'content-type': 'image/jpeg' },
    });
    await response.arrayBuffer();
    if (response.status === 200 && performance.now() - askedMs < 1000)
      return (performance.now() - startMs) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function measureMemory() {
  const service = await startService({});
  await load(service.url, { amount: WARM_UP, connections });
  const before = await service.memory();
  await load(service.url, { amount: numRequests, connections });
  const after = await service.memory();
  await service.close();
  const kb = (/** @type {number} */ bytes) => `${(bytes / 1024).toFixed(0)} KiB`;
  console.log(`\nmemory after 1,000 requests, and after ${numRequests} more:`);
  for (const part of ['heapUsed', 'external', 'arrayBuffers', 'rss'])
    console.log(
      `  ${part} ${kb(before[part])} → ${kb(after[part])} (${((after[part] - before[part]) / numRequests).toFixed(0)} bytes a request)`,
    );
  return { before, after };
}

/** @param {string} url @param {object} how @returns {Promise<any>} */
function load(url, how) {
  const requests =
    perRequest === 1
      ? files.map((body) => ({
          method: 'POST',
          path: '/v1/embed',
          body,
          headers: { 'content-type': 'image/jpeg' },
        }))
      : [formOf(perRequest)];
  return autocannon({ url, requests: /** @type {any} */ (requests), timeout: 60, ...how });
}

/** @param {number} count */
function formOf(count) {
  const parts = Array.from({ length: count }, (_, i) => [
    Buffer.from(`--bench\r\nContent-Disposition: form-data; name="image"; filename="${i}.jpg"\r\n\r\n`),
    files[i % files.length],
    Buffer.from('\r\n'),
  ]).flat();
  const body = Buffer.concat([...parts, Buffer.from('--bench--\r\n')]);
  return {
    method: 'POST',
    path: '/v1/embed',
    body,
    headers: { 'content-type': 'multipart/form-data; boundary=bench' },
  };
}

/** @param {object} serveOptions */
async function startService(serveOptions) {
  const child = fork(new URL('./server.mjs', import.meta.url), [model, JSON.stringify(serveOptions)], {
    execArgv: ['--expose-gc'],
  });
  const next = () => new Promise((resolve) => child.once('message', resolve));
  const { url, pid } = /** @type {any} */ (await next());
  return {
    url,
    pid,
    /** @returns {Promise<any>} */
    memory: async () => {
      const answer = next();
      child.send('memory');
      return answer;
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.send('close');
      }),
  };
}

async function startAlone() {
  const script = new URL('./alone.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, model, ...paths], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  const about = await next();
  return {
    about,
    /** @param {number} time */
    measure: async (time) => {
      child.stdin.write(`${time}\n`);
      return next();
    },
    close: () => child.stdin.end(),
  };
}

/** @param {number} pid */
async function rssOf(pid) {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) * 1024;
}

/** @param {readonly number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** @param {number} bytes */
function mb(bytes) {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
