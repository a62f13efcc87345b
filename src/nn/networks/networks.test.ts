import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../../test/gradcheck.ts';
import { createRandom } from '../../base/random.ts';
import { compile } from '../../graph/compile.ts';
import { input } from '../../graph/ops/source.ts';
import { concatHead } from '../../loss/comparators/concat-head.ts';
import { fromPixels } from '../layers/pixels.ts';
import { createScope } from '../scope.ts';
import { createEncoder, ENCODERS } from './by-name.ts';
import { conv4 } from './conv4.ts';
import type { Encoder, ImageShape } from './encoder.ts';
import { protocolA } from './protocol-a.ts';
import { protocolB } from './protocol-b.ts';
import { protocolE } from './protocol-e.ts';
import { residual } from './residual.ts';
import { slim } from './slim.ts';
import { wide } from './wide.ts';

const DIGIT: ImageShape = { height: 28, width: 28, channels: 1 };
const PHOTO: ImageShape = { height: 64, width: 64, channels: 3 };

function build(encoder: Encoder, { height, width, channels }: ImageShape, batch: number | string) {
  const collected = createScope({ training: false });
  const images = input('images', 'uint8', [batch, height, width, channels]);
  const embedding = encoder.layer(fromPixels(images, { mean: 0.4, deviation: 0.3 }), collected.scope);
  return { ...collected, parameters: collected.parameters, embedding };
}

const countOf = (parameters: readonly { readonly shape: readonly number[] }[]) =>
  parameters.reduce((sum, { shape }) => sum + shape.reduce((product, dim) => product * dim, 1), 0);

describe('parameters', () => {
  it.each([
    ['protocol A', protocolA(), DIGIT, 75_008],
    ['slim', slim(), DIGIT, 214_144],
    ['wide', wide(), DIGIT, 2_634_048],
    ['protocol B', protocolB(), DIGIT, 160_258],
    // 608 + 1,608 + 1,168 of the convolutions, 400 · 256 + 256 and 256 · 256 + 256 of the dense layers.
    // 576 + 3 · 36,864 of the convolutions, and 4 · 64 of each batch norm, half of them running statistics.
    ['conv4', conv4(), DIGIT, 112_192],
    ['the leg of protocol E', protocolE(), PHOTO, 171_832],
  ])('%s has as many as published', (_name, encoder, shape, expected) => {
    const { parameters, embedding } = build(encoder, shape, 2);
    expect(countOf(parameters)).toBe(expected);
    expect(embedding.shape).toEqual([2, encoder.embeddingSize]);
  });

  it('protocol A has 76,121 with its head', () => {
    const collected = createScope({ training: true });
    const sides = ['left', 'right'].map((name) => input(name, 'float32', [2, protocolA().embeddingSize]));
    concatHead().logits(sides[0], sides[1], collected.scope);
    expect(countOf(collected.parameters)).toBe(1113);
    expect(countOf(collected.parameters) + countOf(build(protocolA(), DIGIT, 2).parameters)).toBe(76_121);
  });
});

describe.each(ENCODERS)('%s', (name) => {
  const encoder = createEncoder(name);
  const shape = name === 'protocol-e' ? PHOTO : DIGIT;
  const imageBytes = shape.height * shape.width * shape.channels;
  const random = createRandom(name);
  const images = Uint8Array.from({ length: 3 * imageBytes }, () => random.integer(256));

  async function embed(batch: number | string, pixels: Uint8Array): Promise<Float32Array> {
    const { parameters, embedding } = build(encoder, shape, batch);
    const bind = new Map(
      parameters.map(({ tensor, shape: own, initializer, name: key }) => [
        tensor,
        initializer(own, createRandom(key)),
      ]),
    );
    const program = await nodeRuntime.load(compile({ embedding }, { bind }).bytes);
    const dims = [pixels.length / imageBytes, shape.height, shape.width, shape.channels];
    const results = await program.run({ images: nodeRuntime.tensor('uint8', pixels, dims) });
    await program.close();
    expect(results.embedding.dims).toEqual([dims[0], encoder.embeddingSize]);
    return results.embedding.data as Float32Array;
  }

  it('gives the same embeddings with an open batch as with a fixed one, and one by one', async () => {
    expect(encoder.name).toBe(name);
    const fixed = await embed(3, images);
    const tolerance = { rtol: 1e-4, atol: 1e-5 };
    expect(await embed('batch', images)).toBeAllClose(fixed, tolerance);
    const second = await embed('batch', images.subarray(imageBytes, 2 * imageBytes));
    const { embeddingSize } = encoder;
    expect(second).toBeAllClose(fixed.subarray(embeddingSize, 2 * embeddingSize), tolerance);
    expect(new Set(fixed).size).toBeGreaterThan(1);
  });

  it('says rightly whether embeddings have length 1', async () => {
    const embeddings = await embed('batch', images);
    const lengths = [0, 1, 2].map((n) =>
      Math.hypot(...embeddings.subarray(n * encoder.embeddingSize, (n + 1) * encoder.embeddingSize)),
    );
    if (encoder.normalized) expect(lengths).toBeAllClose([1, 1, 1], { rtol: 1e-5 });
    else expect(Math.max(...lengths.map((length) => Math.abs(length - 1)))).toBeGreaterThan(1e-3);
  });
});

describe('mirrored', () => {
  const options = { embeddingSize: 6, mirror: true } as const;

  it('gives an image and its mirror image one embedding: the mean of theirs', async () => {
    const { height, width } = DIGIT;
    const random = createRandom('mirror');
    const image = Uint8Array.from({ length: height * width }, () => random.integer(256));
    const mirror = image.map((_, i) => image[i - (i % width) + (width - 1 - (i % width))]);
    const embed = async (encoder: Encoder) => {
      const { parameters, embedding } = build(encoder, DIGIT, 2);
      const bind = new Map(
        parameters.map(({ tensor, shape, initializer, name }) => [
          tensor,
          initializer(shape, createRandom(name)),
        ]),
      );
      const program = await nodeRuntime.load(compile({ embedding }, { bind }).bytes);
      const images = nodeRuntime.tensor('uint8', Uint8Array.of(...image, ...mirror), [2, height, width, 1]);
      const { data } = (await program.run({ images })).embedding;
      await program.close();
      return [data.slice(0, 6), data.slice(6)] as Float32Array[];
    };
    for (const normalize of [true, false]) {
      const [plain, mirrorOfPlain] = await embed(createEncoder('compact', { embeddingSize: 6, normalize }));
      const both = await embed(createEncoder('compact', { ...options, normalize }));
      const mean = plain.map((value, d) => (value + mirrorOfPlain[d]) / 2);
      const length = normalize ? Math.hypot(...mean) : 1;
      const expected = mean.map((value) => value / length);
      expect(both[0]).toBeAllClose(expected, { rtol: 1e-4, atol: 1e-5 });
      expect(both[1]).toBeAllClose(both[0], { rtol: 1e-4, atol: 1e-5 });
      expect(plain).not.toEqual(mirrorOfPlain);
    }
  });

  it('costs training nothing', () => {
    const collected = (mirror: boolean) => {
      const { scope } = createScope({ training: true });
      const images = input('images', 'uint8', [2, 28, 28, 1]);
      const scaled = fromPixels(images, { mean: 0.4, deviation: 0.3 });
      return compile({ y: createEncoder('compact', { embeddingSize: 6, mirror }).layer(scaled, scope) })
        .bytes;
    };
    expect(collected(true)).toEqual(collected(false));
  });
});

it('blocks of the residual network halve larger images down to 4 or less, whatever their sides', () => {
  for (const [height, width] of [
    [8, 8],
    [28, 28],
    [33, 64],
    [105, 20],
  ]) {
    const { embedding, parameters } = build(residual(), { height, width, channels: 1 }, 2);
    expect(embedding.shape).toEqual([2, 64]);
    expect(parameters.filter(({ trainable }) => !trainable)).toHaveLength(20);
  }
});

it('an embedding size reaches the network that leaves it open', () => {
  const encoder = createEncoder('compact', { embeddingSize: 12 });
  expect(encoder.embeddingSize).toBe(12);
  expect(build(encoder, DIGIT, 'batch').embedding.shape).toEqual(['batch', 12]);
});

it('the compact network draws for its dropout while training, and only then', () => {
  const encoder = createEncoder('compact', { embeddingSize: 12, dropout: 0.25 });
  const drawsOf = (training: boolean) => {
    const collected = createScope({ training });
    const images = input('images', 'uint8', [6, 28, 28, 1]);
    encoder.layer(fromPixels(images, { mean: 0.4, deviation: 0.3 }), collected.scope);
    return collected.randomInputs.map(({ shape }) => shape);
  };
  expect(drawsOf(true)).toEqual([[6, 128]]);
  expect(drawsOf(false)).toEqual([]);
  const namesOf = (options: object) =>
    build(createEncoder('compact', options), DIGIT, 2).parameters.map(({ name }) => name);
  expect(namesOf({ dropout: 0.25 })).toEqual(namesOf({}));
});
