import { expect, test } from 'vitest';
import { mobilenetV2, resnet18 } from '../../../test/convolutional-networks.ts';
import { clip } from '../../../test/transformer-networks.ts';
import { readOnnx } from '../../graph/read.ts';
import { describeBlocks } from './describe-blocks.ts';
import type { Freeze } from './freeze.ts';
import { openPretrained } from './pretrained.ts';

const image = { height: 32, width: 32 };
const open = (bytes: Uint8Array, freeze: Freeze) =>
  openPretrained(readOnnx(bytes), { name: 'network', image, freeze });

// resnet18() has 6 layers up to the cut: conv1 | two of layer1 | two of layer2 and its shortcut.
test.each<[Freeze, string | undefined, readonly number[], number]>([
  ['none', undefined, [3, 32, 32], 0],
  [0, undefined, [3, 32, 32], 0],
  [0.16, undefined, [3, 32, 32], 0],
  // After conv1 (16×16), its ReLU (16×16) and the pool (8×8) as much is frozen: the pool takes the least room.
  [1 / 6, 'MaxPool_2', [8, 8, 8], 1],
  [0.49, 'MaxPool_2', [8, 8, 8], 1],
  [0.5, 'layer1.relu_output_0', [8, 8, 8], 3],
  [0.99, 'layer1.relu_output_0', [8, 8, 8], 3],
  [1, 'features_output_0', [12, 4, 4], 6],
  ['all', 'features_output_0', [12, 4, 4], 6],
  [{ upTo: 'layer1.add' }, 'layer1.add_output_0', [8, 8, 8], 3],
  [{ upTo: 'layer1.add_output_0' }, 'layer1.add_output_0', [8, 8, 8], 3],
])('frozen %s', (freeze, boundary, shape, numLayers) => {
  const network = open(resnet18(), freeze);
  expect(network.frozenUpTo).toBe(boundary);
  expect(network.trunkShape).toEqual(shape);
  const convs = network.blocks.filter((block) => block.isFrozen).flatMap((block) => block.ops);
  expect(convs.filter((op) => op === 'Conv')).toHaveLength(numLayers);
  const sizes = [3 * 8 * 49 + 8, 2 * (8 * 8 * 9 + 8), 12 * 8 * 9 + 12 + 12 * 12 * 9 + 12 + 12 * 8 + 12];
  const frozen = sizes.slice(0, [0, 1, 1, 2, 2, 2, 3][numLayers]).reduce((sum, size) => sum + size, 0);
  expect(network.numFrozenParameters).toBe(frozen);
  expect(network.numTrainableParameters).toBe(sizes.reduce((sum, size) => sum + size, 0) - frozen);
});

test('blocks end where everything goes through one tensor, activations and pools with the layer before them', () => {
  const { blocks } = open(resnet18(), { upTo: 'layer1.add' });
  expect(blocks.map(({ name }) => name)).toEqual([
    'MaxPool_2',
    'layer1.add_output_0',
    'layer1.relu_output_0',
    'features_output_0',
  ]);
  expect(blocks[0].ops).toEqual(['Conv', 'Relu', 'MaxPool']);
  expect(blocks.map(({ isFrozen }) => isFrozen)).toEqual([true, true, false, false]);
  expect(describeBlocks({ blocks })[1]).toEqual({
    block: 'layer1.add_output_0',
    ops: 'Conv ×2, Relu, Add',
    shape: '[N, 8, 8, 8]',
    parameters: '1,168',
    state: 'frozen',
  });
});

test('every block is a name to freeze up to', () => {
  const { blocks } = open(mobilenetV2(), 'none');
  expect(blocks.length).toBeGreaterThan(4);
  for (const { name } of blocks) expect(open(mobilenetV2(), { upTo: name }).frozenUpTo).toBe(name);
});

test('tokens first: the batch comes first in what is kept', () => {
  const network = openPretrained(readOnnx(clip(false)), {
    name: 'clip',
    image: { height: 16, width: 16 },
    freeze: { upTo: 'attention' },
  });
  expect(network.trunkShape).toEqual([5, 8]);
});
