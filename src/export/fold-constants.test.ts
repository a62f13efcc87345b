import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../test/gradcheck.ts';
import { smallEncoder, smallImages } from '../../test/small-model.ts';
import { createEmbedder } from '../model/embedder.ts';
import { probeRanks } from './calibrate-ranges.ts';
import { editGraph } from './editable-graph.ts';
import { foldConstants } from './fold-constants.ts';

const SIDE = 16;

async function fold(encoder: Uint8Array) {
  const edit = editGraph(encoder);
  const values = edit.graph.node.flatMap(({ output }) => output);
  foldConstants(edit, await probeRanks(encoder, values, { dims: [SIDE, SIDE, 3], runtime: nodeRuntime }));
  return edit.toBytes();
}

describe('foldConstants', () => {
  it.each([
    ['compact', { Conv: 2, Gemm: 2, Relu: 3, MaxPool: 1 }],
    ['conv4', { Conv: 4, MaxPool: 4, Relu: 4 }],
  ] as const)('leaves of %s only what counts, and the same embeddings', async (network, expected) => {
    const encoder = smallEncoder({ network, side: SIDE });
    const folded = await fold(encoder);
    const counts: Record<string, number> = {};
    for (const { opType } of editGraph(folded).graph.node) counts[opType] = (counts[opType] ?? 0) + 1;
    expect(counts).toMatchObject(expected);
    for (const gone of ['BatchNormalization', 'MatMul']) expect(counts[gone]).toBeUndefined();
    const images = smallImages(5, SIDE, 3);
    const [before, after] = await Promise.all(
      [encoder, folded].map(async (bytes) => (await createEmbedder(bytes, nodeRuntime)).embed(images)),
    );
    expect(after).toBeAllClose(before, { rtol: 1e-4, atol: 1e-5 });
  });

  it('puts ReLU in front of the pooling that it followed', async () => {
    const { graph } = editGraph(await fold(smallEncoder({ side: SIDE })));
    const pool = graph.node.find(({ opType }) => opType === 'MaxPool')!;
    expect(graph.node.find(({ output }) => output[0] === pool.input[0])?.opType).toBe('Relu');
  });
});
