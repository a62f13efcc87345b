import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../../test/gradcheck.ts';
import { fromFloat16 } from '../../base/float16.ts';
import { createRandom } from '../../base/random.ts';
import { initialValues } from '../../jobs/backbone/initial-values.ts';
import { loadTrunk } from '../../jobs/backbone/run-trunk.ts';
import type { ModelConfig } from '../../model/config.ts';
import { createEmbedder } from '../../model/embedder.ts';
import { buildEncoderModel, buildTrunkModel } from '../../model/encoder-graph.ts';
import { createEncoder } from '../../nn/networks/by-name.ts';
import { openBase } from './open-base.ts';

const NUM_IMAGES = 3;
const random = createRandom('base');

/** A model nobody trained, in the parts that `openBase` reads. */
function fresh(name: 'slim' | 'residual', channels: 1 | 3, mirror = false) {
  const input = { height: 24, width: 20, channels, resize: 'fit' } as const;
  const encoder = createEncoder(name, { embeddingSize: 8, mirror });
  const values = initialValues(encoder, input);
  const bytes = buildEncoderModel(encoder, input, { mean: 0.4, deviation: 0.3 }, values);
  const config = {
    input,
    encoder: { name, embeddingSize: 8, normalized: true, sha256: '' },
    provenance: { dataset: 'nothing' },
  } as unknown as ModelConfig;
  const size = input.height * input.width * channels;
  const images = Uint8Array.from({ length: NUM_IMAGES * size }, () => random.integer(256));
  return { config, encoder: bytes, values, images };
}

async function featuresOf({ config, encoder, images }: ReturnType<typeof fresh>) {
  const base = openBase({ config, encoder });
  const { trunk } = base.encoder;
  const model = buildTrunkModel(trunk!, config.input, base.pixelScale);
  const loaded = await loadTrunk(nodeRuntime, model, config.input);
  const features = fromFloat16(await loaded.run(images, NUM_IMAGES));
  await loaded.close();
  const embedder = await createEmbedder(encoder, nodeRuntime);
  const embeddings = await embedder.embed(images);
  await embedder.close();
  return { features, embeddings, numFeatures: base.numFeatures };
}

describe('openBase', () => {
  it.each([
    ['slim', 1],
    ['slim', 3],
    ['residual', 3],
  ] as const)('cuts %s of %i channels off in front of its last dense layer', async (name, channels) => {
    const model = fresh(name, channels);
    const { features, embeddings, numFeatures } = await featuresOf(model);
    expect(numFeatures).toBeGreaterThan(8);
    const [weight, bias] = ['weight', 'bias'].map((part) => model.values.get(`embedding/${part}`)!);
    for (let i = 0; i < NUM_IMAGES; i++) {
      const row = features.subarray(i * numFeatures, (i + 1) * numFeatures);
      const plain = Array.from(bias, (start, k) =>
        row.reduce((sum, value, d) => sum + value * weight[d * 8 + k], start),
      );
      const length = Math.hypot(...plain);
      expect(plain.map((value) => value / length)).toBeAllClose(embeddings.slice(8 * i, 8 * i + 8), {
        atol: 3e-3,
        rtol: 0,
      });
    }
  });

  it('takes the embedding itself of a network that sees an image and its mirror image', async () => {
    const { features, embeddings, numFeatures } = await featuresOf(fresh('slim', 3, true));
    expect(numFeatures).toBe(8);
    expect(features).toBeAllClose(embeddings, { atol: 1e-3, rtol: 0 });
  });

  it('refuses an encoder that reads other images than its configuration says', () => {
    const { config, encoder } = fresh('slim', 1);
    const other = { ...config, input: { ...config.input, width: 21 } };
    expect(() => openBase({ config: other, encoder })).toThrow(
      expect.objectContaining({ code: 'E_MODEL', message: expect.stringContaining('uint8 [N, 24, 21, 1]') }),
    );
  });
});
