import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../test/gradcheck.ts';
import { smallEncoder, smallImages } from '../../test/small-model.ts';
import { createRandom } from '../base/random.ts';
import { extractOnnx } from '../graph/extract.ts';
import { createEmbedder } from '../model/embedder.ts';
import type { ModelConfig } from '../model/index.ts';
import { editGraph } from './editable-graph.ts';
import { hubConfigs } from './hub-config.ts';
import { HUB_INPUT, HUB_OUTPUT, toHubGraph } from './hub-graph.ts';

const SIDE = 16;

/** Plain loops: `[N, H, W, C]` bytes to `[N, 3, H, W]` in 0…1. */
function toPlanes(images: Uint8Array, count: number, channels: number): Float32Array {
  const planes = new Float32Array(count * 3 * SIDE * SIDE);
  for (let n = 0; n < count; n++)
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < SIDE * SIDE; i++)
        planes[(n * 3 + c) * SIDE * SIDE + i] =
          images[(n * SIDE * SIDE + i) * channels + (channels === 1 ? 0 : c)] / 255;
  return planes;
}

async function embedPlanes(graph: Uint8Array, planes: Float32Array, count: number): Promise<Float32Array> {
  const program = await nodeRuntime.load(graph);
  const result = await program.run({
    [HUB_INPUT]: nodeRuntime.tensor('float32', planes, [count, 3, SIDE, SIDE]),
  });
  await program.close();
  return result[HUB_OUTPUT].data as Float32Array;
}

describe('toHubGraph', () => {
  it.each([1, 3] as const)('gives the very embeddings of %i channels', async (channels) => {
    const encoder = smallEncoder({ side: SIDE, channels });
    const images = smallImages(5, SIDE, channels);
    const before = await (await createEmbedder(encoder, nodeRuntime)).embed(images);
    const graph = toHubGraph(encoder, [SIDE, SIDE, channels]);
    expect(await embedPlanes(graph, toPlanes(images, 5, channels), 5)).toBeAllClose(before, {
      rtol: 0,
      atol: 1e-6,
    });
  });

  it('feeds an encoder that reads its images otherwise', async () => {
    const encoder = smallEncoder({ side: SIDE });
    const edit = editGraph(encoder);
    // Another reader of the bytes: the embedding plus 0 times their mean.
    const { node } = edit.graph;
    const cast = edit.addNode('Cast', ['images'], { to: 1 }, { before: node[0] });
    const mean = edit.addNode('ReduceMean', [cast], { axes: [1, 2, 3], keepdims: 0 }, { before: node[1] });
    const flat = edit.addNode(
      'Reshape',
      [mean, edit.addConstant('column', 7, [2], BigInt64Array.of(-1n, 1n))],
      {},
      {},
    );
    const none = edit.addNode('Mul', [flat, edit.addConstant('none', 1, [], Float32Array.of(0.001))], {}, {});
    const last = edit.producer('embedding')!;
    last.output[0] = 'plain';
    edit.addNode('Add', ['plain', none], {}, { output: 'embedding' });
    const changed = edit.toBytes();
    const images = smallImages(2, SIDE, 3);
    const before = await (await createEmbedder(changed, nodeRuntime)).embed(images);
    const after = await embedPlanes(toHubGraph(changed, [SIDE, SIDE, 3]), toPlanes(images, 2, 3), 2);
    expect(after).toBeAllClose(before, { rtol: 0, atol: 1e-6 });
  });

  it('makes grey of colours as decoding does', async () => {
    const random = createRandom('grey');
    const colours = Uint8Array.from({ length: SIDE * SIDE * 3 }, () => random.integer(256));
    const grey = await sharp(colours, { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    const encoder = smallEncoder({ side: SIDE, channels: 1 });
    const edit = editGraph(toHubGraph(encoder, [SIDE, SIDE, 1]));
    const round = edit.graph.node.find(({ opType }) => opType === 'Round')!.output[0];
    const program = await nodeRuntime.load(extractOnnx(edit.toBytes(), { outputs: [round] }));
    const result = await program.run({
      [HUB_INPUT]: nodeRuntime.tensor('float32', toPlanes(colours, 1, 3), [1, 3, SIDE, SIDE]),
    });
    const bytes = result[round].data as Float32Array;
    expect(Math.max(...bytes.map((value, i) => Math.abs(value - grey[i])))).toBeLessThanOrEqual(1);
  });
});

describe('hubConfigs', () => {
  const configOf = (input: ModelConfig['input']) =>
    ({
      encoder: { name: 'compact', embeddingSize: 64, normalized: true, sha256: '' },
      input,
      distance: 'euclidean',
      threshold: 0.5,
      calibration: { slope: 1, intercept: 0 },
      classes: [],
      provenance: { dataset: 'd', seed: 1, samesame: '0' },
    }) as unknown as ModelConfig;

  it.each([
    ['stretch', { size: { height: 20, width: 20 }, do_center_crop: false }],
    ['cover', { size: { shortest_edge: 20 }, crop_size: { height: 20, width: 20 } }],
    ['fit', { size: { longest_edge: 20 }, crop_size: { height: 20, width: 20 } }],
  ] as const)('says %s in the words of a preprocessor', (resize, expected) => {
    const { preprocessor, config } = hubConfigs(configOf({ height: 20, width: 20, channels: 3, resize }));
    expect(preprocessor).toMatchObject({ ...expected, do_normalize: false, rescale_factor: 1 / 255 });
    expect(config).toMatchObject({ hidden_size: 64, samesame: { threshold: 0.5 } });
  });

  it('takes stretched images of any sides, and refuses others that are not square', () => {
    const sides = { height: 20, width: 30, channels: 3 } as const;
    expect(hubConfigs(configOf({ ...sides, resize: 'stretch' })).preprocessor).toMatchObject({
      size: { height: 20, width: 30 },
    });
    expect(() => hubConfigs(configOf({ ...sides, resize: 'fit' }))).toThrow(/20×30 by the rule fit/);
  });
});
