import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { nodeRuntime } from '../../test/gradcheck.ts';
import { createRandom } from '../base/random.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { TrainOptions } from '../train/config.ts';
import type { TrainEvent } from '../train/progress.ts';
import { train } from './train.ts';

const root = mkdtempSync(join(tmpdir(), 'samesame-redraw-'));
afterAll(() => rmSync(root, { recursive: true }));

const random = createRandom('redraw');
const NUM_IMAGES = 90;
const dataset: Dataset = {
  format: 'npz',
  set: {
    name: 'three shades',
    numImages: NUM_IMAGES,
    labels: Int32Array.from({ length: NUM_IMAGES }, (_, i) => i % 3),
    classNames: ['dark', 'grey', 'light'],
    id: String,
    pixels: {
      kind: 'decoded',
      height: 8,
      width: 8,
      channels: 1,
      data: Uint8Array.from(
        { length: NUM_IMAGES * 64 },
        (_, at) => 70 * (Math.floor(at / 64) % 3) + random.integer(90),
      ),
    },
  },
};

const config: TrainOptions = {
  network: 'protocol-a',
  epochs: 3,
  numPairs: 40,
  batchSize: 8,
  validationPairs: 30,
  testPairs: 30,
};

/** Trains; `stopAfter` steps it is asked to stop, and goes on afterwards. @returns the model's bytes */
async function trainTo(name: string, options: TrainOptions, stopAfter?: number): Promise<Buffer> {
  const job = { dataset, out: join(root, name), runtime: nodeRuntime, tensorboard: false } as const;
  const stop = new AbortController();
  let numSteps = 0;
  const first = train({
    ...job,
    config: { ...config, ...options },
    signal: stop.signal,
    onEvent({ kind }) {
      if (kind === 'step' && ++numSteps === stopAfter) stop.abort(new Error('stopped'));
    },
  });
  if (stopAfter === undefined) await first;
  else {
    await expect(first).rejects.toThrow('stopped');
    await train({ ...job, resume: true });
  }
  return readFileSync(join(root, name, 'model', 'encoder.onnx'));
}

it.each(['hard', 'curriculum'] as const)(
  'a run with pairs drawn %s, stopped within an epoch, goes on to the same model',
  async (pairDraw) => {
    const whole = await trainTo(`${pairDraw}-whole`, { pairDraw });
    expect((await trainTo(`${pairDraw}-stopped`, { pairDraw }, 8)).equals(whole)).toBe(true);
    expect((await trainTo(`${pairDraw}-list`, { feed: 'pairs' })).equals(whole)).toBe(false);
  },
);

it('says so where the pairs of an interrupted epoch are gone', async () => {
  const job = { dataset, out: join(root, 'lost'), runtime: nodeRuntime, tensorboard: false } as const;
  const stop = new AbortController();
  let numSteps = 0;
  const onEvent = ({ kind }: TrainEvent) => {
    if (kind === 'step' && ++numSteps === 3) stop.abort(new Error('stopped'));
  };
  const options = { ...config, pairDraw: 'hard' } as const;
  await expect(train({ ...job, config: options, signal: stop.signal, onEvent })).rejects.toThrow('stopped');
  rmSync(join(job.out, 'checkpoints', 'pairs.safetensors'));
  await expect(train({ ...job, resume: true })).rejects.toMatchObject({ code: 'E_CHECKPOINT' });
});

it.each(['arcface', 'cross-batch-memory', 'auto'])(
  'what %s keeps goes on after a break, and is no part of the model',
  async (loss) => {
    const options = { loss, network: 'compact', embeddingSize: 8, imagesPerClass: 2, batchSize: 12 } as const;
    const whole = await trainTo(`${loss}-whole`, options);
    const stopped = await trainTo(`${loss}-stopped`, options, 8);
    expect(stopped.equals(whole)).toBe(true);
    const checkpoint = readFileSync(join(root, `${loss}-whole`, 'checkpoints', 'last.safetensors'), 'latin1');
    expect(checkpoint).toContain('"loss/');
    expect(whole.toString('latin1')).not.toContain('loss/');
  },
);

it('a run in chunks goes on after a break to the same model, and shows its gradients', async () => {
  const options = {
    loss: 'proxy-anchor',
    network: 'compact',
    embeddingSize: 8,
    batchSize: 12,
    chunkSize: 5,
  } as const;
  const whole = await trainTo('chunks-whole', options);
  expect((await trainTo('chunks-stopped', options, 8)).equals(whole)).toBe(true);
  const out = join(root, 'chunks-board');
  const { tensorboard } = await train({
    dataset,
    out,
    runtime: nodeRuntime,
    config: { ...config, ...options },
  });
  expect(readFileSync(join(out, 'model', 'encoder.onnx')).equals(whole)).toBe(true);
  const [events] = readdirSync(tensorboard!);
  expect(readFileSync(join(tensorboard!, events), 'latin1')).toContain('gradients/stem/weight');
});

it('as many as there are cannot be drawn anew', async () => {
  await expect(trainTo('all', { pairDraw: 'hard', numPairs: 'all' })).rejects.toThrow(/numPairs all/);
});
