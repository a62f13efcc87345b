import { type NodeProto, TensorProto_DataType as Type } from 'onnx-buf';
import { valueInfo } from '../graph/value-info.ts';
import type { ImageDims } from './calibrate-ranges.ts';
import { type EditableGraph, editGraph, intOf, intsOf } from './editable-graph.ts';

/** What the input of a hub folder's network is called, as transformers.js has it. */
export const HUB_INPUT = 'pixel_values';
/** What its output is called: the name under which transformers.js hands embeddings of images on. */
export const HUB_OUTPUT = 'image_embeds';

/**
 * An encoder with the input and output that transformers.js feeds and reads: `pixel_values` float32 `[batch, 3, H, W]`, bytes
 * divided by 255, → `image_embeds` float32 `[batch, D]`. The bytes are brought back exactly (`round(255·x)`), so embeddings
 * are those of the encoder. An encoder of grey images gets the luminance of the colours.
 * @param encoder bytes of an `encoder.onnx`, in 8 bits or half precision too; they stay as they are
 * @returns ONNX bytes, owned by the caller
 */
export function toHubGraph(encoder: Uint8Array, dims: ImageDims): Uint8Array {
  const edit = editGraph(encoder);
  const [height, width, channels] = dims;
  const [images] = edit.graph.input.map(({ name }) => name);
  const [embedding] = edit.graph.output.map(({ name }) => name);
  edit.graph.input = [valueInfo(HUB_INPUT, { dtype: 'float32', shape: ['batch', 3, height, width] })];
  const before = edit.graph.node[0];
  const add = (opType: string, inputs: string[], attributes = {}) =>
    edit.addNode(opType, inputs, attributes, { base: `pixels_${opType}`, before });
  const bytes = add('Round', [
    add('Mul', [channels === 1 ? luminance(edit, add) : HUB_INPUT, number(edit, 255)]),
  ]);
  readBytes(edit, images, bytes, add);

  const output = edit.graph.output[0];
  output.name = HUB_OUTPUT;
  const maker = edit.producer(embedding)!;
  maker.output = maker.output.map((name) => (name === embedding ? HUB_OUTPUT : name));
  return edit.toBytes();
}

type Add = (opType: string, inputs: string[], attributes?: Record<string, number | number[]>) => string;

/** Lets the network read bytes as float32 `[batch, C, H, W]` where it would have turned its images into just that. */
function readBytes(edit: EditableGraph, images: string, bytes: string, add: Add): void {
  for (const cast of edit.consumers(images)) {
    if (cast.opType !== 'Cast' || intOf(cast, 'to', Type.FLOAT) !== Type.FLOAT) continue;
    for (const node of edit.consumers(cast.output[0])) {
      if (!isToPlanes(node)) continue;
      edit.replaceUses(node.output[0], bytes);
      edit.remove(node);
    }
  }
  // Anything else reads the images as they were.
  const isRead = ({ output }: NodeProto) => output.some((name) => edit.consumers(name).length > 0);
  if (!edit.consumers(images).some(isRead)) return;
  const rows = add('Transpose', [bytes], { perm: [0, 2, 3, 1] });
  edit.replaceUses(images, add('Cast', [rows], { to: Type.UINT8 }));
}

function isToPlanes(node: NodeProto): boolean {
  return node.opType === 'Transpose' && intsOf(node, 'perm')?.join() === '0,3,1,2';
}

/**
 * Luminance as libvips makes grey of sRGB: the mean of light, not of its code.
 * @source IEC 61966-2-1 (sRGB), weights of ITU-R BT.709
 */
function luminance(edit: EditableGraph, add: Add): string {
  const of = (value: number) => number(edit, value);
  const lit = add('Pow', [
    add('Div', [add('Add', [add('Max', [HUB_INPUT, of(0)]), of(0.055)]), of(1.055)]),
    of(2.4),
  ]);
  const light = add('Where', [
    add('Less', [HUB_INPUT, of(0.04045)]),
    add('Div', [HUB_INPUT, of(12.92)]),
    lit,
  ]);
  const shares = edit.addConstant(
    'pixels_luminance',
    Type.FLOAT,
    [3, 1, 1],
    Float32Array.of(0.2126, 0.7152, 0.0722),
  );
  const axis = edit.addConstant('pixels_axis', Type.INT64, [1], BigInt64Array.of(1n));
  const sum = add('ReduceSum', [add('Mul', [light, shares]), axis], { keepdims: 1 });
  const coded = add('Sub', [add('Mul', [add('Pow', [sum, of(1 / 2.4)]), of(1.055)]), of(0.055)]);
  return add('Where', [add('Less', [sum, of(0.0031308)]), add('Mul', [sum, of(12.92)]), coded]);
}

function number(edit: EditableGraph, value: number): string {
  return edit.addConstant('pixels_number', Type.FLOAT, [], Float32Array.of(value));
}
