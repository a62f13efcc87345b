import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TINY_CHANNELS, tinyBackbone } from '../../test/tiny-backbone.ts';
import { findBackbone } from '../backbones/find.ts';
import { createRandom } from '../base/random.ts';
import { input } from '../graph/ops/source.ts';
import { createScope } from '../nn/scope.ts';
import { readTrainConfig, type TrainConfig } from '../train/config.ts';
import { createObjective } from '../train/objective.ts';
import { openBackbone } from './backbone/open.ts';
import { readPreset } from './presets.ts';
import { planSweep } from './sweep/plan.ts';
import { locateSweep } from './sweep/shipped.ts';
import { readSweepFile } from './sweep/sweep-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samesame-protocols-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function configOf(name: string): Promise<TrainConfig> {
  return readTrainConfig((await readPreset(name)).config);
}

/** A preset's own design on a tiny network in place of its backbone, and its trainable parameters. */
async function designOf(name: string, ending: 'pooled' | 'flattened') {
  const backbone = join(folder, `${ending}.onnx`);
  await writeFile(backbone, tinyBackbone(ending));
  const { image: _, ...rest } = await configOf(name);
  const image = { height: 32, width: 32, channels: 3, resize: 'stretch' } as const;
  const config = readTrainConfig({ ...rest, backbone, image, pixels: { scale: 'imagenet' } });
  const { encoder, provenance } = await openBackbone(config);
  const collected = createScope({ training: true });
  const shape = encoder.trunk?.featureShape ?? [3, 32, 32];
  const both = encoder.layer(input('features', 'float32', [4, ...shape]), collected.scope);
  expect(both.shape).toEqual([4, encoder.embeddingSize]);
  const objective = createObjective(config);
  const { parameters } = collected;
  return {
    config,
    encoder,
    provenance,
    objective,
    parameters,
    shapes: new Map(parameters.map((p) => [p.name, p.shape])),
  };
}

describe('protocol C', () => {
  it('is what was published', async () => {
    expect(await configOf('protocol-c')).toMatchObject({
      backbone: 'mobilenet-v2',
      freeze: 0.9,
      pool: 'average',
      head: 'linear',
      embeddingSize: 64,
      normalize: false,
      loss: 'contrastive',
      lossOptions: { margin: 1 },
      optimizer: 'adam',
      learningRate: 0.001,
      backboneRate: 0.1,
      batchSize: 8,
      epochs: 200,
      chooseBy: 'loss',
      patience: 30,
      threshold: 0.5,
    });
    expect(findBackbone('mobilenet-v2').embeddingSize).toBe(1280);
  });

  it('trains a part of the backbone and one dense layer', async () => {
    const { encoder, shapes } = await designOf('protocol-c', 'pooled');
    expect(encoder.embeddingSize).toBe(64);
    expect(shapes.get('embedding/weight')).toEqual([TINY_CHANNELS, 64]);
    expect([...shapes.keys()].filter((name) => name.startsWith('backbone/'))).toHaveLength(2);
  });
});

describe('protocol D', () => {
  it('has eight models, each one change from the first', async () => {
    const sweep = await readSweepFile(await locateSweep('protocol-d'));
    await writeFile(join(folder, 'a.jpg'), '');
    for (const each of ['train-50.csv', 'train-100.csv'])
      await writeFile(join(folder, each), 'path,label\na.jpg,0\n');
    const { configurations } = await planSweep(sweep, folder, join(folder, 'out'));
    const [base, ...others] = configurations.map(({ name, data, runs }) => ({
      name,
      data,
      ...runs[0].config,
    }));
    expect(base).toMatchObject({
      data: 'train-50.csv',
      backbone: 'mobilenet-v2',
      freeze: 0.7,
      embeddingSize: 256,
      dropout: 0,
      lossOptions: { margin: 1 },
      numPairs: 'all',
      negativeRatio: 2.21,
      image: { height: 224, width: 224, channels: 3, resize: 'fit' },
      batchSize: 8,
      patience: 30,
    });
    expect(base.views).toBeGreaterThan(0);
    const changes = others.map(({ name, ...config }) => [
      name,
      Object.fromEntries(
        Object.entries(config).filter(
          ([key, value]) => JSON.stringify(value) !== JSON.stringify(base[key as keyof typeof base]),
        ),
      ),
    ]);
    expect(Object.fromEntries(changes)).toEqual({
      F2: { embeddingSize: 128 },
      F3: { lossOptions: { margin: 1.5 } },
      F4: { freeze: 0.8 },
      F5: { data: 'train-100.csv' },
      F6: { views: 0 },
      F7: { dropout: 0.1 },
      F8: { negativeRatio: 1 },
    });
    const preset = await configOf('protocol-d');
    expect({ ...preset, name: 'F1', data: 'train-50.csv', seed: 1 }).toEqual(base);
  });
});

describe('protocol E on VGG16', () => {
  it('is a frozen map, its largest numbers, one dense layer with ReLU, and a head on the difference', async () => {
    const { encoder, parameters, shapes, objective, provenance, config } = await designOf(
      'protocol-e-vgg16',
      'flattened',
    );
    // The map behind the last convolution, or behind the pool that follows it: their largest numbers are the same.
    expect(provenance.numTrainableParameters).toBe(0);
    expect(encoder.trunk!.featureShape).toEqual([TINY_CHANNELS]);
    expect(shapes).toEqual(
      new Map([
        ['embedding/weight', [TINY_CHANNELS, 256]],
        ['embedding/bias', [256]],
      ]),
    );
    expect(parameters.every(({ trainable }) => trainable)).toBe(true);
    const head = createScope({ training: true });
    const side = (name: string) => input(name, 'float32', [4, 256]);
    objective.comparator!.logits(side('left'), side('right'), head.scope);
    const [weight, bias] = head.parameters;
    expect(weight.shape).toEqual([256, 1]);
    // Three dissimilar pairs for each similar one: ln(pos/neg).
    const [start] = bias.initializer(bias.shape, createRandom('bias'));
    expect(start).toBeCloseTo(Math.log(1 / 3), 6);
    expect(config).toMatchObject({ lossOptions: { positiveWeight: 3 }, negativeRatio: 3, epochs: 10 });
  });
});
