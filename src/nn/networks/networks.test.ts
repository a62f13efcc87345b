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
