import { type OnnxBuilder, onnxBuilder } from './onnx-builder.ts';

// Small networks of the op patterns of well-known ones, as exporters write them, with random weights.

const conv = (
  b: OnnxBuilder,
  x: string,
  name: string,
  [numOut, channels, size]: readonly [number, number, number],
  { stride = 1, group = 1, bias = true, pads = Array(4).fill((size - 1) / 2), ...rest }: ConvParts = {},
) =>
  b.node(
    'Conv',
    [
      x,
      b.weight(`${name}.weight`, [numOut, channels / group, size, size]),
      ...(bias ? [b.weight(`${name}.bias`, [numOut])] : []),
    ],
    {
      kernel_shape: [size, size],
      strides: [stride, stride],
      group,
      ...('auto_pad' in rest ? {} : { pads }),
      ...rest,
    },
    name,
  );

interface ConvParts {
  readonly stride?: number;
  readonly group?: number;
  readonly bias?: boolean;
  readonly pads?: readonly number[];
  readonly auto_pad?: string;
}

const batchNorm = (b: OnnxBuilder, x: string, name: string, channels: number, epsilon = 1e-3) =>
  b.node(
    'BatchNormalization',
    [
      x,
      b.weight(`${name}.gamma`, [channels], 1),
      b.weight(`${name}.beta`, [channels]),
      b.weight(`${name}.moving_mean`, [channels]),
      b.variance(`${name}.moving_variance`, [channels]),
    ],
    { epsilon: { float: epsilon } },
    name,
  );

const dense = (b: OnnxBuilder, x: string, name: string, [numIn, numOut]: readonly [number, number]) =>
  b.node('Gemm', [x, b.weight(`${name}.weight`, [numOut, numIn]), b.weight(`${name}.bias`, [numOut])], {
    alpha: { float: 1 },
    beta: { float: 1 },
    transB: 1,
  });

/** tf2onnx: channels last outside, SAME by auto_pad, ReLU6 by Clip inputs, mean over the spatial axes, MatMul and Add. */
export function mobilenetV1(): Uint8Array {
  const b = onnxBuilder(13);
  const image = b.input('input_1', ['unk__1', 32, 32, 3]);
  const relu6 = (x: string, name = '') => b.node('Clip', [x, b.float(0), b.float(6)], {}, name);
  let x = b.node('Transpose', [image], { perm: [0, 3, 1, 2] });
  x = relu6(conv(b, x, 'conv1', [8, 3, 3], { stride: 2, auto_pad: 'SAME_UPPER' }));
  x = relu6(conv(b, x, 'dw1', [8, 8, 3], { group: 8, auto_pad: 'SAME_LOWER', stride: 2 }));
  x = relu6(conv(b, x, 'pw1', [12, 8, 1]));
  x = relu6(conv(b, x, 'dw2', [12, 12, 3], { group: 12, auto_pad: 'VALID' }));
  x = relu6(conv(b, x, 'pw2', [16, 12, 1]), 'features');
  const last = b.node('Transpose', [x], { perm: [0, 2, 3, 1] });
  const pooled = b.node('ReduceMean', [last], { axes: [1, 2], keepdims: 0 });
  const logits = b.node('Add', [
    b.node('MatMul', [pooled, b.weight('dense', [16, 5])]),
    b.weight('bias', [5]),
  ]);
  b.output(b.node('Softmax', [logits], { axis: 1 }), 'probs', ['unk__1', 5]);
  return b.bytes();
}

/** PyTorch of 2019: bounds of Clip as attributes, batch norm apart, the shape of the flattening computed. */
export function mobilenetV2(): Uint8Array {
  const b = onnxBuilder(9);
  const image = b.input('input', ['batch', 3, 32, 32]);
  const relu6 = (x: string, name = '') => b.node('Clip', [x], { min: { float: 0 }, max: { float: 6 } }, name);
  const normal = (x: string, name: string, channels: number) => batchNorm(b, x, `${name}.bn`, channels, 1e-5);
  const block = (x: string, name: string, [channels, wide, numOut]: number[], stride: number) => {
    const wider = conv(b, x, `${name}.expand`, [wide, channels, 1], { bias: false });
    const inner = relu6(normal(wider, `${name}.expand`, wide));
    const deep = conv(b, inner, `${name}.depthwise`, [wide, wide, 3], { group: wide, stride, bias: false });
    const out = conv(
      b,
      relu6(normal(deep, `${name}.depthwise`, wide)),
      `${name}.project`,
      [numOut, wide, 1],
      { bias: false },
    );
    return normal(out, `${name}.project`, numOut);
  };
  let x = relu6(normal(conv(b, image, 'stem', [8, 3, 3], { stride: 2, bias: false }), 'stem', 8));
  x = block(x, 'block1', [8, 24, 12], 2);
  x = b.node('Add', [x, block(x, 'block2', [12, 36, 12], 1)], {}, 'add1');
  x = relu6(conv(b, x, 'head', [20, 12, 1]), 'features');
  x = b.node('GlobalAveragePool', [x]);
  const batch = b.node('Gather', [b.node('Shape', [x]), b.int64s([0], [])], { axis: 0 });
  const shape = b.node('Concat', [b.node('Unsqueeze', [batch], { axes: [0] }), b.int64s([-1])], { axis: 0 });
  b.output(dense(b, b.node('Reshape', [x, shape]), 'classifier', [20, 5]), 'logits', ['batch', 5]);
  return b.bytes();
}

/** PyTorch, torchvision: squeeze-and-excitation with HardSigmoid, HardSwish as an op and spelt out. */
export function mobilenetV3(): Uint8Array {
  const b = onnxBuilder(14);
  const image = b.input('input', ['batch', 3, 32, 32]);
  const spelt = (x: string) => {
    const raised = b.node('Clip', [b.node('Add', [x, b.float(3)]), b.float(0), b.float(6)]);
    return b.node('Div', [b.node('Mul', [x, raised]), b.float(6)]);
  };
  const squeeze = (x: string, name: string, channels: number) => {
    const mean = b.node('GlobalAveragePool', [x]);
    const less = b.node('Relu', [conv(b, mean, `${name}.fc1`, [4, channels, 1])]);
    const gate = b.node('HardSigmoid', [conv(b, less, `${name}.fc2`, [channels, 4, 1])], {
      alpha: { float: 1 / 6 },
      beta: { float: 0.5 },
    });
    return b.node('Mul', [gate, x]);
  };
  let x = b.node('HardSwish', [conv(b, image, 'stem', [8, 3, 3], { stride: 2 })]);
  const wide = spelt(conv(b, x, 'expand', [16, 8, 1]));
  const deep = squeeze(
    b.node('HardSwish', [conv(b, wide, 'depthwise', [16, 16, 5], { group: 16 })]),
    'se',
    16,
  );
  x = b.node('Add', [conv(b, deep, 'project', [8, 16, 1]), x]);
  x = b.node('HardSwish', [conv(b, x, 'last', [24, 8, 1])], {}, 'features');
  const pooled = b.node('Flatten', [b.node('GlobalAveragePool', [x])], { axis: 1 });
  const hidden = b.node('HardSwish', [dense(b, pooled, 'fc', [24, 16])]);
  b.output(dense(b, hidden, 'classifier', [16, 5]), 'logits', ['batch', 5]);
  return b.bytes();
}

/** Keras: pads as a node, swish as Sigmoid and Mul, squeezing by a mean, batch norm unfolded, dropout left in. */
export function efficientNet(): Uint8Array {
  const b = onnxBuilder(15);
  const image = b.input('input_1', ['batch', 3, 32, 32]);
  const swish = (x: string, name = '') => b.node('Mul', [x, b.node('Sigmoid', [x])], {}, name);
  const scaled = b.node('Sub', [b.node('Mul', [image, b.float(0.5)]), b.float(0.1, [1, 1, 1, 1])]);
  const padded = b.node('Pad', [scaled, b.int64s([0, 0, 0, 0, 0, 0, 1, 1])], { mode: 'constant' });
  let x = conv(b, padded, 'stem', [8, 3, 3], { stride: 2, pads: [0, 0, 0, 0], bias: false });
  x = swish(batchNorm(b, x, 'stem_bn', 8));
  let deep = swish(batchNorm(b, conv(b, x, 'dw', [8, 8, 3], { group: 8, bias: false }), 'dw_bn', 8));
  const mean = b.node('ReduceMean', [deep], { axes: [2, 3], keepdims: 1 });
  const gate = b.node('Sigmoid', [
    conv(b, swish(conv(b, mean, 'se_reduce', [4, 8, 1])), 'se_expand', [8, 4, 1]),
  ]);
  deep = b.node('Mul', [deep, gate]);
  const projected = batchNorm(b, conv(b, deep, 'project', [8, 8, 1], { bias: false }), 'project_bn', 8);
  x = b.node('Add', [b.node('Dropout', [projected]), x]);
  x = swish(batchNorm(b, conv(b, x, 'top', [16, 8, 1], { bias: false }), 'top_bn', 16), 'features');
  const pooled = b.node('Squeeze', [b.node('GlobalAveragePool', [x]), b.int64s([2, 3])]);
  b.output(dense(b, b.node('Dropout', [pooled]), 'predictions', [16, 5]), 'predictions', ['batch', 5]);
  return b.bytes();
}

/** PyTorch: batch norm folded, a 3×3 max pool with pads, shortcuts by a strided 1×1, all of it in a map of two axes. */
export function resnet18(): Uint8Array {
  const b = onnxBuilder(17);
  const image = b.input('pixel_values', ['batch', 3, 32, 32]);
  const relu = (x: string, name = '') => b.node('Relu', [x], {}, name);
  let x = relu(conv(b, image, 'conv1', [8, 3, 7], { stride: 2 }));
  x = b.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 0 });
  const inner = conv(b, relu(conv(b, x, 'layer1.conv1', [8, 8, 3])), 'layer1.conv2', [8, 8, 3]);
  x = relu(b.node('Add', [inner, x], {}, 'layer1.add'), 'layer1.relu');
  const next = conv(
    b,
    relu(conv(b, x, 'layer2.conv1', [12, 8, 3], { stride: 2 })),
    'layer2.conv2',
    [12, 12, 3],
  );
  x = relu(b.node('Add', [next, conv(b, x, 'layer2.downsample', [12, 8, 1], { stride: 2 })]), 'features');
  const flat = b.node('Flatten', [b.node('GlobalAveragePool', [x], {}, 'avgpool')], { axis: 1 });
  b.output(dense(b, flat, 'fc', [12, 5]), 'logits', ['batch', 5]);
  return b.bytes();
}

/** Bottlenecks, grouped as in ResNeXt, batch norm apart, the pool a window of the whole map, two outputs without a head. */
export function resnet50(): Uint8Array {
  const b = onnxBuilder(12);
  const image = b.input('pixel_values', ['batch', 3, 32, 32]);
  const layer = (x: string, name: string, shape: readonly [number, number, number], parts: ConvParts = {}) =>
    batchNorm(b, conv(b, x, name, shape, { ...parts, bias: false }), `${name}.bn`, shape[0], 1e-5);
  const relu = (x: string) => b.node('Relu', [x]);
  let x = relu(layer(image, 'stem', [8, 3, 3], { stride: 2 }));
  x = b.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 });
  const short = layer(x, 'shortcut', [16, 8, 1], { stride: 2 });
  const middle = relu(layer(relu(layer(x, 'reduce', [8, 8, 1])), 'conv', [8, 8, 3], { stride: 2, group: 2 }));
  x = relu(b.node('Add', [layer(middle, 'expand', [16, 8, 1]), short]));
  b.output(x, 'last_hidden_state', ['batch', 16, 4, 4]);
  b.output(b.node('AveragePool', [x], { kernel_shape: [4, 4] }), 'pooler_output', ['batch', 16, 1, 1]);
  return b.bytes();
}

/** Plain convolutions, pooling, dense layers with dropout, and an average pool that counts its pads. */
export function vgg16(): Uint8Array {
  const b = onnxBuilder(11);
  const image = b.input('data', ['N', 3, 32, 32]);
  const relu = (x: string, name = '') => b.node('Relu', [x], {}, name);
  let x = relu(conv(b, relu(conv(b, image, 'conv1_1', [6, 3, 3])), 'conv1_2', [6, 6, 3]));
  x = b.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  x = relu(conv(b, x, 'conv2_1', [8, 6, 3]));
  x = b.node('AveragePool', [x], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    count_include_pad: 1,
  });
  const flat = b.node('Flatten', [x], { axis: 1 });
  const hidden = relu(dense(b, flat, 'fc6', [8 * 8 * 8, 16]));
  const second = relu(
    dense(b, b.node('Dropout', [hidden], { ratio: { float: 0.5 } }), 'fc7', [16, 12]),
    'features',
  );
  b.output(dense(b, b.node('Dropout', [second]), 'fc8', [12, 5]), 'fc8_out', ['N', 5]);
  return b.bytes();
}
