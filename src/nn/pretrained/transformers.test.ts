import { expect, test } from 'vitest';
import { checkPretrained } from '../../../test/pretrained.ts';
import { clip, dinov2, newest, vit } from '../../../test/transformer-networks.ts';

const image = { height: 16, width: 16 };

test.each<[string, () => Uint8Array, string, readonly number[], boolean]>([
  ['DINOv2 (Optimum)', dinov2, 'last_hidden_state[0]', [8], false],
  ['ViT (timm, batch of one)', () => vit(false), 'features_output_0', [8], true],
  ['ViT, query, key and value split', () => vit(true), 'features_output_0', [8], true],
  ['CLIP, tokens first', () => clip(false), 'image_embeds', [6], false],
  ['CLIP, tokens first, batch of one', () => clip(true), 'image_embeds', [6], true],
  ['operator set 21', newest, 'features_output_0', [8, 4, 4], false],
])('%s: cut, values and gradients', async (_, write, cut, outputShape, isBatchOfOne) => {
  const network = await checkPretrained(write(), { image, isBatchOfOne });
  expect(network.cut).toBe(cut);
  expect(network.outputShape).toEqual(outputShape);
});

test('all tokens, where they are asked for by name', async () => {
  const network = await checkPretrained(dinov2(), { image, cut: 'last_hidden_state' });
  expect(network.outputShape).toEqual([17, 8]);
});
