import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeRuntime, webRuntime } from '../../test/gradcheck.ts';
import { createRandom } from '../base/random.ts';
import { input } from '../graph/ops/source.ts';
import { readOnnx } from '../graph/read.ts';
import type { Comparator } from '../loss/comparators/comparator.ts';
import { createComparator } from '../loss/comparators/create-comparator.ts';
import { batchNorm } from '../nn/layers/batch-norm.ts';
import { conv } from '../nn/layers/conv.ts';
import { dense } from '../nn/layers/dense.ts';
import { dropout } from '../nn/layers/dropout.ts';
import { sequential } from '../nn/layers/sequential.ts';
import { flatten, l2Norm } from '../nn/layers/shape.ts';
import type { Encoder } from '../nn/networks/encoder.ts';
import { createScope, type Parameter } from '../nn/scope.ts';
import type { ModelSettings } from './build.ts';
import { createHeadComparer, euclideanComparer } from './comparator.ts';
import { buildComparatorModel, COMPARATOR_SCOPE } from './comparator-graph.ts';
import { createEmbedder } from './embedder.ts';
import { buildEncoderModel } from './encoder-graph.ts';
import { judge } from './judge.ts';
import { loadModel } from './load.ts';
import { createGalleryProducts } from './products.ts';
import { saveModel } from './save.ts';

const SIZE = 6;
const SHAPE = { height: 9, width: 7, channels: 3 } as const;
const IMAGE_BYTES = 9 * 7 * 3;
const SCALE = { mean: 0.4, deviation: 0.3 };
const encoder: Encoder = {
  name: 'tiny',
  embeddingSize: SIZE,
  normalized: true,
  layer: sequential({
    conv: conv(4, 3, { stride: 2 }),
    norm: batchNorm(),
    drop: dropout(0.5),
    flatten,
    dense: dense(SIZE),
    l2Norm,
  }),
};
const random = createRandom('model');
const imagesOf = (count: number) =>
  Uint8Array.from({ length: count * IMAGE_BYTES }, () => random.integer(256));

function valuesOf(parameters: readonly Parameter[], seed: string): Map<string, Float32Array> {
  return new Map(
    parameters.map(({ name, shape, initializer }) => {
      const values = initializer(shape, createRandom(`${seed}/${name}`));
      // Not as at the start, where biases are 0 and variances 1.
      return [name, values.map((value, i) => value + 0.1 + (i % 3) / 20)];
    }),
  );
}

function encoderValues(seed: string): Map<string, Float32Array> {
  const collected = createScope({ training: false });
  encoder.layer(input('x', 'float32', [1, 3, 9, 7]), collected.scope);
  return valuesOf(collected.parameters, seed);
}

function headValues(comparator: Comparator, seed: string): Map<string, Float32Array> {
  const collected = createScope({ training: false });
  const sides = ['left', 'right'].map((name) => input(name, 'float32', [1, SIZE]));
  comparator.logits(sides[0], sides[1], collected.scope.within(COMPARATOR_SCOPE));
  return valuesOf(collected.parameters, seed);
}

const encoderBytes = (seed = 'one') => buildEncoderModel(encoder, SHAPE, SCALE, encoderValues(seed));
const headBytes = (name: 'concat' | 'absolute-difference') => {
  const comparator = createComparator(name);
  return buildComparatorModel(comparator, SIZE, headValues(comparator, 'head'));
};

const settings: ModelSettings = {
  encoder: { name: 'tiny', embeddingSize: SIZE, normalized: true },
  input: { ...SHAPE, resize: 'stretch' },
  distance: 'euclidean',
  threshold: 0.6,
  calibration: { slope: 8, intercept: -5 },
  classes: ['cat', 'dög'],
  provenance: {
    dataset: 'pets',
    fingerprint: 'f00',
    numImages: 2,
    seed: 'seven',
    samesame: '0.0.0',
    runtime: 'node/cpu',
    training: { epochs: 1 },
  },
};
const withHead: ModelSettings = {
  ...settings,
  distance: 'comparator',
  comparator: { name: 'concat', symmetric: false, bothWays: true },
};

let root: string;
let saved: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-model-'));
  saved = join(root, 'saved', 'model');
  await saveModel(saved, { encoder: encoderBytes(), config: settings, card: '# A card\n' });
});
afterAll(() => rm(root, { recursive: true }));

describe('encoder.onnx', () => {
  it('has the same bytes for the same values, others for others', () => {
    expect(encoderBytes('one')).toEqual(encoderBytes('one'));
    expect(encoderBytes('one')).not.toEqual(encoderBytes('two'));
  });

  it('reads bytes of any number of images, and has every parameter inside', () => {
    const { inputs, outputs, initializers } = readOnnx(encoderBytes());
    expect(inputs).toEqual({ images: { dtype: 'uint8', shape: ['batch', 9, 7, 3] } });
    expect(outputs).toEqual({ embedding: { dtype: 'float32', shape: ['batch', SIZE] } });
    for (const [name, values] of encoderValues('one')) {
      expect(initializers.get(name)?.data, name).toEqual(values);
    }
  });

  it('cannot be built while a parameter has no value, or one of another size', () => {
    const values = encoderValues('one');
    values.delete('dense/bias');
    const build = () => buildEncoderModel(encoder, SHAPE, SCALE, values);
    expect(build).toThrow(
      expect.objectContaining({ code: 'E_MODEL', message: expect.stringContaining('dense/bias') }),
    );
    values.set('dense/bias', new Float32Array(SIZE + 1));
    expect(build).toThrow(expect.objectContaining({ code: 'E_MODEL' }));
  });

  it('gives the same embeddings in a browser as in Node', async () => {
    const images = imagesOf(5);
    const [onNode, onWeb] = await Promise.all(
      [nodeRuntime, webRuntime].map(async (runtime) =>
        (await createEmbedder(encoderBytes(), runtime)).embed(images),
      ),
    );
    expect(onWeb).toBeAllClose(onNode, { rtol: 1e-5, atol: 1e-5 });
    expect(Math.hypot(...onNode.subarray(0, SIZE))).toBeCloseTo(1, 5);
  });

  it('scales and normalises inside: two images that differ embed apart', async () => {
    const embedder = await createEmbedder(encoderBytes(), nodeRuntime);
    const images = imagesOf(2);
    const both = await embedder.embed(images);
    expect([...both.subarray(0, SIZE)]).not.toEqual([...both.subarray(SIZE)]);
    expect(embedder).toMatchObject({ embeddingSize: SIZE, imageBytes: IMAGE_BYTES });
  });
});

describe('embed', () => {
  it('gives each image the same embedding in any company', async () => {
    const embedder = await createEmbedder(encoderBytes(), nodeRuntime);
    // More than two batches, and the last one not full.
    const images = imagesOf(140);
    const together = await embedder.embed(images);
    expect(together.length).toBe(140 * SIZE);
    for (const n of [0, 63, 64, 127, 128, 139]) {
      const alone = await embedder.embed(images.slice(n * IMAGE_BYTES, (n + 1) * IMAGE_BYTES));
      expect(alone, `image ${n}`).toBeAllClose(together.subarray(n * SIZE, (n + 1) * SIZE), {
        rtol: 1e-5,
        atol: 1e-6,
      });
    }
    expect(await embedder.embed(new Uint8Array(0))).toEqual(new Float32Array(0));
  });

  it('refuses bytes that are not whole images, and files that are no encoder', async () => {
    const embedder = await createEmbedder(encoderBytes(), nodeRuntime);
    await expect(embedder.embed(new Uint8Array(IMAGE_BYTES + 1))).rejects.toMatchObject({ code: 'E_SHAPE' });
    await expect(createEmbedder(headBytes('concat'), nodeRuntime)).rejects.toMatchObject({ code: 'E_MODEL' });
    await expect(createEmbedder(new Uint8Array(20), nodeRuntime)).rejects.toMatchObject({
      code: 'E_RUNTIME',
    });
  });
});

describe('distances', () => {
  const rows = (count: number) => Float32Array.from({ length: count * SIZE }, () => random.normal());

  it('are Euclidean between embeddings', async () => {
    const [left, right] = [rows(7), rows(7)];
    const expected = Array.from({ length: 7 }, (_, p) =>
      Math.hypot(...Array.from({ length: SIZE }, (_, k) => left[p * SIZE + k] - right[p * SIZE + k])),
    );
    const comparer = euclideanComparer(SIZE);
    expect(await comparer.distances(left, right)).toBeAllClose(expected);
    expect([...(await comparer.distances(left, left))]).toEqual(new Array(7).fill(0));
  });

  it('of a head that takes sides are the same both ways round, in 0…1', async () => {
    const comparer = await createHeadComparer(
      headBytes('concat'),
      { embeddingSize: SIZE, bothWays: true },
      nodeRuntime,
    );
    const oneWay = await createHeadComparer(
      headBytes('concat'),
      { embeddingSize: SIZE, bothWays: false },
      nodeRuntime,
    );
    // More than one batch of pairs.
    const [left, right] = [rows(4100), rows(4100)];
    const forward = await comparer.distances(left, right);
    expect(await comparer.distances(right, left)).toBeAllClose(forward, { rtol: 1e-5, atol: 1e-6 });
    expect(forward.every((distance) => distance >= 0 && distance <= 1)).toBe(true);
    // The test would say nothing of a head that is symmetric by chance.
    const there = await oneWay.distances(left, right);
    const back = await oneWay.distances(right, left);
    expect(there.some((distance, p) => Math.abs(distance - back[p]) > 1e-3)).toBe(true);
    expect(forward).toBeAllClose(
      there.map((distance, p) => (distance + back[p]) / 2),
      { rtol: 1e-4, atol: 1e-6 },
    );
  });

  it('refuses a head for other embeddings', async () => {
    const open = createHeadComparer(
      headBytes('concat'),
      { embeddingSize: SIZE + 1, bothWays: true },
      nodeRuntime,
    );
    await expect(open).rejects.toMatchObject({ code: 'E_MODEL' });
  });

  it('of a head are the same in a browser as in Node', async () => {
    const options = { embeddingSize: SIZE, bothWays: false };
    const [left, right] = [rows(9), rows(9)];
    const [onNode, onWeb] = await Promise.all(
      [nodeRuntime, webRuntime].map(async (runtime) =>
        (await createHeadComparer(headBytes('absolute-difference'), options, runtime)).distances(left, right),
      ),
    );
    expect(onWeb).toBeAllClose(onNode, { rtol: 1e-5, atol: 1e-5 });
  });
});

describe('judge', () => {
  const model = { threshold: 0.6, calibration: { slope: 8, intercept: -5 } };

  it('is a logistic of the distance, and falls with it', () => {
    const distances = [0, 0.2, 0.5, 0.6, 0.625, 0.9, 2, 1000];
    const probabilities = distances.map((distance) => judge(distance, model).probability);
    expect(probabilities).toBeAllClose(distances.map((d) => 1 / (1 + Math.exp(8 * d - 5))));
    expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
    expect(judge(0.625, model).probability).toBeCloseTo(0.5, 12);
  });

  it('says same below the threshold alone', () => {
    const verdicts = [0.59, 0.6, 0.61].map((distance) => judge(distance, model).verdict);
    expect(verdicts).toEqual(['same', 'different', 'different']);
    expect(judge(0.2, model)).toMatchObject({ distance: 0.2, threshold: 0.6 });
  });
});

describe('a saved model', () => {
  it('is plain files, the same bytes each time', async () => {
    const again = join(root, 'again');
    await saveModel(again, { encoder: encoderBytes(), config: settings, card: '# A card\n' });
    const names = ['README.md', 'config.json', 'encoder.onnx'];
    expect((await readdir(again)).sort()).toEqual(names);
    for (const name of names) {
      expect((await readFile(join(again, name))).equals(await readFile(join(saved, name))), name).toBe(true);
    }
  });

  it('comes back as it was', async () => {
    const model = await loadModel(saved, { runtime: nodeRuntime });
    const { encoder: about, format, version, ...rest } = model.config;
    expect({
      ...rest,
      encoder: { name: about.name, embeddingSize: about.embeddingSize, normalized: about.normalized },
    }).toEqual(settings);
    expect([format, version]).toEqual(['samesame-model', 1]);
    const images = imagesOf(2);
    const direct = await (await createEmbedder(encoderBytes(), nodeRuntime)).embed(images);
    expect(await model.embed(images)).toEqual(direct);
    const [left, right] = [images.subarray(0, IMAGE_BYTES), images.subarray(IMAGE_BYTES)];
    const comparison = await model.compare(left, right);
    expect(comparison.distance).toBeCloseTo(
      Math.hypot(...Array.from({ length: SIZE }, (_, k) => direct[k] - direct[SIZE + k])),
      5,
    );
    expect(comparison).toEqual(judge(comparison.distance, settings));
    expect(await model.compare(right, left)).toEqual(comparison);
    expect(await model.compare(left, left)).toMatchObject({ distance: 0, verdict: 'same' });
    await model.close();
  });

  it("is found in its run's folder, too", async () => {
    const model = await loadModel(join(root, 'saved'), { runtime: nodeRuntime });
    expect(model.config.classes).toEqual(['cat', 'dög']);
  });

  it('keeps a head, which answers the same both ways round', async () => {
    const folder = join(root, 'head');
    await saveModel(folder, {
      encoder: encoderBytes(),
      comparator: headBytes('concat'),
      config: withHead,
      card: '',
    });
    expect((await readdir(folder)).sort()).toEqual([
      'README.md',
      'comparator.onnx',
      'config.json',
      'encoder.onnx',
    ]);
    const model = await loadModel(folder, { runtime: nodeRuntime });
    const images = imagesOf(2);
    const [left, right] = [images.subarray(0, IMAGE_BYTES), images.subarray(IMAGE_BYTES)];
    const [there, back] = [await model.compare(left, right), await model.compare(right, left)];
    expect(back.distance).toBeCloseTo(there.distance, 6);
    expect(there.distance).toBeGreaterThan(0);
    expect(there.distance).toBeLessThan(1);
  });

  it('reads image files of any size', async () => {
    const model = await loadModel(saved, { runtime: nodeRuntime });
    const path = join(root, 'photo.png');
    const noise = imagesOf(4);
    await sharp(noise, { raw: { width: 14, height: 18, channels: 3 } })
      .png()
      .toFile(path);
    expect((await model.embedFile(path)).length).toBe(SIZE);
    expect((await model.compareFiles(path, path)).verdict).toBe('same');
    await expect(model.embedFile(join(root, 'nowhere.png'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await writeFile(join(root, 'broken.png'), 'no image');
    await expect(model.compareFiles(path, join(root, 'broken.png'))).rejects.toMatchObject({
      code: 'E_IMAGE',
    });
  });
});

describe('a model that is not whole', () => {
  /** A copy of the saved model, changed by `change`, and what loading it says. */
  async function spoil(change: (folder: string) => Promise<unknown>) {
    const folder = await mkdtemp(join(root, 'spoilt-'));
    await cp(saved, folder, { recursive: true });
    await change(folder);
    const error = await loadModel(folder, { runtime: nodeRuntime }).catch((failure) => failure);
    return { code: error.code, message: String(error.message) };
  }
  const rewriteConfig = (change: (config: Record<string, unknown>) => unknown) => async (folder: string) => {
    const path = join(folder, 'config.json');
    await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')))));
  };

  it('by a cut encoder', async () => {
    const { code, message } = await spoil(async (folder) => {
      const path = join(folder, 'encoder.onnx');
      await writeFile(path, (await readFile(path)).subarray(0, 500));
    });
    expect(code).toBe('E_MODEL');
    expect(message).toMatch(/encoder\.onnx[\s\S]*500 bytes[\s\S]*help: .*cut or changed/);
  });

  it('by one changed bit', async () => {
    const { code } = await spoil(async (folder) => {
      const path = join(folder, 'encoder.onnx');
      const bytes = await readFile(path);
      bytes[bytes.length >> 1] ^= 1;
      await writeFile(path, bytes);
    });
    expect(code).toBe('E_MODEL');
  });

  it('by a missing encoder', async () => {
    const { code, message } = await spoil((folder) => rm(join(folder, 'encoder.onnx')));
    expect(code).toBe('E_MODEL');
    expect(message).toMatch(/encoder\.onnx[\s\S]*help: .*copy the model folder/);
  });

  it('by a missing config', async () => {
    const { code, message } = await spoil((folder) => rm(join(folder, 'config.json')));
    expect(code).toBe('E_NOT_FOUND');
    expect(message).toMatch(/there is no model in[\s\S]*help: .*samesame train/);
  });

  it.each([
    [2, /update samesame/],
    [0, /train the model again/],
    ['1', /received: version 1[\s\S]*help: /],
    [undefined, /received: version undefined[\s\S]*help: /],
  ])('by version %j', async (version, expected) => {
    const { code, message } = await spoil(rewriteConfig((config) => ({ ...config, version })));
    expect(code).toBe('E_MODEL_VERSION');
    expect(message).toMatch(expected);
  });

  it.each(['', '{"format": "samesame-mo', 'hello'])('by a config that is not JSON: %j', async (text) => {
    const { code, message } = await spoil((folder) => writeFile(join(folder, 'config.json'), text));
    expect(code).toBe('E_MODEL');
    expect(message).toMatch(/is not JSON[\s\S]*help: /);
  });

  it.each<[string, (config: Record<string, unknown>) => unknown]>([
    ['null', () => null],
    ['a list', () => []],
    ['something else', () => ({ name: 'package', version: 1 })],
    ['a threshold that is text', (config) => ({ ...config, threshold: '0.5' })],
    ['no calibration', ({ calibration: _, ...config }) => config],
    ['a key that nobody knows', (config) => ({ ...config, extra: 1 })],
  ])('by a config of the wrong form: %s', async (_name, change) => {
    const { code, message } = await spoil(rewriteConfig(change));
    expect(code).toBe('E_MODEL');
    expect(message).toMatch(/is not the configuration of a samesame model[\s\S]*help: /);
  });

  it('by files that do not go together', async () => {
    const other = encoderBytes('two');
    expect((await spoil((folder) => writeFile(join(folder, 'encoder.onnx'), other))).code).toBe('E_MODEL');
    const wrongSize = rewriteConfig((config) => ({
      ...config,
      encoder: { ...(config.encoder as object), embeddingSize: 5 },
    }));
    expect((await spoil(wrongSize)).code).toBe('E_MODEL');
    const wrongInput = rewriteConfig((config) => ({
      ...config,
      input: { ...(config.input as object), height: 10 },
    }));
    expect((await spoil(wrongInput)).code).toBe('E_MODEL');
    const noHead = rewriteConfig((config) => ({ ...config, distance: 'comparator' }));
    expect((await spoil(noHead)).code).toBe('E_MODEL');
  });

  it('by being a run that has none yet, or no folder at all', async () => {
    const run = await mkdtemp(join(root, 'run-'));
    await writeFile(join(run, 'config.json'), JSON.stringify({ dataset: 'x', network: 'compact' }));
    await expect(loadModel(run)).rejects.toMatchObject({ code: 'E_MODEL' });
    await expect(loadModel(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(loadModel(join(saved, 'README.md'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });
});

it('numbers that JSON cannot hold are refused before anything is written', async () => {
  const folder = join(root, 'infinite');
  const config = { ...settings, threshold: Number.POSITIVE_INFINITY };
  await expect(saveModel(folder, { encoder: encoderBytes(), config, card: '' })).rejects.toMatchObject({
    code: 'E_MODEL',
  });
  await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('createGalleryProducts multiplies rows with a gallery, block by block', async () => {
  const [dim, numGallery] = [5, 7];
  const draw = (length: number) => Float32Array.from({ length }, () => random.normal());
  const gallery = draw(numGallery * dim);
  const { products, close } = await createGalleryProducts(gallery, numGallery, nodeRuntime);
  for (const numRows of [3, 1]) {
    const block = draw(numRows * dim);
    const expected = Array.from({ length: numRows * numGallery }, (_, i) => {
      const [row, column] = [Math.floor(i / numGallery) * dim, (i % numGallery) * dim];
      let sum = 0;
      for (let k = 0; k < dim; k++) sum += block[row + k] * gallery[column + k];
      return sum;
    });
    expect(await products(block, numRows)).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-6 });
  }
  await close();
});
