import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/data/pixels/decode.ts';
import { loadModel } from '../../src/model/load.ts';
import { nodeRuntime, webRuntime } from '../gradcheck.ts';
import { makeImageFolder, noOptions, QUICK_RUN } from '../tiny-images.ts';
import { checksumsOf, runJob, timelessMetrics } from './job.ts';

let root: string;
let images: string;
let first: Awaited<ReturnType<typeof runJob>>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-reproducible-'));
  images = await makeImageFolder(join(root, 'images'));
  first = await runJob(images, join(root, 'first'));
});
afterAll(() => rm(root, { recursive: true }));

describe('a run', () => {
  it('writes a model, its numbers and a report', async () => {
    const { run, events, warnings } = first;
    expect(run.records.length).toBe(QUICK_RUN.epochs);
    expect(run.measurement.verification.accuracy.value).toBeGreaterThan(0.7);
    expect(warnings).toEqual([]);
    expect(events.filter(({ kind }) => kind === 'epoch').length).toBe(QUICK_RUN.epochs);
    expect(Object.keys(await checksumsOf(run.model))).toEqual([
      'README.md',
      'config.json',
      'encoder.onnx',
      'reference.safetensors',
    ]);
    expect(await readFile(run.report, 'utf8')).toContain('</html>');
    expect(await timelessMetrics(run.run)).toHaveLength(QUICK_RUN.epochs);
  });

  it('gives a model that tells its own classes apart, in Node and in a browser', async () => {
    const { run } = first;
    const [onNode, onWeb] = await Promise.all(
      [nodeRuntime, webRuntime].map((runtime) => loadModel(run.run, { runtime })),
    );
    const paths = ['bars/00.png', 'bars/01.png', 'discs/00.png'].map((name) => join(images, name));
    const decoded = await Promise.all(paths.map((path) => decodeImage(path, onNode.config.input)));
    const pixels = new Uint8Array(decoded.flatMap((image) => [...image]));
    expect(await onWeb.embed(pixels)).toBeAllClose(await onNode.embed(pixels), { rtol: 1e-5, atol: 1e-5 });
    const same = await onNode.compareFiles(paths[0], paths[1]);
    const different = await onNode.compareFiles(paths[0], paths[2]);
    expect(same.distance).toBeLessThan(different.distance);
    expect(same.probability).toBeGreaterThan(different.probability);
    expect(onNode.config.provenance).toMatchObject({ numImages: 80, seed: 1, runtime: 'node/cpu' });
  });

  it('has the same model, to the byte, with the same seed', async () => {
    const second = await runJob(images, join(root, 'second'));
    expect(await checksumsOf(second.run.model)).toEqual(await checksumsOf(first.run.model));
    expect(await timelessMetrics(second.run.run)).toEqual(await timelessMetrics(first.run.run));
  });

  it('has another model with another seed', async () => {
    const other = await runJob(images, join(root, 'other'), { config: { seed: 2 } });
    const [mine, theirs] = [await checksumsOf(first.run.model), await checksumsOf(other.run.model)];
    expect(theirs['encoder.onnx']).not.toBe(mine['encoder.onnx']);
  });

  it('is the same when its images do not fit in memory', async () => {
    // Room for 10 of 80 images.
    const spilled = await runJob(images, join(root, 'spilled'), { memoryBytes: 10 * 16 * 16 });
    expect(await checksumsOf(spilled.run.model)).toEqual(await checksumsOf(first.run.model));
  });

  it('needs no option at all', async () => {
    const { run, warnings } = await runJob(images, join(root, 'plain'), {
      // Not the quick run's: only what keeps the test short.
      config: { ...noOptions(), epochs: 1, testPairs: 80 },
    });
    expect(run.config).toMatchObject({ network: 'compact', optimizer: 'adam' });
    expect(run.data.target).toMatchObject({ channels: 1 });
    expect(warnings).toEqual([]);
    expect((await loadModel(run.run, { runtime: nodeRuntime })).config.encoder.name).toBe('compact');
  });
});
