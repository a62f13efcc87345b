import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nodeRuntime } from '../../../test/gradcheck.ts';
import { checkTailGradient, fileOutput, runPretrained } from '../../../test/pretrained.ts';
import { createRandom } from '../../base/random.ts';
import { readOnnx } from '../../graph/read.ts';
import type { Freeze } from './freeze.ts';
import { openPretrained } from './pretrained.ts';

const folder = new URL('../../../../shared/weights/', import.meta.url);
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.onnx')) : [];

/** Smaller images than those of the file keep the test quick; a convolutional network takes any. */
const image = { height: 96, width: 96 };

describe.skipIf(files.length === 0)('real weights (skipped: no ../shared/weights here)', () => {
  describe.each(files)('%s', (file) => {
    const bytes = readFileSync(new URL(file, folder));
    const model = readOnnx(bytes);

    test.each<[Freeze, number]>([
      ['all', 224],
      [0.9, 96],
      [0.7, 96],
      ['none', 96],
    ])('frozen %s, at %i pixels: the features are those of onnxruntime', async (freeze, size) => {
      const network = openPretrained(model, { name: file, image: { height: size, width: size }, freeze });
      const random = createRandom('planes');
      const planes = Float32Array.from({ length: 2 * 3 * size * size }, () => 2 * random.uniform() - 1);
      const expected = await fileOutput(bytes, network.cut, planes, [2, 3, size, size]);
      expect(expected.dims).toEqual([2, ...network.outputShape]);
      const received = await runPretrained(nodeRuntime, network, planes, 2);
      expect(received).toBeAllClose(expected.data, { rtol: 1e-4, atol: 1e-4 });
    });

    test('gradients through the tail are those of central differences', async () => {
      const network = openPretrained(model, { name: file, image, freeze: 0.9 });
      await checkTailGradient(network, { numImages: 2, seed: file });
    });
  });
});
