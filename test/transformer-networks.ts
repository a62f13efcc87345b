import { TensorProto_DataType as Type } from 'onnx-buf';
import { int64Tensor, type OnnxBuilder, onnxBuilder } from './onnx-builder.ts';

// Small transformers of the op patterns of well-known ones, as exporters write them, with random weights.

const WIDTH = 8;
const HEADS = 2;
const HEAD = WIDTH / HEADS;

const matmulBias = (b: OnnxBuilder, x: string, name: string, shape: readonly [number, number]) =>
  b.node('Add', [
    b.weight(`${name}.bias`, [shape[1]]),
    b.node('MatMul', [x, b.weight(`onnx::MatMul_${name}`, shape)]),
  ]);

/** Before operator set 17: mean, deviation and scale one by one. */
const layerNormApart = (b: OnnxBuilder, x: string, name: string) => {
  const centred = b.node('Sub', [x, b.node('ReduceMean', [x], { axes: [-1] })]);
  const variance = b.node('ReduceMean', [b.node('Pow', [centred, b.float(2)])], { axes: [-1] });
  const deviation = b.node('Sqrt', [b.node('Add', [variance, b.float(1e-5)])]);
  const scaled = b.node('Mul', [b.node('Div', [centred, deviation]), b.weight(`${name}.weight`, [WIDTH], 1)]);
  return b.node('Add', [scaled, b.weight(`${name}.bias`, [WIDTH])]);
};

const layerNorm = (b: OnnxBuilder, x: string, name: string, output = '') =>
  b.node(
    'LayerNormalization',
    [x, b.weight(`${name}.weight`, [WIDTH], 1), b.weight(`${name}.bias`, [WIDTH])],
    { axis: -1, epsilon: { float: 1e-6 } },
    output,
  );

const geluErf = (b: OnnxBuilder, x: string) => {
  const half = b.node('Add', [b.node('Erf', [b.node('Div', [x, b.float(Math.SQRT2)])]), b.float(1)]);
  return b.node('Mul', [b.node('Mul', [x, half]), b.float(0.5)]);
};

/** Element `index` of a shape, as a vector of one. */
const dim = (b: OnnxBuilder, x: string, index: number) =>
  b.node('Unsqueeze', [
    b.node('Gather', [b.node('Shape', [x]), b.int64s([index], [])], { axis: 0 }),
    b.int64s([0]),
  ]);

/**
 * DINOv2 by Optimum: an open batch, all shapes computed, the class token expanded by Where, LayerScale, attention scaled by
 * the root of a shape, tokens as output.
 */
export function dinov2(): Uint8Array {
  const b = onnxBuilder(14);
  const pixels = b.input('pixel_values', ['batch_size', 3, 'height', 'width']);
  const patches = b.node(
    'Conv',
    [pixels, b.weight('patch.weight', [WIDTH, 3, 4, 4]), b.weight('patch.bias', [WIDTH])],
    { kernel_shape: [4, 4], strides: [4, 4], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 },
    '/embeddings/projection',
  );
  const upTo2 = b.node('Slice', [b.node('Shape', [patches]), b.int64s([0]), b.int64s([2]), b.int64s([0])]);
  const flat = b.node('Reshape', [patches, b.node('Concat', [upTo2, b.int64s([-1])], { axis: 0 })]);
  const rows = b.node('Transpose', [flat], { perm: [0, 2, 1] });
  // cls_token.expand(batch_size, -1, -1)
  const wanted = b.node('Concat', [dim(b, pixels, 0), b.int64s([-1]), b.int64s([-1])], { axis: 0 });
  const ones = b.node('ConstantOfShape', [b.node('Shape', [wanted])], {
    value: { tensor: int64Tensor([1]) },
  });
  const isKept = b.node('Equal', [wanted, b.node('Mul', [ones, b.int64s([-1], [])])]);
  const shape = b.node('Where', [isKept, ones, wanted]);
  const token = b.node('Expand', [b.weight('cls_token', [1, 1, WIDTH]), shape]);
  let x = b.node('Concat', [token, rows], { axis: 1 });
  x = b.node('Add', [x, b.weight('position_embeddings', [1, 17, WIDTH])]);

  for (const layer of [0, 1]) {
    const name = `layer.${layer}`;
    const normal = layerNormApart(b, x, `${name}.norm1`);
    const heads = (part: string) => {
      const y = matmulBias(b, normal, `${name}.${part}`, [WIDTH, WIDTH]);
      const split = b.node('Concat', [dim(b, y, 0), dim(b, y, 1), b.int64s([HEADS]), b.int64s([HEAD])], {
        axis: 0,
      });
      return b.node('Reshape', [y, split]);
    };
    const query = b.node('Transpose', [heads('query')], { perm: [0, 2, 1, 3] });
    const key = b.node('Transpose', [heads('key')], { perm: [0, 2, 3, 1] });
    const value = b.node('Transpose', [heads('value')], { perm: [0, 2, 1, 3] });
    const width = b.node('Gather', [b.node('Shape', [query]), b.int64s([-1], [])], { axis: 0 });
    const root = b.node('Sqrt', [b.node('Cast', [width], { to: 1 })]);
    const scale = b.node('Sqrt', [b.node('Div', [b.float(1), root])]);
    const logits = b.node('MatMul', [b.node('Mul', [query, scale]), b.node('Mul', [key, scale])]);
    const mixed = b.node('MatMul', [b.node('Softmax', [logits], { axis: -1 }), value]);
    const back = b.node('Transpose', [mixed], { perm: [0, 2, 1, 3] });
    const joined = b.node('Reshape', [back, b.int64s([0, 0, WIDTH])]);
    const projected = matmulBias(b, joined, `${name}.out`, [WIDTH, WIDTH]);
    x = b.node(
      'Add',
      [b.node('Mul', [projected, b.weight(`${name}.scale1`, [WIDTH], 1)]), x],
      {},
      `/${name}/add1`,
    );
    // As newer exporters leave it: the weight turned in the graph.
    const turned = b.node('Transpose', [b.weight(`${name}.fc1.weight`, [2 * WIDTH, WIDTH])], {
      perm: [1, 0],
    });
    const wider = b.node('MatMul', [layerNormApart(b, x, `${name}.norm2`), turned]);
    const hidden = b.node('Add', [wider, b.weight(`${name}.fc1.bias`, [2 * WIDTH])]);
    const out = matmulBias(b, geluErf(b, hidden), `${name}.fc2`, [2 * WIDTH, WIDTH]);
    x = b.node('Add', [b.node('Mul', [out, b.weight(`${name}.scale2`, [WIDTH], 1)]), x], {}, `/${name}/add2`);
  }
  b.output(layerNormApart(b, x, 'layernorm'), 'last_hidden_state', ['batch_size', 17, WIDTH]);
  return b.bytes();
}

/**
 * timm by PyTorch with a batch of one: constant shapes that begin with 1, one product for query, key and value taken apart
 * by Gather or Split, LayerNormalization as an op, the class token picked for a head.
 */
export function vit(isSplit: boolean): Uint8Array {
  const b = onnxBuilder(17);
  const image = b.input('input', [1, 3, 16, 16]);
  const patches = b.node(
    'Conv',
    [image, b.weight('proj.weight', [WIDTH, 3, 4, 4]), b.weight('proj.bias', [WIDTH])],
    {
      kernel_shape: [4, 4],
      strides: [4, 4],
    },
  );
  const rows = b.node('Transpose', [b.node('Reshape', [patches, b.int64s([1, WIDTH, 16])])], {
    perm: [0, 2, 1],
  });
  let x = b.node('Concat', [b.weight('cls_token', [1, 1, WIDTH]), rows], { axis: 1 });
  x = b.node('Add', [x, b.weight('pos_embed', [1, 17, WIDTH])]);
  const qkv = matmulBias(b, layerNorm(b, x, 'norm1'), 'qkv', [WIDTH, 3 * WIDTH]);
  const parted = b.node('Transpose', [b.node('Reshape', [qkv, b.int64s([1, 17, 3, HEADS, HEAD])])], {
    perm: [2, 0, 3, 1, 4],
  });
  const [query, key, value] = isSplit
    ? b
        .nodes('Split', [parted, b.int64s([1, 1, 1])], 3, { axis: 0 })
        .map((x) => b.node('Squeeze', [x, b.int64s([0])]))
    : [0, 1, 2].map((i) => b.node('Gather', [parted, b.int64s([i], [])], { axis: 0 }));
  const logits = b.node('MatMul', [query, b.node('Transpose', [key], { perm: [0, 1, 3, 2] })]);
  const scaled = b.node('Mul', [logits, b.float(HEAD ** -0.5)]);
  const mixed = b.node('MatMul', [b.node('Softmax', [scaled], { axis: -1 }), value]);
  const joined = b.node('Reshape', [
    b.node('Transpose', [mixed], { perm: [0, 2, 1, 3] }),
    b.int64s([1, 17, WIDTH]),
  ]);
  x = b.node('Add', [x, matmulBias(b, joined, 'proj', [WIDTH, WIDTH])]);
  const hidden = geluErf(b, matmulBias(b, layerNorm(b, x, 'norm2'), 'fc1', [WIDTH, 2 * WIDTH]));
  x = b.node('Add', [x, matmulBias(b, hidden, 'fc2', [2 * WIDTH, WIDTH])]);
  const token = b.node('Gather', [layerNorm(b, x, 'norm'), b.int64s([0], [])], { axis: 1 }, 'features');
  b.output(
    b.node('Gemm', [token, b.weight('head.weight', [5, WIDTH]), b.weight('head.bias', [5])], { transB: 1 }),
    'output',
    [1, 5],
  );
  return b.bytes();
}

/**
 * CLIP's image tower beside a text input: tokens first, `[L, N, D]`, heads and batch on one axis, x·σ(1.702·x), and a
 * projection that is scaled to length 1.
 */
export function clip(isBatchOfOne: boolean): Uint8Array {
  const b = onnxBuilder(16);
  const batch = isBatchOfOne ? 1 : 'batch';
  const pixels = b.input('pixel_values', [batch, 3, 16, 16]);
  b.input('input_ids', ['text', 'length'], Type.INT64);
  const patches = b.node('Conv', [pixels, b.weight('conv1.weight', [WIDTH, 3, 8, 8])], { strides: [8, 8] });
  const count = isBatchOfOne ? b.int64s([1]) : dim(b, patches, 0);
  const flat = b.node('Reshape', [patches, b.node('Concat', [count, b.int64s([WIDTH, -1])], { axis: 0 })]);
  const rows = b.node('Transpose', [flat], { perm: [0, 2, 1] });
  const zeros = b.node('ConstantOfShape', [
    b.node('Concat', [isBatchOfOne ? b.int64s([1]) : b.int64s([1]), b.int64s([1, WIDTH])], { axis: 0 }),
  ]);
  const token = b.node('Add', [b.weight('class_embedding', [WIDTH]), zeros]);
  const tokens = isBatchOfOne
    ? token
    : b.node('Tile', [token, b.node('Concat', [count, b.int64s([1, 1])], { axis: 0 })]);
  let x = b.node('Concat', [tokens, rows], { axis: 1 });
  x = layerNorm(b, b.node('Add', [x, b.weight('positional_embedding', [5, WIDTH])]), 'ln_pre');
  x = b.node('Transpose', [x], { perm: [1, 0, 2] });
  const normal = layerNorm(b, x, 'ln_1');
  const both = b.node('Mul', [count, b.int64s([HEADS])]);
  const heads = (part: string) => {
    const shape = b.node('Concat', [b.int64s([5]), both, b.int64s([HEAD])], { axis: 0 });
    const y = b.node('Reshape', [matmulBias(b, normal, part, [WIDTH, WIDTH]), shape]);
    return b.node('Transpose', [y], { perm: [1, 0, 2] });
  };
  const query = b.node('Div', [heads('q'), b.float(Math.sqrt(HEAD))]);
  const weights = b.node('Softmax', [
    b.node('MatMul', [query, b.node('Transpose', [heads('k')], { perm: [0, 2, 1] })]),
  ]);
  const mixed = b.node('Transpose', [b.node('MatMul', [weights, heads('v')])], { perm: [1, 0, 2] });
  const rowsOf = b.node('Mul', [count, b.int64s([5])]);
  const matrix = b.node('Reshape', [mixed, b.node('Concat', [rowsOf, b.int64s([WIDTH])], { axis: 0 })]);
  const out = b.node(
    'Gemm',
    [matrix, b.weight('out.weight', [WIDTH, WIDTH]), b.weight('out.bias', [WIDTH])],
    {
      transB: 1,
    },
  );
  const again = b.node('Reshape', [
    out,
    b.node('Concat', [b.int64s([5]), count, b.int64s([WIDTH])], { axis: 0 }),
  ]);
  x = b.node('Add', [x, again], {}, 'attention');
  const hidden = matmulBias(b, layerNorm(b, x, 'ln_2'), 'c_fc', [WIDTH, 2 * WIDTH]);
  const quick = b.node('Mul', [hidden, b.node('Sigmoid', [b.node('Mul', [hidden, b.float(1.702)])])]);
  x = b.node('Add', [x, matmulBias(b, quick, 'c_proj', [2 * WIDTH, WIDTH])], {}, 'mlp');
  const first = b.node('Slice', [
    b.node('Transpose', [x], { perm: [1, 0, 2] }),
    b.int64s([0]),
    b.int64s([1]),
    b.int64s([1]),
  ]);
  const pooled = layerNorm(b, b.node('Squeeze', [first, b.int64s([1])]), 'ln_post');
  const projected = b.node('MatMul', [pooled, b.weight('proj', [WIDTH, 6])]);
  const length = b.node('ReduceL2', [projected], { axes: [1], keepdims: 1 });
  b.output(b.node('Div', [projected, length]), 'image_embeds', [batch, 6]);
  return b.bytes();
}

/** The newest spellings: operator set 20's Gelu, axes and sizes as inputs, Split by count, bool arithmetic on constants. */
export function newest(): Uint8Array {
  const b = onnxBuilder(21);
  const image = b.input('x', ['N', 3, 16, 16]);
  let x = b.node('Conv', [image, b.weight('stem', [WIDTH, 3, 4, 4])], { strides: [4, 4], auto_pad: 'VALID' });
  x = b.node(
    'Gelu',
    [b.node('InstanceNormalization', [x, b.weight('in.scale', [WIDTH], 1), b.weight('in.bias', [WIDTH])])],
    {
      approximate: 'tanh',
    },
  );
  const [left, right] = b.nodes('Split', [x], 2, { axis: 1, num_outputs: 2 });
  x = b.node('Mul', [left, b.node('Mish', [b.node('PRelu', [right, b.weight('slope', [4, 1, 1])])])]);
  x = b.node('Max', [x, b.node('Elu', [b.node('Neg', [x])], { alpha: { float: 0.5 } })]);
  x = b.node('Pad', [x, b.int64s([1, 0, 0, 1]), b.float(0.25), b.int64s([2, 3])]);
  x = b.node('Gelu', [b.node('Conv', [x, b.weight('second', [WIDTH, 4, 2, 2])])], {}, 'features');
  const mean = b.node('ReduceMean', [x, b.int64s([-1, -2])], { keepdims: 0 });
  b.output(b.node('Gemm', [mean, b.weight('fc', [WIDTH, 5])]), 'logits', ['N', 5]);
  return b.bytes();
}
