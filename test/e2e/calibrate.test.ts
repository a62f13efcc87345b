import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/data/sources/open.ts';
import { calibrate } from '../../src/jobs/calibrate.ts';
import { drift } from '../../src/jobs/drift.ts';
import { evaluate } from '../../src/jobs/evaluate.ts';
import { loadModel } from '../../src/model/load.ts';
import { nodeRuntime as runtime } from '../gradcheck.ts';
import { makeImageFolder } from '../tiny-images.ts';
import { checksumsOf, failureOf, runOnOneThread } from './job.ts';

const folder = mkdtempSync(join(tmpdir(), 'samesame-calibrate-'));
const at = (...names: string[]) => join(folder, ...names);
const dataset = (name: string) => openDataset(at(name));
const model = at('run');

beforeAll(async () => {
  await makeImageFolder(at('data'), { imagesPerClass: 30 });
  await makeImageFolder(at('more'), { imagesPerClass: 44, seed: 9 });
  await makeImageFolder(at('odd'), { imagesPerClass: 40, seed: 5, classes: ['discs'] });
  await runOnOneThread(at('data'), model, { config: { epochs: 1 }, tensorboard: false });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('calibrate', () => {
  it('writes a model that answers in three ways and whose probabilities fit, and leaves the other as it was', async () => {
    const before = await checksumsOf(at('run', 'model'));
    const job = { model, dataset: await dataset('more'), maxError: 0.1, numPairs: 4000, runtime };
    const { answers, coverage, model: written } = await calibrate({ ...job, out: at('calibrated') });
    expect(written).toBe(at('calibrated'));
    expect(await checksumsOf(at('run', 'model'))).toEqual(before);
    expect(answers.cuts).toMatchObject({ maxError: 0.1, unit: 'image', numSimilar: 44, numDissimilar: 44 });
    expect(answers).toMatchObject({ fittedPrior: 0.5, prior: 0.5, data: { numImages: 176, numPairs: 4000 } });
    expect(coverage).toBeGreaterThan(0.2);

    const loaded = await loadModel(written, { runtime });
    expect(loaded.config.answers).toEqual(answers);
    const files = [at('more', 'discs', '00.png'), at('more', 'discs', '01.png')] as const;
    const asked = await loaded.compareFiles(...files);
    const rare = await loaded.compareFiles(...files, { prior: 0.01 });
    expect(rare.probability).toBeLessThan(asked.probability);
    expect(rare.verdict).toBe(asked.verdict);
    const odds = (p: number) => p / (1 - p);
    expect(odds(rare.probability) * 99).toBeCloseTo(odds(asked.probability), 6);
    await loaded.close();

    const again = await calibrate({ ...job, out: at('again') });
    expect(await checksumsOf(again.model)).toEqual(await checksumsOf(written));
    expect(await readFile(join(written, 'README.md'), 'utf8')).toMatch(
      /## Calibration\n[\s\S]*## Loading it/,
    );
  });

  it('keeps its promise on other images of the same kind', async () => {
    await makeImageFolder(at('fresh'), { imagesPerClass: 30, seed: 77 });
    const { answers } = await evaluate({
      model: at('calibrated'),
      dataset: await dataset('fresh'),
      prior: 0.01,
      runtime,
    });
    const { threeWay, probability, elsewhere, prior } = answers!;
    // 60 independent pairs: two standard errors of .1 are .08.
    expect(threeWay!.wrongSame.value).toBeLessThan(0.18);
    expect(threeWay!.wrongDifferent.value).toBeLessThan(0.18);
    expect(prior).toBe(0.5);
    expect(probability.reliability.ece).toBeLessThan(0.15);
    expect(elsewhere!.precisionSame!).toBeLessThan(1);
  });

  it('calibrates in place on the images that the run held out, and says what so few can promise', async () => {
    cpSync(model, at('copy'), { recursive: true });
    const { part, answers, warnings } = await calibrate({
      model: at('copy'),
      dataset: await dataset('data'),
      numPairs: 500,
      prior: 0.2,
      runtime,
    });
    expect(part).toBe('held-out');
    expect(answers.data.numImages).toBe(18);
    expect(answers.cuts.maxError).toBeGreaterThan(0.05);
    expect(answers.cuts.same).not.toBeNull();
    expect(warnings.join()).toContain('can only promise');
    const loaded = await loadModel(at('copy'), { runtime });
    expect(
      (await loaded.compareFiles(at('data', 'bars', '00.png'), at('data', 'bars', '01.png'))).prior,
    ).toBe(0.2);
    await loaded.close();
  });

  it('never answers what an error rate that was asked for does not allow', async () => {
    const { answers, warnings, coverage } = await calibrate({
      model,
      dataset: await dataset('more'),
      out: at('strict'),
      maxError: 0.001,
      numPairs: 500,
      runtime,
    });
    expect([answers.cuts.same, answers.cuts.different, coverage]).toEqual([null, null, 0]);
    expect(warnings.join()).toContain('999 pairs of each kind');
    const loaded = await loadModel(at('strict'), { runtime });
    const { verdict, because } = await loaded.compareFiles(
      at('more', 'bars', '00.png'),
      at('odd', 'discs', '00.png'),
    );
    expect(verdict).toBe('unsure');
    expect(because).toContain('too few pairs');
    await loaded.close();
  });

  it('refuses what cannot be calibrated on', async () => {
    const fail = async (name: string, job: object) =>
      failureOf(calibrate({ model, dataset: await dataset(name), out: at('never'), runtime, ...job }));
    expect(await fail('odd', {})).toMatchObject({
      code: 'E_DATA_ONE_CLASS',
      message: expect.stringContaining('no dissimilar pair'),
    });
    await makeImageFolder(at('singles'), { imagesPerClass: 1 });
    expect(await fail('singles', {})).toMatchObject({ code: 'E_DATA_FEW_IMAGES' });
    for (const prior of [0, 1, Number.NaN])
      expect(await fail('more', { prior })).toMatchObject({ code: 'E_CONFIG' });
    expect(await fail('more', { maxError: 0 })).toMatchObject({ code: 'E_CONFIG' });
    await mkdir(at('mine'));
    await writeFile(at('mine', 'letter.txt'), 'dear');
    expect(await fail('more', { out: at('mine'), numPairs: 100 })).toMatchObject({ code: 'E_CONFIG' });
    expect(readFileSync(at('mine', 'letter.txt'), 'utf8')).toBe('dear');
  });
});

describe('data without any difference, or with hardly any image', () => {
  it('calibrates to a level curve and no definite answer where all distances are equal', async () => {
    for (const name of ['bars', 'discs']) {
      await mkdir(at('flat', name), { recursive: true });
      for (let i = 0; i < 4; i++) cpSync(at('data', 'bars', '00.png'), at('flat', name, `${i}.png`));
    }
    const { answers, coverage, heldOut } = await calibrate({
      model,
      dataset: await dataset('flat'),
      split: 'all',
      out: at('level'),
      numPairs: 100,
      runtime,
    });
    expect(coverage).toBe(0);
    expect(heldOut[answers.curve.kind].brier).toBeCloseTo(0.25, 2);
    const loaded = await loadModel(at('level'), { runtime });
    const [a, b] = [at('flat', 'bars', '0.png'), at('flat', 'discs', '0.png')];
    const { probability, verdict } = await loaded.compareFiles(a, b);
    expect(probability).toBeCloseTo(0.5, 1);
    expect(verdict).toBe('unsure');
    await loaded.close();
  });

  it('measures with fewer images than neighbours are asked for, and tells no rate that they cannot show', async () => {
    await makeImageFolder(at('tiny'), { classes: ['bars', 'discs'], imagesPerClass: 2 });
    const { measurement, full } = await evaluate({
      model,
      dataset: await dataset('tiny'),
      split: 'all',
      full: true,
      runtime,
    });
    const { recallAt, precisionAt } = measurement.retrieval!;
    expect(recallAt[10].value).toBe(1);
    // One of the three others is of the same class.
    expect(precisionAt[10].value).toBeCloseTo(1 / 3, 9);
    expect(full!.detection.map(({ falseNonMatchRate }) => falseNonMatchRate)).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(JSON.stringify(full)).not.toContain('NaN');
  });
});

describe('drift', () => {
  it('trusts images of the same kind, and not those of one thing alone', async () => {
    await makeImageFolder(at('alike'), { imagesPerClass: 20, seed: 31 });
    const steady = await drift({ model: at('calibrated'), images: [at('alike')], runtime });
    expect(steady).toMatchObject({ numImages: 80, numReference: 176, trust: 'yes' });
    expect(steady.farthest).toHaveLength(10);
    expect(steady.farthest[0].distance).toBeGreaterThanOrEqual(steady.farthest[9].distance);
    const moved = await drift({ model: at('calibrated'), images: [at('odd')], runtime });
    expect(moved.pValue).toBe(0.001);
    expect(moved.trust).toBe('no');
  });

  it('knows a model as training left it, and warns of few images', async () => {
    const { warnings } = await drift({
      model,
      images: [at('data', 'bars', '00.png'), at('data', 'discs', '00.png')],
      runtime,
    });
    expect(warnings.join()).toContain('2 images are few');
    const one = failureOf(drift({ model, images: [at('data', 'bars', '00.png')], runtime }));
    expect(await one).toMatchObject({ code: 'E_DATA_EMPTY' });
  });

  it('refuses a reference that is missing, cut, or of another encoder', async () => {
    cpSync(at('calibrated'), at('hurt'), { recursive: true });
    const path = at('hurt', 'reference.safetensors');
    const fail = () => failureOf(drift({ model: at('hurt'), images: [at('alike')], runtime }));
    const whole = readFileSync(path);
    const changed = Buffer.from(whole);
    changed[changed.length - 1] ^= 1;
    for (const bytes of [changed, whole.subarray(0, 50), Buffer.alloc(0)]) {
      writeFileSync(path, bytes);
      expect(await fail()).toMatchObject({ code: 'E_MODEL' });
    }
    const text = whole.toString('latin1');
    const other = text.replace(
      /"encoder":"(.)/,
      (_, digit: string) => `"encoder":"${digit === '0' ? '1' : '0'}`,
    );
    writeFileSync(path, Buffer.from(other, 'latin1'));
    expect(await fail()).toMatchObject({
      code: 'E_MODEL',
      message: expect.stringContaining('another encoder'),
    });
    rmSync(path);
    expect(await fail()).toMatchObject({ code: 'E_NOT_FOUND' });
  });
});

describe('evaluate', () => {
  it('measures everything, and a model against itself', async () => {
    const { full, against } = await evaluate({
      model: at('calibrated'),
      dataset: await dataset('data'),
      full: true,
      against: model,
      runtime,
    });
    expect(against).toMatchObject({
      onlyFirstRight: 0,
      onlySecondRight: 0,
      pValue: 1,
      accuracyDifference: { value: 0 },
      recallAt1Difference: { value: 0 },
      warnings: [],
    });
    expect(full!.detection).toHaveLength(4);
    expect(full!.clusters!.numClusters).toBe(4);
    expect(full!.linearProbe!.accuracy.value).toBeGreaterThan(0.5);
    expect(full!.openSet!.numKnownClasses).toBe(2);
    expect(full!.classes).toHaveLength(4);
    expect(full!.bySeen).toBeNull();
    expect(JSON.stringify({ full, against })).not.toContain('NaN');
  });

  it('shows known and new classes side by side where data has both', async () => {
    await makeImageFolder(at('two'), { classes: ['bars', 'beams'], imagesPerClass: 20 });
    await runOnOneThread(at('two'), at('two-run'), { config: { epochs: 1 }, tensorboard: false });
    const { full } = await evaluate({
      model: at('two-run'),
      dataset: await dataset('more'),
      full: true,
      runtime,
    });
    const { seen, unseen } = full!.bySeen!;
    expect(seen.numPairs + unseen.numPairs).toBeLessThan(80);
    expect(seen.accuracy.value).toBeGreaterThan(0.5);
  });

  it('refuses a prior that an old model cannot tell of, before it reads an image', async () => {
    cpSync(at('run', 'model'), at('old'), { recursive: true });
    const config = JSON.parse(readFileSync(at('old', 'config.json'), 'utf8'));
    delete config.calibration.prior;
    writeFileSync(at('old', 'config.json'), JSON.stringify(config));
    const old = { model: at('old'), dataset: await dataset('data'), runtime };
    expect(await failureOf(evaluate({ ...old, prior: 0.1 }))).toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('samesame calibrate'),
    });
    const { answers } = await evaluate(old);
    expect(answers!.threeWay).toBeNull();
  });
});
