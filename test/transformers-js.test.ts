import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoModel, AutoProcessor, env, pipeline, RawImage } from '@huggingface/transformers';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportModel } from '../src/jobs/export/export.ts';
import { loadModel } from '../src/model/index.ts';
import { drawShapes } from './cli/run-cli.ts';
import { nodeRuntime } from './gradcheck.ts';
import { saveSmallModel, smallImages } from './small-model.ts';

// A hub folder as transformers.js itself reads it. Nothing is fetched.

const SIDE = 16;
let root: string;
let shapes: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-hub-'));
  env.allowRemoteModels = false;
  env.localModelPath = root;
  shapes = join(root, 'shapes');
  await drawShapes(shapes);
  await saveSmallModel(join(root, 'colour'), { side: SIDE });
  await saveSmallModel(join(root, 'grey'), { side: SIDE, channels: 1 });
});
afterAll(() => rm(root, { recursive: true }));

/** Embeddings of two images of the model's own size, as transformers.js makes them. */
async function embedPixels(folder: string, pixels: Uint8Array, channels: 1 | 3, dtype?: 'fp16' | 'q8') {
  const extract = await pipeline('image-feature-extraction', folder, dtype && { dtype });
  const size = pixels.length / 2;
  const images = [0, 1].map(
    (n) =>
      new RawImage(new Uint8ClampedArray(pixels.subarray(n * size, (n + 1) * size)), SIDE, SIDE, channels),
  );
  const { data, dims } = await extract(images);
  await extract.dispose();
  expect(dims).toEqual([2, 64]);
  return data as Float32Array;
}

describe('a hub folder', () => {
  it.each([
    ['colour', 3],
    ['grey', 1],
  ] as const)('of %s images embeds in transformers.js as the model does', async (name, channels) => {
    const out = join(root, `${name}-hub`);
    const { networks } = await exportModel({
      model: join(root, name),
      format: 'hub-folder',
      out,
      calibrate: [shapes],
      runtime: nodeRuntime,
    });
    expect((await readdir(out)).sort()).toEqual([
      'README.md',
      'config.json',
      'onnx',
      'preprocessor_config.json',
    ]);
    expect(networks.map(({ file }) => file)).toEqual([
      'onnx/model.onnx',
      'onnx/model_fp16.onnx',
      'onnx/model_quantized.onnx',
    ]);
    const pixels = smallImages(2, SIDE, channels);
    const expected = await (await loadModel(join(root, name))).embed(pixels);
    const folder = `${name}-hub`;
    expect(await embedPixels(folder, pixels, channels)).toBeAllClose(expected, { rtol: 0, atol: 1e-6 });
    expect(await embedPixels(folder, pixels, channels, 'fp16')).toBeAllClose(expected, {
      rtol: 0,
      atol: 5e-3,
    });
    expect(await embedPixels(folder, pixels, channels, 'q8')).toBeAllClose(expected, { rtol: 0, atol: 0.05 });
  });

  it('resizes a file as the model does, and loads class by class', async () => {
    const path = join(root, 'large.png');
    await sharp(smallImages(1, 40, 3), { raw: { width: 40, height: 40, channels: 3 } })
      .png()
      .toFile(path);
    const processor = await AutoProcessor.from_pretrained('colour-hub');
    const model = await AutoModel.from_pretrained('colour-hub');
    const { image_embeds: embedding } = await model(await processor(await RawImage.read(path)));
    const expected = await (await loadModel(join(root, 'colour'))).embedFile(path);
    expect(embedding.data).toBeAllClose(expected, { rtol: 0, atol: 1e-3 });
    await model.dispose();
  });

  it('has a card that the hub can read', async () => {
    const card = await readFile(join(root, 'colour-hub', 'README.md'), 'utf8');
    expect(card).toMatch(/^---\nlibrary_name: transformers\.js\npipeline_tag: image-feature-extraction\n/);
    expect(card).not.toMatch(/encoder\.onnx/);
    expect(card).toMatch(/## A card/);
    expect(card).toMatch(/below \*\*0\.2\*\*[\s\S]*dtype: 'q8'[\s\S]*model_quantized\.onnx \| 8 bits/);
  });
});
