import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { loadModel } from '../../src/model/load.ts';
import type { TrainEvent } from '../../src/train/progress.ts';
import { drawImage, makeImageFolder, noOptions } from '../tiny-images.ts';
import { checksumsOf, failureOf, runInChild, runJob, timelessMetrics } from './job.ts';

// 56 images in batches of 8: three epochs of seven steps.
const CONFIG = { batchSize: 8 };
const NUM_STEPS = 21;

let root: string;
let images: string;
let whole: string;
let broken: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-interrupted-'));
  images = await makeImageFolder(join(root, 'images'));
  whole = join(root, 'whole');
  broken = join(root, 'broken');
  const runs = await Promise.all([
    runInChild({ data: images, out: whole, config: CONFIG }),
    // In the middle of the second epoch.
    runInChild({ data: images, out: broken, config: CONFIG, checkpointSeconds: 0, killAtStep: 11 }),
  ]);
  expect(runs[0]).toMatchObject({ code: 0, numSteps: NUM_STEPS, stderr: '' });
  expect(runs[1]).toMatchObject({ signal: 'SIGKILL', numSteps: 11 });
});
afterAll(() => rm(root, { recursive: true }));

async function expectAsWhole(run: string) {
  expect(await checksumsOf(join(run, 'model'))).toEqual(await checksumsOf(join(whole, 'model')));
  expect(await timelessMetrics(run)).toEqual(await timelessMetrics(whole));
  const left = (await readdir(run, { recursive: true })).filter((name) => /\.tmp/.test(name));
  expect(left).toEqual([]);
}

async function copyOf(run: string): Promise<string> {
  const copy = await mkdtemp(join(root, 'copy-'));
  await cp(run, copy, { recursive: true });
  return copy;
}

describe('a run that was killed', () => {
  it('in mid-epoch has no model, and goes on to the same one', async () => {
    const run = await copyOf(broken);
    expect((await failureOf(loadModel(run))).code).toBe('E_MODEL');
    // No option is needed: the run knows its own.
    const { events } = await runJob(images, run, { config: noOptions(), resume: true });
    // The kill came after step 11 was told and before its checkpoint: that one step is done again.
    expect(events.filter(({ kind }) => kind === 'step').length).toBe(NUM_STEPS - 10);
    await expectAsWhole(run);
  });

  it('before its first checkpoint begins anew', async () => {
    const run = join(root, 'early');
    const child = await runInChild({ data: images, out: run, config: CONFIG, killAtStep: 2 });
    expect(child).toMatchObject({ signal: 'SIGKILL', stderr: '' });
    const { events } = await runJob(images, run, { config: CONFIG, resume: true });
    expect(events.filter(({ kind }) => kind === 'step').length).toBe(NUM_STEPS);
    await expectAsWhole(run);
  });

  it('again and again, at any moment, ends at the same model', async () => {
    const run = join(root, 'unlucky');
    const random = createRandom(process.env.SAMESAME_SEED ?? 'kill');
    const job = { data: images, out: run, config: CONFIG, checkpointSeconds: 0 };
    let numKilled = 0;
    const [maxKills, withinMs] = process.env.SAMESAME_SLOW ? [12, 600] : [2, 150];
    for (let attempt = 0; attempt < maxKills; attempt++) {
      const { signal } = await runInChild({ ...job, resume: attempt > 0 }, 5 + random.integer(withinMs));
      if (signal !== 'SIGKILL') break;
      numKilled++;
    }
    expect(numKilled).toBeGreaterThan(0);
    await runJob(images, run, { config: CONFIG, resume: true });
    await expectAsWhole(run);
  });

  it('or asked to stop, goes on from the very step', async () => {
    const run = join(root, 'asked');
    const abort = new AbortController();
    let numSteps = 0;
    const onEvent = (event: TrainEvent) => {
      if (event.kind === 'step' && ++numSteps === 9) abort.abort(new Error('enough'));
    };
    const asked = failureOf(runJob(images, run, { config: CONFIG, signal: abort.signal, onEvent }));
    expect((await asked).message).toBe('enough');
    const { events } = await runJob(images, run, { config: CONFIG, resume: true });
    expect(events.filter(({ kind }) => kind === 'step').length).toBe(NUM_STEPS - 9);
    await expectAsWhole(run);
  });

  it('or finished, and resumed without a change, stays as it is', async () => {
    const run = await copyOf(whole);
    await rm(join(run, 'metrics.jsonl'));
    const { events } = await runJob(images, run, { config: CONFIG, resume: true });
    expect(events.filter(({ kind }) => kind === 'step')).toEqual([]);
    await expectAsWhole(run);
  });
});

describe('a run resumes only as itself', () => {
  const isOther = { code: 'E_CHECKPOINT', message: expect.stringMatching(/of another run[\s\S]*help: /) };

  it('not with another configuration, which leaves it as it was', async () => {
    const run = await copyOf(broken);
    const before = await readFile(join(run, 'config.json'));
    const other = runJob(images, run, { config: { ...CONFIG, learningRate: 0.5 }, resume: true });
    expect(await failureOf(other)).toEqual(isOther);
    expect((await readFile(join(run, 'config.json'))).equals(before)).toBe(true);
  });

  it('not with other images', async () => {
    const changed = await copyOf(images);
    await writeFile(join(changed, 'bars', '03.png'), await drawImage('bars', createRandom('another')));
    const run = await copyOf(broken);
    expect(await failureOf(runJob(changed, run, { config: CONFIG, resume: true }))).toEqual(isOther);
  });

  it('not from a checkpoint that was cut', async () => {
    const run = await copyOf(broken);
    await truncate(join(run, 'checkpoints', 'last.safetensors'), 5000);
    const { code, message } = await failureOf(runJob(images, run, { config: CONFIG, resume: true }));
    expect(code).toBe('E_CHECKPOINT');
    expect(message).toMatch(/last\.safetensors is not a whole checkpoint[\s\S]*help: .*--overwrite/);
  });

  it('not where there is none', async () => {
    const { code, message } = await failureOf(runJob(images, join(root, 'nowhere'), { resume: true }));
    expect(code).toBe('E_CHECKPOINT');
    expect(message).toMatch(/no run to resume[\s\S]*help: .*--resume/);
  });

  it('not by accident: a folder that holds a run is not written over', async () => {
    const { code, message } = await failureOf(runJob(images, whole, { config: CONFIG }));
    expect(code).toBe('E_CONFIG');
    expect(message).toMatch(/already holds a run[\s\S]*help: .*--resume.*--overwrite/);
  });

  it('but it may be replaced', async () => {
    const run = await copyOf(broken);
    const { events } = await runJob(images, run, { config: CONFIG, overwrite: true });
    expect(events.filter(({ kind }) => kind === 'step').length).toBe(NUM_STEPS);
    await expectAsWhole(run);
  });

  it('and a replacement that is refused leaves the run that was there', async () => {
    const run = await copyOf(broken);
    const before = await readdir(run, { recursive: true });
    const misspelt = { ...CONFIG, lossOptions: { magrin: 1 } };
    expect((await failureOf(runJob(images, run, { config: misspelt, overwrite: true }))).code).toBe(
      'E_CONFIG',
    );
    expect(await readdir(run, { recursive: true })).toEqual(before);
  });
});
