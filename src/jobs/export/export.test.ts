import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawShapes } from '../../../test/cli/run-cli.ts';
import { nodeRuntime } from '../../../test/gradcheck.ts';
import { saveSmallModel } from '../../../test/small-model.ts';
import { openDataset } from '../../data/sources/open.ts';
import { readOnnx } from '../../graph/read.ts';
import { loadModel } from '../../model/index.ts';
import { decodeSafetensors } from '../../train/safetensors.ts';
import { type ExportJob, exportModel } from './export.ts';
import { checkFormat, defaultOut, EXPORT_FORMATS } from './formats.ts';

let root: string;
let model: string;
let shapes: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-export-'));
  [model, shapes] = [join(root, 'run', 'model'), join(root, 'shapes')];
  await saveSmallModel(model);
  await drawShapes(shapes);
});
afterAll(() => rm(root, { recursive: true }));

const run = (job: Partial<ExportJob> & Pick<ExportJob, 'format'>) =>
  exportModel({ model, runtime: nodeRuntime, out: join(root, defaultOut(model, job.format)), ...job });

describe('exportModel', () => {
  it('writes one ONNX file that says of itself what it needs', async () => {
    const { out, networks, images } = await run({ format: 'onnx' });
    expect(out).toBe(join(root, 'run.onnx'));
    expect(images).toBe('patterns');
    expect(networks).toMatchObject([
      { file: 'run.onnx', precision: 'float32', parity: { largestDifference: 0, metrics: null } },
    ]);
    const { metadata } = readOnnx(await readFile(out));
    expect(metadata).toMatchObject({ 'samesame.input.resize': 'stretch', 'samesame.threshold': '0.2' });
    expect(JSON.parse(metadata.samesame)).toMatchObject({ input: { height: 16 }, distance: 'euclidean' });
  });

  it('writes a model in 8 bits that loads as any model, measured on the same pairs', async () => {
    const dataset = await openDataset(shapes);
    const { out, networks, images, warnings } = await run({ format: 'onnx-int8', dataset, numPairs: 60 });
    expect(images).toBe('measured');
    expect(warnings).toEqual([expect.stringMatching(/calibrated on some of the images that are measured/)]);
    const [{ parity, layers, sizeBytes }] = networks;
    expect(layers).toEqual({ numQuantized: 4, numLayers: 4 });
    expect(parity).toMatchObject({ numImages: 36, numPairs: 60 });
    expect(parity.largestDifference).toBeGreaterThan(0);
    expect(parity.largestDistance).toBeLessThan(0.1);
    expect(parity.meanDistance).toBeLessThanOrEqual(parity.largestDistance);
    const names = parity.metrics!.map(({ name }) => name);
    for (const name of ['Accuracy', 'AUC', 'Recall@1', 'MAP@R']) expect(names).toContain(name);
    for (const { before, after, change } of parity.metrics!)
      if (before !== null && after !== null) expect(change).toBeCloseTo(after - before, 12);
    expect((await readFile(join(out, 'encoder.onnx'))).length).toBe(sizeBytes);

    const [whole, eight] = [await loadModel(model), await loadModel(out)];
    const photo = join(shapes, 'circle', '0.png');
    const [before, after] = [await whole.embedFile(photo), await eight.embedFile(photo)];
    expect(after).toBeAllClose(before, { rtol: 0, atol: parity.largestDifference + 1e-6 });
    expect(after).not.toEqual(before);
    expect(await readFile(join(out, 'README.md'), 'utf8')).toMatch(/# A card[\s\S]*This copy[\s\S]*8 bits/);
  });

  it('calibrates on other images than it measures, where it is given some', async () => {
    const { warnings, images } = await run({
      format: 'onnx-int8',
      out: join(root, 'calibrated.onnx'),
      calibrate: [join(shapes, 'bars'), join(shapes, 'circle', '3.png')],
      numCalibration: 5,
    });
    expect([warnings, images]).toEqual([[], 'calibration']);
    expect(readOnnx(await readFile(join(root, 'calibrated.onnx'))).outputs.embedding).toBeDefined();
  });

  it('writes half precision', async () => {
    const { out, networks, encoderBytes } = await run({ format: 'onnx-fp16' });
    expect(networks[0].sizeBytes / encoderBytes).toBeLessThan(0.52);
    expect(networks[0].parity.largestDifference).toBeLessThan(5e-3);
    expect((await (await loadModel(out)).embedFile(join(shapes, 'bars', '1.png'))).length).toBe(64);
  });

  it('writes parameters by name, which give the same embeddings again', async () => {
    const safetensors = await run({ format: 'safetensors' });
    const npz = await run({ format: 'npz' });
    for (const { networks } of [safetensors, npz]) expect(networks[0].parity.largestDifference).toBe(0);
    const { tensors, metadata } = decodeSafetensors(await readFile(safetensors.out), safetensors.out);
    const { initializers } = readOnnx(await readFile(join(model, 'encoder.onnx')));
    for (const name of ['stem/weight', 'hidden/bias', 'embedding/weight'])
      expect(tensors.get(name)?.data, name).toEqual(initializers.get(name)?.data);
    expect(metadata).toMatchObject({ network: 'compact', threshold: '0.2' });
  });

  it('keeps a learned head where there is a place for it, and says so where there is none', async () => {
    const headed = join(root, 'headed');
    await saveSmallModel(headed, { head: 'concat' });
    const { out } = await run({ model: headed, format: 'onnx-fp16', out: join(root, 'headed-fp16') });
    const loaded = await loadModel(out);
    const [a, b] = [join(shapes, 'bars', '1.png'), join(shapes, 'circle', '1.png')];
    expect((await loaded.compareFiles(a, b)).distance).toBeCloseTo(
      (await (await loadModel(headed)).compareFiles(a, b)).distance,
      2,
    );
    const parameters = await run({ model: headed, format: 'safetensors', out: join(root, 'h.safetensors') });
    const { tensors } = decodeSafetensors(await readFile(parameters.out), parameters.out);
    expect([...tensors.keys()].filter((name) => name.startsWith('comparator/')).length).toBeGreaterThan(1);
    for (const [format, path] of [
      ['onnx', 'h.onnx'],
      ['hub-folder', 'h-hub'],
      ['onnx-fp16', 'h-half.onnx'],
    ] as const) {
      const refused = run({ model: headed, format, out: join(root, path) });
      await expect(refused).rejects.toMatchObject({ code: 'E_CONFIG' });
      await expect(refused).rejects.toThrow(/learned head[\s\S]*help: use onnx-int8/);
      expect(existsSync(join(root, path))).toBe(false);
    }
  });
});

describe('an export that cannot be', () => {
  it('for want of images', async () => {
    await expect(run({ format: 'onnx-int8', out: join(root, 'none') })).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringMatching(/needs images[\s\S]*help: [\s\S]*--calibrate/),
    });
    const bad = join(root, 'bad');
    await mkdir(bad);
    await writeFile(join(bad, 'a.png'), 'no image');
    await expect(
      run({ format: 'onnx-int8', out: join(root, 'none'), calibrate: [bad] }),
    ).rejects.toMatchObject({ code: 'E_IMAGES_BAD' });
    await expect(
      run({ format: 'onnx', out: join(root, 'none.onnx'), calibrate: [shapes] }),
    ).rejects.toMatchObject({ code: 'E_CONFIG', message: expect.stringMatching(/would be ignored/) });
    expect(existsSync(join(root, 'none'))).toBe(false);
  });

  it('because its place is taken, wrong or not to be had', async () => {
    const taken = join(root, 'taken');
    await mkdir(taken);
    await writeFile(join(taken, 'letters.txt'), 'dear');
    const to = (out: string, more: Partial<ExportJob> = {}) => run({ format: 'onnx-fp16', out, ...more });
    await expect(to(taken)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringMatching(/is there already[\s\S]*--overwrite/),
    });
    await expect(to(taken, { overwrite: true })).rejects.toThrow(/no such export/);
    await expect(to(model, { overwrite: true })).rejects.toThrow(/is the model that is exported/);
    await expect(to(join(root, 'x.bin'), { format: 'onnx' })).rejects.toThrow(/ends in \.onnx/);
    // A file where a folder would have to be.
    await expect(to(join(taken, 'letters.txt', 'half'))).rejects.toMatchObject({
      code: expect.stringMatching(/^E_/),
    });
    expect(await readdir(taken)).toEqual(['letters.txt']);
  });

  it('by another format, with the nearest one', () => {
    expect(EXPORT_FORMATS.map(checkFormat)).toEqual(EXPORT_FORMATS);
    expect(() => checkFormat('onnx-int4')).toThrow(/did you mean onnx-int8/);
  });

  it('replaces an earlier export when told to', async () => {
    const out = join(root, 'again');
    await run({ format: 'onnx-fp16', out });
    await run({ format: 'onnx-fp16', out, overwrite: true });
    expect((await readdir(out)).sort()).toEqual(['README.md', 'config.json', 'encoder.onnx']);
  });
});
