import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { openDataset } from '../../src/data/sources/open.ts';
import { evaluate } from '../../src/jobs/evaluate.ts';
import { overrideBase } from '../../src/jobs/sweep/expand.ts';
import { locateSweep } from '../../src/jobs/sweep/shipped.ts';
import { runSweep, type SweepEvent } from '../../src/jobs/sweep/sweep.ts';
import { readSweepFile } from '../../src/jobs/sweep/sweep-file.ts';
import { loadModel } from '../../src/model/load.ts';
import { parseOnlyLine, runCli } from '../cli/run-cli.ts';
import { nodeRuntime } from '../gradcheck.ts';
import { tinyBackbone } from '../tiny-backbone.ts';
import { CLASS_NAMES, drawImage, makeImageFolder } from '../tiny-images.ts';
import { failureOf, runOnOneThread } from './job.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let root: string;
let images: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-protocols-'));
  images = await makeImageFolder(join(root, 'images'), { imagesPerClass: 14 });
});
afterAll(() => rm(root, { recursive: true }));

const newRun = () => mkdtemp(join(root, 'run-'));

describe('the sweep of protocol D on a tiny backbone', () => {
  const settings = () => ({
    backbone: join(root, 'tiny.onnx'),
    'pixels.scale': 'symmetric',
    image: { height: 32, width: 32, channels: 3, resize: 'fit' },
    epochs: 1,
    views: 2,
    validationPairs: 40,
    testPairs: 40,
  });

  /** As the fetched products lie: classes of each part in a manifest. */
  async function writeManifests(folder: string): Promise<void> {
    const classes = Array.from({ length: 8 }, (_, c) => ({ name: String(c), shape: CLASS_NAMES[c % 4] }));
    for (const [file, train] of [
      ['train-50.csv', [4, 5, 6, 7]],
      ['train-100.csv', [4, 6]],
    ] as const) {
      const rows = classes.flatMap(({ name, shape }, c) => {
        const part = c < 2 ? 'validation' : c < 4 ? 'test' : 'train';
        if (part === 'train' && !(train as readonly number[]).includes(c)) return [];
        const paths = [0, 1, 2, 3].map(
          (i) => `images/${shape}/${String(4 * Math.floor(c / 4) + i).padStart(2, '0')}.png`,
        );
        return paths.map((path) => `${path},${name},${part}`);
      });
      await writeFile(join(folder, file), `path,label,split\n${rows.join('\n')}\n`);
    }
  }

  it('goes on after kill -9, shares what the frozen part makes, and prints the table', async () => {
    await writeFile(join(root, 'tiny.onnx'), tinyBackbone());
    await writeManifests(root);
    const [out, cache] = [join(root, 'protocol-d'), join(root, 'cache')];
    const args = [
      'sweep',
      'protocol-d',
      root,
      ...wordsOf(settings()),
      '--seed',
      '1',
      '--threads',
      '1',
      '--out',
      out,
    ];
    const child = spawn(process.execPath, [MAIN, ...args, '--cache', cache], { stdio: 'ignore' });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => {
      child.on('close', (_, signal) => resolve(signal));
    });
    const second = join(out, 'F2', 'seed-1', 'checkpoints', 'last.safetensors');
    while (!existsSync(second) && child.exitCode === null) await new Promise((go) => setTimeout(go, 5));
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    const first = await readFile(join(out, 'F1', 'seed-1', 'result.json'));

    const written = await readSweepFile(await locateSweep('protocol-d'));
    const events: SweepEvent[] = [];
    const job = { sweep: { ...overrideBase(written, settings()), seeds: [1] }, data: root, out, cache };
    const { table } = await runSweep({ ...job, numThreads: 1, onEvent: (event) => events.push(event) });
    expect(table).toMatchObject({ numRuns: 8, numFinished: 8, numFailed: 0 });
    expect(await readFile(join(out, 'F1', 'seed-1', 'result.json'))).toEqual(first);
    // Another share of frozen layers is another frozen part; the others have it from F1.
    const filled = events.flatMap((event) =>
      event.kind === 'train' && event.event.kind === 'note' ? [event.run.configuration] : [],
    );
    expect(new Set(filled)).toEqual(new Set(['F4']));
    expect(table.baselines.map(({ name, data }) => [name, data])).toEqual([
      ['untrained', 'train-50.csv'],
      ['raw pixels', 'train-50.csv'],
      ['majority', 'train-50.csv'],
      ['untrained', 'train-100.csv'],
      ['raw pixels', 'train-100.csv'],
      ['majority', 'train-100.csv'],
    ]);
    expect(await readFile(join(out, 'table.md'), 'utf8')).toMatch(/\| F5 \| train-100\.csv \|/);
    expect((await readdir(out, { recursive: true })).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('can be asked about seen and unseen classes, two runs at a time', async () => {
    await writeFile(join(root, 'tiny.onnx'), tinyBackbone());
    const six = await makeImageFolder(join(root, 'six'), { imagesPerClass: 6 });
    for (const [copy, of] of [
      ['more', 'bars'],
      ['many', 'discs'],
    ])
      await cp(join(six, of), join(six, copy), { recursive: true });
    const cache = join(root, 'cache of children');
    const given = [
      ...wordsOf({ ...settings(), batchSize: 16, embeddingSize: 8 }),
      '--seed',
      '1',
      '--cache',
      cache,
    ];
    const out = join(root, 'both');
    const result = await runCli([
      ...['sweep', 'seen-and-unseen', six, ...given, '--out', out],
      ...['--parallel', '2', '--threads', '2', '--json', '--quiet'],
    ]);
    expect(result.code, result.stderr).toBe(0);
    const { configurations, baselines } = parseOnlyLine(result) as {
      configurations: { name: string; runs: { state: string }[] }[];
      baselines: { name: string; of?: string }[];
    };
    const states = Object.fromEntries(configurations.map(({ name, runs }) => [name, runs[0].state]));
    expect(states).toEqual({
      'seen classes': 'finished',
      'seen classes, fitted head': 'finished',
      'unseen classes': 'finished',
      'unseen classes, fitted head': 'finished',
    });
    expect(baselines.map(({ name, of }) => `${name} ${of}`)).toEqual([
      'untrained splitBy=image',
      'untrained splitBy=class',
      'raw pixels splitBy=image',
      'raw pixels splitBy=class',
      'majority splitBy=image',
      'majority splitBy=class',
    ]);
    expect(await readdir(cache)).toEqual(['features']);
    expect(await readFile(join(out, 'table.md'), 'utf8')).toContain('_untrained, splitBy=class_');
  });
});

/** Settings as `--set` takes them. */
function wordsOf(settings: object): string[] {
  return Object.entries(settings).flatMap(([key, value]) => [
    '--set',
    `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
}

describe('pair folders', () => {
  it('are measured with easy and with hard negatives beside the same similar pairs', async () => {
    const folder = join(root, 'pairs');
    const place = async (path: string, shape: (typeof CLASS_NAMES)[number], seed: number) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), await drawImage(shape, createRandom(`pairs/${seed}`)));
    };
    for (let i = 0; i < 6; i++) {
      await place(`positive/${i}/a.png`, CLASS_NAMES[i % 4], i);
      await place(`positive/${i}/b.png`, CLASS_NAMES[i % 4], 10 + i);
      await place(`negative_easy/${i}/a.png`, 'bars', 20 + i);
      await place(`negative_easy/${i}/b.png`, 'beams', 30 + i);
      if (i < 4) await place(`negative_hard/${i}/a.png`, 'discs', 40 + i);
      if (i < 4) await place(`negative_hard/${i}/b.png`, 'slopes', 50 + i);
    }
    const { run } = await runOnOneThread(images, await newRun(), { overwrite: true });
    const model = await loadModel(run.model, { runtime: nodeRuntime });
    const { threshold } = model.config;
    const isSame = async (kind: string, i: number) => {
      const [a, b] = ['a', 'b'].map((half) => join(folder, kind, String(i), `${half}.png`));
      return (await model.compareFiles(a, b)).distance < threshold;
    };
    const countSame = async (kind: string, count: number) => {
      let same = 0;
      for (let i = 0; i < count; i++) same += Number(await isSame(kind, i));
      return same;
    };
    const [right, easy, hard] = [
      await countSame('positive', 6),
      6 - (await countSame('negative_easy', 6)),
      4 - (await countSame('negative_hard', 4)),
    ];
    await model.close();

    const report = join(root, 'pairs.html');
    const result = await runCli([
      'evaluate',
      run.run,
      folder,
      '--threads',
      '1',
      '--json',
      '--quiet',
      '--out',
      report,
    ]);
    expect(result.code, result.stderr).toBe(0);
    const { byNegatives } = parseOnlyLine(result) as {
      byNegatives: Record<string, { numPairs: number; accuracy: { value: number } }>;
    };
    expect(
      Object.entries(byNegatives).map(([kind, { numPairs, accuracy }]) => [kind, numPairs, accuracy.value]),
    ).toEqual([
      ['all', 16, (right + easy + hard) / 16],
      ['easy', 12, (right + easy) / 12],
      ['hard', 10, (right + hard) / 10],
    ]);
    const page = await readFile(report, 'utf8');
    expect(page).toContain('easy (12 pairs)');
    expect(page).toContain('hard (10 pairs)');
  });
});

describe('classes chosen by number', () => {
  it('are what is trained on, and what evaluation finds again', async () => {
    const folder = join(root, 'numbered');
    for (const [name, number] of [
      ['bars', '0'],
      ['beams', '7'],
      ['discs', '50'],
      ['slopes', '100'],
    ])
      await cp(join(images, name), join(folder, number), { recursive: true });
    const config = { classMultiple: 50 };
    const { run } = await runOnOneThread(folder, await newRun(), { config, overwrite: true });
    expect(run.data.set.classNames).toEqual(['0', '100', '50']);
    expect(run.data.set.numImages).toBe(42);
    const dataset = await openDataset(folder);
    const again = await evaluate({ model: run.run, dataset, runtime: nodeRuntime });
    expect(again.part).toBe('held-out');
    expect([...again.data.splits.test]).toEqual([...run.data.splits.test]);
    expect(again.measurement.verification.accuracy.value).toBeCloseTo(
      run.measurement.verification.accuracy.value,
      2,
    );

    const named = runOnOneThread(images, join(root, 'named'), { config });
    expect(await failureOf(named)).toEqual({
      code: 'E_DATA',
      message: expect.stringMatching(/4 of 4 names that are none: "bars"/),
    });
    // A model that chose classes meets data of other names as a whole.
    const other = await evaluate({
      model: run.run,
      dataset: await openDataset(images),
      runtime: nodeRuntime,
    });
    expect(other.data.set.numImages).toBe(56);
  });
});

it('pairs of neighbours, and the epoch with the least loss', async () => {
  const config = {
    pairDraw: 'neighbours',
    chooseBy: 'loss',
    batchSize: 8,
    epochs: 6,
    learningRate: 0.01,
    validationPairs: undefined,
  } as const;
  const { run } = await runOnOneThread(images, await newRun(), { config, overwrite: true });
  // 14 images a class: 10 to train on, 2 to validate with.
  expect(run.data.validationPairs.numPairs).toBe(2 * 4 * (2 - 1));
  const losses = run.records.map(({ validation }) => validation.loss!);
  expect(losses.every(Number.isFinite)).toBe(true);
  const kept = run.records.findLast(({ isBest }) => isBest)!;
  expect(kept.validation.loss).toBe(Math.min(...losses));
  const epochs = (await readFile(join(run.run, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  expect(epochs.map((line) => JSON.parse(line).validation.loss)).toEqual(losses);
});
