// Every loss at equal cost on two data sets: which to choose, by measurement (docs/choosing-a-loss.md).
//   npm run bench:losses                                 goes on where it was stopped
//   npm run bench:losses -- --only triplet --seeds 1     rows whose name has the word in it
//   npm run bench:losses -- --length 10                  ten times as many steps
//   npm run bench:losses -- --finished --write           tables and pictures of what was run before, into the docs page
//   npm run bench:losses -- --steps                      what a step of each loss costs, timed in turns
// Each loss is first trained with each of --rates with the first seed; the rate that is best for MAP@R of the validation
// images is then used for the other seeds. A finished training is a line of OUT/runs.jsonl and is not done again.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from '../../dist/base/files.js';
import { createRuntime } from '../../dist/graph/runtime/node.js';
import { DATA_SETS, prepare } from './data.mjs';
import { dotPlot } from './plot.mjs';
import { BASELINES, ROWS } from './rows.mjs';
import { timeSteps } from './steps.mjs';
import { conditions, lossTable, summarize } from './tables.mjs';
import { trainRow } from './train.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    data: { type: 'string', default: Object.keys(DATA_SETS).join(',') },
    seeds: { type: 'string', default: '1,2,3' },
    rates: { type: 'string', default: '0.002,0.006' },
    length: { type: 'string', default: '1' },
    shared: { type: 'string', default: '../shared/data' },
    out: { type: 'string', default: 'runs/losses' },
    finished: { type: 'boolean', default: false },
    steps: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
  },
});
const { out, shared, finished } = options;
const seeds = options.seeds.split(',').map(Number);
const rates = options.rates.split(',').map(Number);
const stepsOf = (/** @type {keyof typeof DATA_SETS} */ name) =>
  Math.round(DATA_SETS[name].numSteps * Number(options.length));
const names = /** @type {(keyof typeof DATA_SETS)[]} */ (options.data.split(','));
const rows = [...BASELINES, ...ROWS].filter(({ name }) => name.includes(options.only));
mkdirSync(out, { recursive: true });
const runs = await readRuns(join(out, 'runs.jsonl'));
const timesPath = join(out, 'steps.json');
const runtime = createRuntime({ numThreads: Number(options.threads) });
/** @type {Map<string, Promise<import('./data.mjs').Prepared>>} */
const opened = new Map();

if (options.steps) await writeTimes();
else if (!finished) {
  // The first rate of all losses before the others, and the other seeds last: stopped early, it leaves a table of what
  // there is.
  for (const rate of rates)
    for (const name of names) for (const row of rows) await runOnce(name, row, rate, seeds[0]);
  for (const seed of seeds.slice(1))
    for (const name of names)
      for (const row of rows) {
        const rate = bestRate(name, row);
        if (rate !== undefined) await runOnce(name, row, rate, seed);
      }
}
await report();
for (const data of opened.values()) await (await data).pixels.close();

/** Trains and measures unless that was done before. */
async function runOnce(name, row, rate, seed) {
  if (row.kind === 'baseline' && rate !== rates[0]) return;
  const key = keyOf(name, row, rate, seed);
  if (runs.has(key)) return;
  const data = await open(name);
  const numSteps = stepsOf(name);
  const start = performance.now();
  /** @type {object} */
  let result;
  try {
    result = await trainRow(row, data, { rate, seed, numSteps }, runtime);
  } catch (error) {
    result = { failed: error instanceof Error ? error.message : String(error) };
  }
  const seconds = (performance.now() - start) / 1000;
  const run = { key, data: name, row: row.name, rate, seed, numSteps, seconds, ...result };
  appendFileSync(join(out, 'runs.jsonl'), `${JSON.stringify(run)}\n`);
  runs.set(key, run);
  const found = run.failed ?? `MAP@R ${run.test.mapAtR.toFixed(4)}, pairs ${run.test.accuracy.toFixed(4)}`;
  console.error(`${name}, ${row.name}, rate ${rate}, seed ${seed}: ${found} (${seconds.toFixed(0)} s)`);
}

/** What a run's result depends on. */
function keyOf(name, row, rate, seed) {
  const { name: rowName, loss, options: lossOptions = {} } = row;
  const isTrained = row.kind !== 'baseline';
  const isRandom = rowName !== 'raw pixels';
  return JSON.stringify([
    name,
    rowName,
    loss ?? null,
    lossOptions,
    isTrained ? [rate, stepsOf(name)] : [],
    isRandom ? seed : 0,
  ]);
}

/** The rate at which the first seed found most among the validation images; undefined where nothing was run. */
function bestRate(name, row) {
  if (row.kind === 'baseline') return rates[0];
  const tried = rates.flatMap((rate) => {
    const run = runs.get(keyOf(name, row, rate, seeds[0]));
    return run === undefined || run.failed !== undefined ? [] : [run];
  });
  return tried.sort((a, b) => b.validation.mapAtR - a.validation.mapAtR)[0]?.rate;
}

function open(name) {
  if (!opened.has(name)) opened.set(name, prepare(name, shared));
  return opened.get(name);
}

/** Finished runs by key. A line that a kill has torn is dropped, and its run done again. */
async function readRuns(path) {
  const found = new Map();
  if (!existsSync(path)) return found;
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  for (const line of lines) {
    try {
      const run = JSON.parse(line);
      found.set(run.key, run);
    } catch {
      console.error(`${path}: a torn line does not count`);
    }
  }
  // Whoever only reads must not write over what a training may be adding.
  if (found.size < lines.length && !finished && !options.steps)
    await writeFileAtomic(path, [...found.values()].map((run) => `${JSON.stringify(run)}\n`).join(''));
  return found;
}

async function writeTimes() {
  /** @type {Record<string, object>} */
  const times = {};
  for (const name of names) times[name] = await timeSteps(ROWS, await open(name), runtime);
  await writeFileAtomic(timesPath, `${JSON.stringify(times, null, 2)}\n`);
}

async function report() {
  const times = existsSync(timesPath) ? JSON.parse(readFileSync(timesPath, 'utf8')) : {};
  for (const name of names) {
    const { title } = DATA_SETS[name];
    const summaries = rows.flatMap((row) => {
      const rate = bestRate(name, row);
      if (rate === undefined) return [];
      const done = seeds.flatMap((seed) => runs.get(keyOf(name, row, rate, seed)) ?? []);
      const all = row.name === 'raw pixels' ? done.slice(0, 1) : done;
      return all.length === 0 || all.some(({ failed }) => failed)
        ? []
        : [summarize(row, rate, all, times[name]?.[row.name])];
    });
    const failed = [...runs.values()].filter((run) => run.data === name && run.failed !== undefined);
    const text = lossTable(summaries);
    console.log(`\n${title}\n\n${text}`);
    for (const { row, rate, failed: why } of failed)
      console.log(`${row}, rate ${rate}: ${why.split('\n')[0]}`);
    if (!options.write) continue;
    const docs = new URL('../../docs/', import.meta.url);
    await writeFileAtomic(
      fileURLToPath(new URL(`losses-${name}.svg`, docs)),
      dotPlot(summaries, `${title}: MAP@R, mean and range of ${seeds.length} seeds`),
    );
    await replaceBetween(
      fileURLToPath(new URL('choosing-a-loss.md', docs)),
      name,
      `${text}\n\n${conditions(summaries)}`,
    );
  }
}

/** Puts a table between its two marks. @param {string} path @param {string} name @param {string} text */
async function replaceBetween(path, name, text) {
  const [before, after] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const page = readFileSync(path, 'utf8');
  if (!page.includes(before) || !page.includes(after)) throw new Error(`${path} lacks ${before} … ${after}`);
  const start = page.indexOf(before) + before.length;
  await writeFileAtomic(path, `${page.slice(0, start)}\n\n${text}\n\n${page.slice(page.indexOf(after))}`);
}
