import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../test/gradcheck.ts';
import { smallEncoder, smallImages } from '../../test/small-model.ts';
import { fromFloat16, halvesIn } from '../base/float16.ts';
import { readOnnx } from '../graph/read.ts';
import { createEmbedder } from '../model/embedder.ts';
import { constantOf, editGraph } from './editable-graph.ts';
import { halveEncoder } from './half.ts';

const SIDE = 16;
const place = { dims: [SIDE, SIDE, 3] as const, runtime: nodeRuntime };

describe('halveEncoder', () => {
  it('halves the file and hardly moves embeddings', async () => {
    const encoder = smallEncoder({ side: SIDE });
    const half = await halveEncoder(encoder, place);
    expect(half.length / encoder.length).toBeLessThan(0.52);
    const [before, after] = [readOnnx(encoder), readOnnx(half)];
    expect([after.inputs, after.outputs]).toEqual([before.inputs, before.outputs]);
    const images = smallImages(9, SIDE, 3);
    const [whole, halved] = await Promise.all(
      [encoder, half].map(async (bytes) => (await createEmbedder(bytes, nodeRuntime)).embed(images)),
    );
    expect(halved).toBeAllClose(whole, { rtol: 0, atol: 2e-3 });
    expect(halved).not.toEqual(whole);
  });

  it('stores the nearest halves of weights, and keeps pixels and lengths in float32', async () => {
    const encoder = smallEncoder({ side: SIDE });
    const { graph } = editGraph(await halveEncoder(encoder, place));
    const stored = graph.initializer.find(({ name }) => name === 'stem/weight')!;
    expect(stored.dataType).toBe(10);
    const whole = readOnnx(encoder).initializers.get('stem/weight')!.data as Float32Array;
    expect(fromFloat16(halvesIn(stored.rawData.slice()))).toBeAllClose(whole, { rtol: 2 ** -11, atol: 1e-7 });
    const castsTo = graph.node.flatMap(({ opType, attribute }) =>
      opType === 'Cast' ? [Number(attribute[0].i)] : [],
    );
    // Bytes to float32, scaled to halves, embedding to float32.
    expect(castsTo).toEqual([1, 10, 1]);
  });

  it('refuses weights past 65,504', async () => {
    const edit = editGraph(smallEncoder({ side: SIDE }));
    const at = edit.graph.initializer.findIndex(({ name }) => name === 'stem/bias');
    edit.graph.initializer[at] = constantOf('stem/bias', 1, [32], new Float32Array(32).fill(7e4));
    await expect(halveEncoder(edit.toBytes(), place)).rejects.toMatchObject({
      code: 'E_MODEL',
      message: expect.stringMatching(/stem\/bias[\s\S]*65504[\s\S]*70000/),
    });
  });
});
