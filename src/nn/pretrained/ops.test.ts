import { describe, test } from 'vitest';
import { int64Tensor, type OnnxBuilder, onnxBuilder } from '../../../test/onnx-builder.ts';
import { checkPretrained, checkValues } from '../../../test/pretrained.ts';

const image = { height: 6, width: 6 };

/** A convolution to four channels, then the node under test; it is cut there. */
function network(opset: number, build: (b: OnnxBuilder, x: string) => string): Uint8Array {
  const b = onnxBuilder(opset, { 'com.microsoft': 1 });
  const image = b.input('x', ['N', 3, 6, 6]);
  const x = b.node('Conv', [image, b.weight('w', [4, 3, 1, 1]), b.weight('b', [4])], {
    kernel_shape: [1, 1],
  });
  b.output(build(b, x), 'y', ['N']);
  return b.bytes();
}

describe('values and gradients are those of the file', () => {
  test.each<[string, number, (b: OnnxBuilder, x: string) => string]>([
    ['LeakyRelu', 16, (b, x) => b.node('LeakyRelu', [x], { alpha: { float: 0.2 } })],
    ['Selu', 16, (b, x) => b.node('Selu', [x])],
    ['Softsign', 16, (b, x) => b.node('Softsign', [x])],
    ['Softplus', 16, (b, x) => b.node('Softplus', [x])],
    ['HardSigmoid by its default', 16, (b, x) => b.node('HardSigmoid', [x])],
    ['Clip from one side', 13, (b, x) => b.node('Clip', [x, b.float(-0.5)])],
    ['Clip from the other', 13, (b, x) => b.node('Clip', [x, '', b.float(0.5)])],
    ['Softmax over all axes from 1 on', 11, (b, x) => b.node('Softmax', [x], { axis: 1 })],
    ['Softmax over channels', 13, (b, x) => b.node('Softmax', [x], { axis: 1 })],
    ['LogSoftmax of opset 12', 12, (b, x) => b.node('LogSoftmax', [x], { axis: 2 })],
    ['Gelu of the runtime', 17, (b, x) => b.node('com.microsoft.Gelu', [x])],
    [
      'QuickGelu of the runtime',
      17,
      (b, x) => b.node('com.microsoft.QuickGelu', [x], { alpha: { float: 1.5 } }),
    ],
    ['ReduceL2', 17, (b, x) => b.node('ReduceL2', [x], { axes: [1], keepdims: 1 })],
    ['ReduceMax', 13, (b, x) => b.node('ReduceMax', [x], { axes: [2, 3], keepdims: 0 })],
    ['ReduceSum by input', 13, (b, x) => b.node('ReduceSum', [x, b.int64s([-1])])],
    [
      'Where and Greater',
      16,
      (b, x) => b.node('Where', [b.node('Greater', [x, b.float(0.1)]), x, b.node('Neg', [x])]),
    ],
    ['Pow by a constant', 13, (b, x) => b.node('Pow', [b.node('Abs', [x]), b.float(1.5)])],
    [
      'Sub and Div by vectors',
      13,
      (b, x) =>
        b.node('Div', [b.node('Sub', [x, b.weight('mean', [4, 1, 1])]), b.variance('std', [1, 4, 1, 1])]),
    ],
    [
      'Exp, Log, Sqrt, Reciprocal',
      13,
      (b, x) => {
        const positive = b.node('Log', [b.node('Add', [b.node('Exp', [x]), b.float(1)])]);
        return b.node('Reciprocal', [b.node('Sqrt', [positive])]);
      },
    ],
    [
      'Slice with a step back',
      13,
      (b, x) => b.node('Slice', [x, b.int64s([-1]), b.int64s([-100]), b.int64s([3]), b.int64s([-2])]),
    ],
    [
      'Slice by attributes',
      9,
      (b, x) => b.node('Slice', [x], { starts: [1, 0], ends: [3, 2 ** 62], axes: [1, 2] }),
    ],
    [
      'Gather of some channels',
      13,
      (b, x) => b.node('Flatten', [b.node('Gather', [x, b.int64s([2, 0, -1, 0], [2, 2])], { axis: 1 })]),
    ],
    [
      'Split in uneven parts, transposed',
      11,
      (b, x) => {
        const [first, second] = b.nodes('Split', [x], 2, { axis: 1, split: [1, 3] });
        return b.node('Mul', [b.node('Transpose', [first], { perm: [0, 1, 3, 2] }), second]);
      },
    ],
    [
      'Squeeze and Unsqueeze by attributes',
      11,
      (b, x) => {
        const mean = b.node('ReduceMean', [x], { axes: [1], keepdims: 1 });
        return b.node('Unsqueeze', [b.node('Squeeze', [mean], { axes: [1] })], { axes: [3] });
      },
    ],
    [
      'Flatten from another axis',
      13,
      (b, x) => b.node('Flatten', [b.node('Transpose', [x], { perm: [0, 2, 1, 3] })], { axis: 1 }),
    ],
    [
      'Reshape by a Shape with bounds',
      15,
      (b, x) =>
        b.node('Reshape', [
          x,
          b.node('Concat', [b.node('Shape', [x], { start: 0, end: 2 }), b.int64s([-1])], { axis: 0 }),
        ]),
    ],
    [
      'Expand of a weight by ConstantOfShape',
      13,
      (b, x) => {
        const ones = b.node('ConstantOfShape', [b.int64s([2])], { value: { tensor: int64Tensor([6]) } });
        return b.node('Mul', [x, b.node('Expand', [b.weight('row', [1, 1]), ones])]);
      },
    ],
    [
      'Range and Cast',
      13,
      (b, x) => {
        const range = b.node('Range', [b.int64s([1], []), b.int64s([7], []), b.int64s([1], [])]);
        return b.node('Mul', [x, b.node('Cast', [range], { to: 1 })]);
      },
    ],
    ['a stack of matrices from the left', 13, (b, x) => b.node('MatMul', [b.weight('left', [5, 6]), x])],
    [
      'Gemm with factors, A transposed',
      13,
      (b, x) => {
        const pooled = b.node('Flatten', [b.node('GlobalMaxPool', [x])]);
        const turned = b.node('Transpose', [pooled], { perm: [1, 0] });
        const factors = { alpha: { float: 0.5 }, beta: { float: 2 }, transA: 1 };
        return b.node('Gemm', [turned, b.weight('g', [4, 3]), b.weight('c', [1, 3])], factors);
      },
    ],
    [
      'batch norm of rows',
      13,
      (b, x) => {
        const rows = b.node('Flatten', [x]);
        const of = ['scale', 'bias', 'mean'].map((name) => b.weight(name, [144]));
        return b.node('BatchNormalization', [rows, ...of, b.variance('var', [144])]);
      },
    ],
    [
      'ceil_mode of MaxPool',
      12,
      (b, x) =>
        b.node('MaxPool', [x], { kernel_shape: [3, 2], strides: [2, 3], pads: [1, 0, 0, 1], ceil_mode: 1 }),
    ],
    [
      'a mean pool of odd windows',
      11,
      (b, x) => b.node('AveragePool', [x], { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }),
    ],
  ])('%s', async (_, opset, build) => {
    await checkPretrained(network(opset, build), { image });
  });
});

describe('what has no gradient runs as it is', () => {
  test.each<[string, number, (b: OnnxBuilder, x: string) => string]>([
    [
      'Resize by sizes',
      17,
      (b, x) =>
        b.node(
          'Resize',
          [x, '', '', b.node('Concat', [b.node('Shape', [x], { end: 2 }), b.int64s([11, 7])], { axis: 0 })],
          {
            mode: 'linear',
            coordinate_transformation_mode: 'pytorch_half_pixel',
          },
        ),
    ],
    [
      'Resize of opset 10',
      10,
      (b, x) =>
        b.node('Resize', [x, b.node('Constant', [], { value: { tensor: scales() } })], { mode: 'nearest' }),
    ],
    [
      'Upsample',
      9,
      (b, x) =>
        b.node('Upsample', [x, b.node('Constant', [], { value: { tensor: scales() } })], { mode: 'nearest' }),
    ],
    ['DepthToSpace', 13, (b, x) => b.node('DepthToSpace', [x], { blocksize: 2, mode: 'CRD' })],
    ['SpaceToDepth', 13, (b, x) => b.node('SpaceToDepth', [x], { blocksize: 3 })],
    ['LRN', 13, (b, x) => b.node('LRN', [x], { size: 3, alpha: { float: 1 } })],
    ['Celu', 13, (b, x) => b.node('Celu', [x], { alpha: { float: 2 } })],
    ['Round', 13, (b, x) => b.node('Round', [b.node('Mul', [x, b.float(3)])])],
  ])('%s', async (_, opset, build) => {
    await checkValues(network(opset, build), { image, freezes: ['all'] });
  });
});

/** 1, 1, 2, 3 as floats. */
function scales() {
  return { ...int64Tensor([], [4]), dataType: 1, int64Data: [], floatData: [1, 1, 2, 3] };
}
