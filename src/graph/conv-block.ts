import { createRandom } from '../base/random.ts';
import { compile } from './compile.ts';
import { conv2d } from './ops/conv2d.ts';
import { input } from './ops/source.ts';
import type { Runtime } from './runtime/types.ts';

/** What processors have: AVX-512 and Arm, AVX. */
const SIZES = [16, 8];
const TOLERANCE = 1e-4;

/**
 * Channels in a block of this runtime's blocked convolution; undefined where it has none. ONNX Runtime does not tell, so
 * a small convolution is asked: under the right size it gives what the plain one gives.
 */
export async function findConvBlock(runtime: Runtime): Promise<number | undefined> {
  if (runtime.name !== 'node/cpu') return undefined;
  const x = input('x', 'float32', [1, 16, 3, 3]);
  const weight = input('weight', 'float32', [16, 16, 3, 3]);
  const y = conv2d(x, weight, { padding: 1 });
  const random = createRandom('conv block');
  const feeds = Object.fromEntries(
    [x, weight].map(({ shape, node }) => {
      const dims = shape as readonly number[];
      const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1)).map(() =>
        random.normal(),
      );
      return [(node.attributes as { name: string }).name, runtime.tensor('float32', data, dims)];
    }),
  );
  const run = async (convBlock?: number) => {
    const program = await runtime.load(compile({ y }, { convBlock }).bytes, { purpose: 'training' });
    const { y: result } = await program.run(feeds);
    const values = Float32Array.from(result.data as Float32Array);
    await program.close();
    return values;
  };
  const expected = await run();
  for (const size of SIZES) {
    const values = await run(size).catch(() => undefined);
    if (values?.every((value, i) => Math.abs(value - expected[i]) < TOLERANCE)) return size;
  }
  return undefined;
}
