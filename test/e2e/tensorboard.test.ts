import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../src/train/safetensors.ts';
import { readSession } from '../read-events.ts';
import { makeImageFolder } from '../tiny-images.ts';
import { checksumsOf, failureOf, runOnOneThread, timelessMetrics } from './job.ts';

const STEPS_PER_EPOCH = 7;
const CONFIG = { batchSize: 8 };

let root: string;
let images: string;
let whole: Awaited<ReturnType<typeof runOnOneThread>>['run'];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-tensorboard-'));
  images = await makeImageFolder(join(root, 'images'));
  ({ run: whole } = await runOnOneThread(images, join(root, 'whole'), { config: CONFIG }));
});
afterAll(() => rm(root, { recursive: true }));

const board = (run: string) => join(run, 'tensorboard');

async function eventFilesOf(run: string): Promise<string[]> {
  return (await readdir(board(run))).filter((name) => name.includes('tfevents')).sort();
}

/** What TensorBoard shows of a run: by tag, by step. */
async function seriesOf(run: string) {
  const names = await eventFilesOf(run);
  return readSession(await Promise.all(names.map((name) => readFile(join(board(run), name)))));
}

/** `seriesOf` without what the clock says. */
async function timelessSeries(run: string) {
  const series = await seriesOf(run);
  series.delete('train/images_per_second');
  return series;
}

/** Breaks a run off after so many steps, with a checkpoint of the last one. */
async function breakOff(out: string, numSteps: number): Promise<string> {
  const abort = new AbortController();
  let seen = 0;
  const run = runOnOneThread(images, out, {
    config: CONFIG,
    signal: abort.signal,
    onEvent: ({ kind }) => kind === 'step' && ++seen === numSteps && abort.abort(new Error('enough')),
  });
  expect((await failureOf(run)).message).toBe('enough');
  return out;
}

const resume = (out: string) => runOnOneThread(images, out, { config: CONFIG, resume: true });

describe('the TensorBoard folder of a run', () => {
  it('has the numbers of metrics.jsonl', async () => {
    const series = await seriesOf(whole.run);
    const scalar = (tag: string) => [...series.get(tag)!].map(([step, value]) => [step, value.scalar]);
    const records = whole.records.map(({ validation, ...record }) => ({ ...record, ...validation }));
    expect(records.map(({ step }) => step)).toEqual([7, 14, 21]);
    const points = (value: (record: (typeof records)[number]) => number | null | undefined) =>
      records.flatMap((record) => {
        const number = value(record);
        return typeof number === 'number' ? [[record.step, Math.fround(number)]] : [];
      });
    expect(scalar('train/loss')).toEqual(points(({ loss }) => loss));
    expect(scalar('train/learning_rate')).toEqual(points(({ rate }) => rate));
    expect(scalar('train/images_per_second')).toEqual(points((record) => record.imagesPerSecond));
    expect(scalar('train/active_share')).toEqual(points((record) => record.diagnostics.activeShare));
    expect(scalar('validation/accuracy')).toEqual(points(({ accuracy }) => accuracy));
    expect(scalar('validation/precision')).toEqual(points(({ precision }) => precision));
    expect(scalar('validation/recall')).toEqual(points(({ recall }) => recall));
    expect(scalar('validation/auc')).toEqual(points(({ auc }) => auc));
    for (const percent of ['80', '90', '95'] as const) {
      expect(scalar(`validation/recall_at_precision_${percent}`)).toEqual(
        points(({ recallAtPrecision }) => recallAtPrecision?.[`.${percent}`]),
      );
    }
    expect(scalar('validation/distance_similar')).toEqual(points((record) => record.positiveDistance));
    expect(scalar('validation/distance_dissimilar')).toEqual(points((record) => record.negativeDistance));
  });

  it('has the weights of the checkpoint, and gradients of the same parameters', async () => {
    const { tensors } = decodeSafetensors(
      await readFile(join(whole.run, 'checkpoints', 'last.safetensors')),
      'last',
    );
    const series = await seriesOf(whole.run);
    const inGroup = (group: string) =>
      [...series.keys()].filter((tag) => tag.startsWith(group)).map((tag) => tag.slice(group.length));
    expect(inGroup('weights/').length).toBeGreaterThan(3);
    expect(inGroup('gradients/')).toEqual(inGroup('weights/'));
    for (const name of inGroup('weights/')) {
      const { data } = tensors.get(name)!;
      const last = series.get(`weights/${name}`)!.get(3 * STEPS_PER_EPOCH)!.histogram!;
      expect(last).toMatchObject({ num: data.length, min: Math.min(...data), max: Math.max(...data) });
      expect(last.counts.reduce((sum, count) => sum + count)).toBe(data.length);
      const gradients = series.get(`gradients/${name}`)!;
      expect([...gradients.keys()]).toEqual([7, 14, 21]);
      for (const { histogram } of gradients.values()) expect(histogram!.num).toBe(data.length);
      // Later on every triplet of a batch may be far enough apart, and the gradient 0.
      const { min, max } = gradients.get(STEPS_PER_EPOCH)!.histogram!;
      expect(max - min).toBeGreaterThan(0);
    }
  });

  it('has the galleries of the report as pictures, at the last step', async () => {
    const series = await seriesOf(whole.run);
    const pictures = [...series].filter(([tag]) => tag.startsWith('pairs/'));
    expect(pictures.map(([tag]) => tag)).toContain('pairs/Pairs drawn at random');
    for (const [, points] of pictures) {
      expect([...points.keys()]).toEqual([3 * STEPS_PER_EPOCH]);
      const { png, width, height } = [...points.values()][0].image!;
      expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width, height });
    }
  });

  it('has the embeddings of the test images for the projector', async () => {
    const rows = async (name: string) =>
      (await readFile(join(board(whole.run), name), 'utf8')).trimEnd().split('\n');
    const [points, [, ...metadata]] = [await rows('tensors.tsv'), await rows('metadata.tsv')];
    const { embeddings, retrievalImages } = whole.measurement;
    expect(points.flatMap((point) => point.split('\t').map(Number))).toBeAllClose(embeddings);
    const { set } = whole.data;
    expect(metadata).toEqual(
      Array.from(retrievalImages, (index) => `${set.classNames[set.labels[index]]}\t${set.id(index)}`),
    );
    const { width, height } = await sharp(join(board(whole.run), 'sprite.png')).metadata();
    const columns = Math.ceil(Math.sqrt(points.length));
    expect([width, height]).toEqual([16 * columns, 16 * columns]);
  });

  it('changes nothing else, and is not there where it is not wanted', async () => {
    const plain = join(root, 'plain');
    const { run } = await runOnOneThread(images, plain, { config: CONFIG, tensorboard: false });
    expect(run.tensorboard).toBeUndefined();
    expect(await readdir(plain)).not.toContain('tensorboard');
    expect(await checksumsOf(run.model)).toEqual(await checksumsOf(whole.model));
    expect(await timelessMetrics(plain)).toEqual(await timelessMetrics(whole.run));
    expect(await readdir(whole.run)).toContain('tensorboard');
    expect(whole.tensorboard).toBe(board(whole.run));
  });
});

describe('a run that was broken off', () => {
  it('in mid-epoch goes on in a new file, and shows each step once', async () => {
    const out = await breakOff(join(root, 'middle'), STEPS_PER_EPOCH + 3);
    const [first] = await eventFilesOf(out);
    // A kill in the middle of a write.
    await appendFile(join(board(out), first), Uint8Array.of(99, 0, 0, 0, 0, 0, 0, 0, 1, 2));
    await resume(out);
    expect(await eventFilesOf(out)).toHaveLength(2);
    expect(await timelessSeries(out)).toEqual(await timelessSeries(whole.run));
    expect(await checksumsOf(join(out, 'model'))).toEqual(await checksumsOf(whole.model));
  });

  it('between an epoch and its events catches up on them', async () => {
    const out = join(root, 'between');
    await cp(whole.run, out, { recursive: true });
    for (const name of ['model', 'tensorboard']) await rm(join(out, name), { recursive: true });
    const [name] = await eventFilesOf(whole.run);
    const events = await readFile(join(board(whole.run), name));
    // What was written before the last epoch: cut behind the second of its three summaries.
    const series = await seriesOf(whole.run);
    expect([...series.get('train/loss')!.keys()]).toHaveLength(3);
    await cp(board(whole.run), board(out), { recursive: true });
    await writeFile(join(board(out), name), events.subarray(0, endOfRecord(events, 4)));
    await resume(out);
    expect(await timelessSeries(out)).toEqual(await timelessSeries(whole.run));
  });

  it('and begins anew shows nothing of the former one', async () => {
    const out = await breakOff(join(root, 'anew'), STEPS_PER_EPOCH + 3);
    await runOnOneThread(images, out, { config: CONFIG, overwrite: true });
    expect(await eventFilesOf(out)).toHaveLength(1);
    expect(await timelessSeries(out)).toEqual(await timelessSeries(whole.run));
  });

  it('by a version that measured less goes on, and shows what there is', async () => {
    const out = await breakOff(join(root, 'old'), STEPS_PER_EPOCH + 3);
    await rm(board(out), { recursive: true });
    for (const which of ['last', 'best']) {
      const path = join(out, 'checkpoints', `${which}.safetensors`);
      const { tensors, metadata } = decodeSafetensors(await readFile(path), path);
      const progress = JSON.parse(metadata.progress);
      for (const { validation } of progress.records)
        for (const name of ['precision', 'recall', 'auc', 'recallAtPrecision']) delete validation[name];
      const old = { ...metadata, progress: JSON.stringify(progress) };
      await writeFile(path, encodeSafetensors({ tensors, metadata: old }));
    }
    const { run } = await resume(out);
    expect(run.records.map(({ validation }) => typeof validation.auc)).toEqual([
      'undefined',
      'number',
      'number',
    ]);
    expect([...(await seriesOf(out)).get('validation/auc')!.keys()]).toEqual([14, 21]);
    expect(await checksumsOf(run.model)).toEqual(await checksumsOf(whole.model));
  });
});

/** Where record `count` of an event file ends, counting from 1. */
function endOfRecord(file: Uint8Array, count: number): number {
  const view = new DataView(file.buffer, file.byteOffset);
  let end = 0;
  for (let i = 0; i < count; i++) end += 16 + Number(view.getBigUint64(end, true));
  return end;
}
