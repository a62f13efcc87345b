import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { runSweep, type SweepEvent, type SweepJob } from '../../src/jobs/sweep/sweep.ts';
import { parseSweep } from '../../src/jobs/sweep/sweep-file.ts';
import { parseOnlyLine, runCli } from '../cli/run-cli.ts';
import { drawImage, makeImageFolder, QUICK_RUN } from '../tiny-images.ts';
import { checksumsOf, failureOf } from './job.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const SWEEP = {
  name: 'two rates',
  base: { ...QUICK_RUN, batchSize: 8 },
  grid: { learningRate: [0.001, 0.003] },
  list: [
    { name: 'misspelt', config: { learningRat: 1 } },
    { name: 'diverges', config: { optimizer: 'sgd', learningRate: 1e30 } },
  ],
  seeds: [1, 2],
};
const GOOD = ['learningRate=0.001', 'learningRate=0.003'];
/** Those that can be finished. */
const RUNS = GOOD.flatMap((name) => [1, 2].map((seed) => join(name, `seed-${seed}`)));

let root: string;
let images: string;
let whole: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-sweep-'));
  images = await makeImageFolder(join(root, 'images'), { imagesPerClass: 14 });
  whole = join(root, 'whole');
});
afterAll(() => rm(root, { recursive: true }));

async function sweep(out: string, file: object = SWEEP, rest: Partial<SweepJob> = {}) {
  const events: SweepEvent[] = [];
  const job = { sweep: parseSweep(file), data: images, out, numThreads: 1 };
  const done = await runSweep({ ...job, onEvent: (event) => events.push(event), ...rest });
  const started = events.flatMap((event) =>
    event.kind === 'start' ? [`${event.run.configuration} ${event.run.seed}`] : [],
  );
  return { ...done, events, started };
}

async function readJson(...path: string[]) {
  return JSON.parse(await readFile(join(...path), 'utf8'));
}

async function copyOf(folder: string): Promise<string> {
  const copy = await mkdtemp(join(root, 'copy-'));
  await cp(folder, copy, { recursive: true });
  return copy;
}

describe('a sweep with configurations that fail', () => {
  it('finishes the others, and reports the failures in the table', async () => {
    const { table, started, events } = await sweep(whole);
    expect(started).toEqual([
      'learningRate=0.001 1',
      'learningRate=0.001 2',
      'learningRate=0.003 1',
      'learningRate=0.003 2',
      'diverges 1',
      'diverges 2',
    ]);
    expect(table).toMatchObject({ numRuns: 8, numFinished: 4, numFailed: 4 });
    const byName = Object.fromEntries(table.rows.map((row) => [row.name, row]));
    expect(byName.misspelt.failure).toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('did you mean "learningRate" instead of "learningRat"?'),
    });
    expect(byName.diverges.runs.map(({ failure }) => failure?.code)).toEqual(['E_NAN', 'E_NAN']);
    const markdown = await readFile(join(whole, 'table.md'), 'utf8');
    expect(markdown).toMatch(/\*\*misspelt\*\*: E_CONFIG/);
    expect(markdown).toMatch(/\*\*diverges, seed 2\*\*: E_NAN/);
    // A plan, and after each run where the sweep stands.
    expect(events[0]).toMatchObject({ kind: 'plan', numConfigurations: 4, numRuns: 6, numFinished: 0 });
    const ends = events.filter((event) => event.kind === 'end');
    expect(ends.map(({ place }) => place.numDone)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(ends.every(({ place }) => Number(place.secondsLeft) >= 0)).toBe(true);
    expect(ends[0].table.numFinished).toBe(1);
  });

  it('has the numbers of its runs in all three tables', async () => {
    const table = await readJson(whole, 'table.json');
    const csv: Record<string, string>[] = parse(await readFile(join(whole, 'table.csv')), { columns: true });
    for (const name of GOOD) {
      const [a, b] = await Promise.all(
        [1, 2].map(async (seed) => (await readJson(whole, name, `seed-${seed}`, 'result.json')).numbers),
      );
      const row = table.rows.find((found: { name: string }) => found.name === name);
      const line = csv.find(({ configuration }) => configuration === name)!;
      for (const measure of ['validationAccuracy', 'accuracy', 'auc', 'recallAt1', 'mapAtR', 'threshold']) {
        const mean = (a[measure] + b[measure]) / 2;
        // Of two values the sample deviation is their distance by the root of two.
        const deviation = Math.abs(a[measure] - b[measure]) / Math.SQRT2;
        expect(row.spreads[measure].mean).toBeCloseTo(mean, 12);
        expect(row.spreads[measure].deviation).toBeCloseTo(deviation, 12);
        expect(Number(line[`${measure}_mean`])).toBeCloseTo(mean, 12);
        expect(Number(line[`${measure}_max`])).toBe(Math.max(a[measure], b[measure]));
      }
      const text = `${((a.accuracy + b.accuracy) / 2).toFixed(4)} ±`;
      const written = (await readFile(join(whole, 'table.md'), 'utf8')).split('\n');
      expect(written.find((found) => found.includes(name.replace('_', '\\_')))).toContain(text);
      // The numbers are those that the run itself reports.
      const epochs = (await readFile(join(whole, name, 'seed-1', 'metrics.jsonl'), 'utf8'))
        .trim()
        .split('\n');
      const accuracies = epochs.map((line) => JSON.parse(line).validation.accuracy);
      expect(a.validationAccuracy).toBe(Math.max(...accuracies));
    }
    expect(table.baselines.map(({ name }: { name: string }) => name)).toEqual(['raw pixels', 'majority']);
    for (const name of ['plot.svg', 'plot.png'])
      expect((await stat(join(whole, name))).size).toBeGreaterThan(500);
  });

  it('does nothing twice: only what failed is tried again', async () => {
    const { started, table } = await sweep(await copyOf(whole));
    expect(started).toEqual(['diverges 1', 'diverges 2']);
    expect(table.numFinished).toBe(4);
  });

  it('does anew only what a change of the file touches', async () => {
    const out = await copyOf(whole);
    const changed = {
      ...SWEEP,
      grid: { learningRate: [0.001] },
      list: [{ name: 'learningRate=0.003', config: { learningRate: 0.004 } }],
      seeds: [1, 3],
    };
    const { started, table } = await sweep(out, changed);
    expect(started).toEqual(['learningRate=0.001 3', 'learningRate=0.003 1', 'learningRate=0.003 3']);
    expect(table).toMatchObject({ numRuns: 4, numFinished: 4, numFailed: 0 });
    expect((await readJson(out, 'learningRate=0.003', 'seed-1', 'config.json')).learningRate).toBe(0.004);
  });

  it('does everything anew where the images have changed', async () => {
    const changed = await copyOf(images);
    await writeFile(join(changed, 'bars', '03.png'), await drawImage('bars', createRandom('another')));
    const file = { ...SWEEP, grid: { learningRate: [0.001] }, list: undefined, seeds: [1] };
    const { started, table } = await sweep(await copyOf(whole), file, { data: changed });
    expect(started).toEqual(['learningRate=0.001 1']);
    expect(table.numFinished).toBe(1);
  });
});

describe('a sweep that was killed', () => {
  it('with kill -9 goes on: finished runs stay, the interrupted one ends as if nothing had been', async () => {
    const out = join(root, 'killed');
    const file = join(root, 'killed.json');
    const part = { ...SWEEP, grid: { learningRate: [0.001] }, list: undefined };
    await writeFile(file, JSON.stringify(part));
    const child = spawn(process.execPath, [MAIN, 'sweep', file, images, '--out', out, '--threads', '1'], {
      stdio: 'ignore',
    });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => {
      child.on('close', (_, signal) => resolve(signal));
    });
    // After the first of three epochs of the second run.
    const second = join(out, RUNS[1], 'checkpoints', 'last.safetensors');
    while (!existsSync(second) && child.exitCode === null) await new Promise((go) => setTimeout(go, 5));
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    const before = await readFile(join(out, RUNS[0], 'result.json'));

    const { started, table } = await sweep(out, part);
    expect(started).toEqual(['learningRate=0.001 2']);
    expect(table).toMatchObject({ numFinished: 2, numFailed: 0 });
    expect(await readFile(join(out, RUNS[0], 'result.json'))).toEqual(before);
    for (const run of RUNS.slice(0, 2))
      expect(await checksumsOf(join(out, run, 'model'))).toEqual(
        await checksumsOf(join(whole, run, 'model')),
      );
    expect((await readdir(out, { recursive: true })).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('by Ctrl-C ends in good order and says how to go on', async () => {
    const file = join(root, 'long.json');
    await writeFile(
      file,
      JSON.stringify({ ...SWEEP, base: { ...SWEEP.base, epochs: 9999 }, list: undefined }),
    );
    const args = ['sweep', file, images, '--out', join(root, 'long'), '--parallel', '2'];
    let interrupt: (() => void) | undefined;
    const checkpoint = join(root, 'long', RUNS[0], 'checkpoints', 'last.safetensors');
    const running = runCli(args, {
      onStderr: (_, kill) => {
        interrupt ??= () => kill('SIGINT');
      },
    });
    while (!existsSync(checkpoint)) await new Promise((go) => setTimeout(go, 20));
    expect(workersOf(join(root, 'long'))).toHaveLength(2);
    interrupt!();
    const { code, stderr } = await running;
    expect(code).toBe(130);
    expect(stderr).toContain(`interrupted; go on with the same command: samesame ${args.join(' ')}`);
    // What trained for it has ended too.
    expect(workersOf(join(root, 'long'))).toEqual([]);
  });
});

/** Processes that train into a folder: their numbers. */
function workersOf(folder: string): number[] {
  const all = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(`worker.js ${folder}`)).map((line) => Number.parseInt(line, 10));
}

describe('on the command line', () => {
  it('two at a time give the same numbers as one after the other, and exit with 1 where something failed', async () => {
    const file = join(root, 'sweep.json');
    await writeFile(
      file,
      JSON.stringify({ ...SWEEP, grid: { learningRate: [0.001] }, list: SWEEP.list.slice(0, 1) }),
    );
    const out = join(root, 'parallel');
    const args = [
      'sweep',
      file,
      images,
      '--out',
      out,
      '--parallel',
      '2',
      '--threads',
      '2',
      '--json',
      '--quiet',
    ];
    const result = await runCli(args);
    expect(result.code, result.stderr).toBe(1);
    const json = parseOnlyLine(result);
    expect(json).toMatchObject({ out, name: 'two rates', numRuns: 4, numFinished: 2, numFailed: 2 });
    expect(json.best).toBe('learningRate=0.001');
    expect(result.stderr).toContain('2 of 4 runs failed');
    for (const run of RUNS.slice(0, 2)) {
      const [one, two] = await Promise.all(
        [whole, out].map((folder) => readJson(folder, run, 'result.json')),
      );
      for (const { numbers } of [one, two]) delete numbers.trainSeconds;
      expect(two).toEqual(one);
    }
  });

  it('a killed child is a failed run, and the others go on', async () => {
    const file = join(root, 'kill-one.json');
    const sweepFile = {
      ...SWEEP,
      grid: { learningRate: [0.001] },
      list: [{ name: 'endless', config: { epochs: 100_000 } }],
      seeds: [1],
    };
    await writeFile(file, JSON.stringify(sweepFile));
    const out = join(root, 'kill-one');
    const running = runCli(['sweep', file, images, '--out', out, '--parallel', '2', '--json']);
    const endless = join(out, 'endless', 'seed-1', 'checkpoints', 'last.safetensors');
    const done = join(out, RUNS[0], 'result.json');
    while (![endless, done].every(existsSync)) await new Promise((go) => setTimeout(go, 20));
    const [child] = workersOf(join(out, 'endless'));
    process.kill(child, 'SIGKILL');
    const result = await running;
    expect(result.code).toBe(1);
    expect(parseOnlyLine(result)).toMatchObject({ numFinished: 1, numFailed: 1 });
    expect(result.stderr).toMatch(/endless, seed 1: E_RUNTIME: .*SIGKILL/);
  });

  it('a malformed file is refused before any work, with 2; so is one of which nothing can be trained', async () => {
    const out = join(root, 'refused');
    const file = join(root, 'malformed.json');
    await writeFile(file, JSON.stringify({ name: 'a', sedes: [1] }));
    const malformed = await runCli(['sweep', file, images, '--out', out, '--json']);
    expect(malformed.code).toBe(2);
    expect(malformed.stderr).toContain('did you mean "seeds" instead of "sedes"?');
    await writeFile(file, JSON.stringify({ name: 'a', base: { epoch: 1 }, grid: { batchSize: [8, 16] } }));
    const unusable = await runCli(['sweep', file, images, '--out', out, '--json']);
    expect(unusable.code).toBe(2);
    expect(unusable.stderr).toContain('did you mean "epochs" instead of "epoch"?');
    expect(existsSync(out)).toBe(false);
  });
});

it('no runs at a time are refused, not waited for', async () => {
  for (const parallel of [0, 1.5, Number.NaN])
    expect((await failureOf(sweep(join(root, 'none'), SWEEP, { parallel }))).code).toBe('E_CONFIG');
});

describe('a folder', () => {
  it('that holds something else is left alone', async () => {
    const { code, message } = await failureOf(sweep(images));
    expect(code).toBe('E_CONFIG');
    expect(message).toMatch(/holds something that is not a sweep[\s\S]*--out/);
  });

  it('of data that a configuration names for itself is read beside the common one', async () => {
    const file = {
      name: 'own data',
      base: SWEEP.base,
      list: [
        { name: 'own', data: 'more', config: {} },
        { name: 'missing', data: 'nowhere', config: {} },
      ],
      seeds: [1],
    };
    const home = await mkdtemp(join(root, 'home-'));
    await makeImageFolder(join(home, 'more'), { imagesPerClass: 14, seed: 2 });
    const { table } = await sweep(join(root, 'own'), file, { data: home });
    expect(table.rows.map(({ name, data, failure }) => [name, data, failure?.code])).toEqual([
      ['own', 'more', undefined],
      ['missing', 'nowhere', 'E_NOT_FOUND'],
    ]);
    expect(table.baselines.map(({ data }) => data)).toEqual(['more', 'more']);
    expect((await readJson(root, 'own', 'own', 'seed-1', 'config.json')).dataset).toBe(join(home, 'more'));
  });
});
