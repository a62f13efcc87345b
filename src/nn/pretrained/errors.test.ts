import { TensorProto_DataType as Type } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { resnet18 } from '../../../test/convolutional-networks.ts';
import { nodeRuntime } from '../../../test/gradcheck.ts';
import { onnxBuilder } from '../../../test/onnx-builder.ts';
import { fileOutput, runPretrained } from '../../../test/pretrained.ts';
import { dinov2 } from '../../../test/transformer-networks.ts';
import { input } from '../../graph/ops/source.ts';
import { readOnnx } from '../../graph/read.ts';
import { createScope } from '../scope.ts';
import type { Freeze } from './freeze.ts';
import { openPretrained, type PretrainedOptions } from './pretrained.ts';

const image = { height: 16, width: 16 };
const open = (bytes: Uint8Array, options: Partial<PretrainedOptions> = {}) =>
  openPretrained(readOnnx(bytes), { name: 'net', image, freeze: 'all', ...options });

/** LRN, which has no gradient here, between two convolutions, and behind them a classifier that no runtime knows. */
function withOddOps(hasClassifier = true): Uint8Array {
  const b = onnxBuilder(17);
  const x = b.input('x', ['N', 3, 16, 16]);
  const first = b.node('Conv', [x, b.weight('a', [4, 3, 3, 3])], {}, 'first');
  const normal = b.node('LRN', [first], { size: 3, alpha: { float: 1 }, beta: { float: 0.75 } }, 'norm');
  const second = b.node('Conv', [b.node('Relu', [normal]), b.weight('b', [4, 4, 3, 3])], {}, 'second');
  if (!hasClassifier) {
    b.output(second, 'features', ['N', 4, 12, 12]);
    return b.bytes();
  }
  const pooled = b.node('Flatten', [b.node('GlobalAveragePool', [second])]);
  b.output(b.node('FancyClassifier', [pooled], {}, 'fancy'), 'classes', ['N', 4]);
  return b.bytes();
}

describe('names', () => {
  test.each<[string, Partial<PretrainedOptions>, RegExp]>([
    [
      'a misspelt cut',
      { cut: 'layer1.reul_output_0' },
      /no tensor or node.*\n.*\n.*\n.*did you mean "layer1\.relu_output_0"/,
    ],
    ['a misspelt boundary', { freeze: { upTo: 'layer1.ad' } }, /did you mean "layer1\.add"/],
    ['a name like no other', { cut: 'zzzzzzzzzzzz' }, /list the blocks/],
    [
      'a boundary beside a shortcut',
      { freeze: { upTo: 'layer1.conv1' } },
      /"MaxPool_2" and "layer1\.add_output_0"/,
    ],
    ['a constant', { cut: 'conv1.weight' }, /a constant/],
    ['tokens of a map', { cut: 'layer1.relu_output_0[0]' }, /has no tokens/],
    ['a share above 1', { freeze: 1.5 }, /no share of layers/],
    ['a share that is no number', { freeze: Number.NaN }, /no share of layers/],
  ])('%s', (_, options, message) => {
    const wanted = expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(message) });
    expect(() => open(resnet18(), options)).toThrow(wanted);
  });
});

describe('ops', () => {
  test('what stands behind the cut need not be known', () => {
    const network = open(withOddOps());
    expect(network.cut).toBe('second_output_0');
    expect(network.outputShape).toEqual([4, 12, 12]);
  });

  test('an unknown op is named', () => {
    const wanted = { code: 'E_MODEL', message: expect.stringMatching(/FancyClassifier node "fancy" of net/) };
    expect(() => open(withOddOps(), { cut: 'fancy' })).toThrow(expect.objectContaining(wanted));
  });

  test.each<Freeze>(['none', 0, { upTo: 'first' }])(
    'no gradient above %s: the op, the node, the boundary',
    (freeze) => {
      expect(() => open(withOddOps(), { cut: 'second', freeze })).toThrow(
        expect.objectContaining({
          code: 'E_MODEL',
          message: expect.stringMatching(/LRN node "norm".*no gradient[\s\S]*--freeze norm_output_0/),
          details: { node: 'norm', op: 'LRN', boundary: 'norm_output_0' },
        }),
      );
    },
  );

  test('it passes through the frozen part as it is', async () => {
    const network = open(withOddOps(), { cut: 'second', freeze: { upTo: 'norm_output_0' } });
    const planes = Float32Array.from({ length: 2 * 3 * 256 }, (_, i) => Math.sin(i));
    const expected = await fileOutput(withOddOps(false), 'second_output_0', planes, [2, 3, 16, 16]);
    const received = await runPretrained(nodeRuntime, network, planes, 2);
    expect(received).toBeAllClose(expected.data, { rtol: 1e-4, atol: 1e-5 });
  });

  test('a node that cannot be built is named with its reason', () => {
    const b = onnxBuilder(17);
    const x = b.input('x', ['N', 3, 16, 16]);
    b.output(b.node('Pad', [x, b.int64s([0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'reflect' }, 'edge'), 'y', []);
    expect(() => open(b.bytes())).toThrow(/Pad node "edge" of net cannot be built[\s\S]*Pad by reflect/);
  });

  test('a quantized network is told from a misspelt op', () => {
    const b = onnxBuilder(17);
    const x = b.input('x', ['N', 3, 16, 16]);
    b.output(b.node('QLinearConv', [x, x], {}, 'q'), 'y', []);
    expect(() => open(b.bytes())).toThrow(/take the file with float weights/);
  });
});

describe('inputs', () => {
  const file = (shape: readonly (number | string)[], type: Type = Type.FLOAT) => {
    const b = onnxBuilder(17);
    const x = b.input('x', shape, type);
    b.output(b.node('Relu', [x]), 'y', shape);
    return b.bytes();
  };
  test.each<[string, Uint8Array, RegExp]>([
    ['no image', file(['N', 10]), /no image input/],
    ['bytes', file(['N', 3, 16, 16], Type.UINT8), /scales them itself/],
    ['grey images', file(['N', 1, 16, 16]), /does not read colour images/],
    ['a batch of 8', file([8, 3, 16, 16]), /batches of 8/],
  ])('%s', (_, bytes, message) => {
    expect(() => open(bytes)).toThrow(
      expect.objectContaining({ code: 'E_MODEL', message: expect.stringMatching(message) }),
    );
  });

  test('a second input that is needed', () => {
    const b = onnxBuilder(17);
    const [x, mask] = [b.input('x', ['N', 3, 16, 16]), b.input('mask', ['N', 1, 1, 1])];
    b.output(b.node('Mul', [x, mask]), 'y', []);
    expect(() => open(b.bytes())).toThrow(/needs "mask"/);
  });

  test('planes of another size than it was opened with', () => {
    const network = open(resnet18());
    const x = input('x', 'float32', ['N', 3, 32, 32]);
    expect(() => network.trunk(x, createScope({ training: false }).scope)).toThrow(
      expect.objectContaining({ code: 'E_SHAPE', message: expect.stringMatching(/\[N, 3, 16, 16\]/) }),
    );
  });

  test('a size that the position embeddings do not have', () => {
    expect(() => open(dinov2(), { image: { height: 24, width: 24 } })).toThrow(/Add node[\s\S]*\[1, 17, 8\]/);
  });
});
