import { type Emitter, type Node, type OnnxAttributes, sameShape } from '../tensor.ts';

/**
 * An elementwise op as one ONNX node. Where an operand lies in blocks of channels, the op works on the blocks: the order
 * of the elements is nothing to it, and reordering an image costs as much as the op. The other operands must be numbers,
 * or images of the same size, which then are reordered.
 */
export function emitElementwise(
  emitter: Emitter,
  opType: string,
  names: readonly string[],
  { inputs, output }: Pick<Node, 'inputs' | 'output'>,
  attributes?: OnnxAttributes,
): string {
  const { shape } = output;
  const isImage = names.map((_, i) => sameShape(inputs[i].shape, shape));
  const canBlock =
    shape.length === 4 &&
    names.every((_, i) => isImage[i] || inputs[i].shape.length === 0) &&
    names.some((name, i) => isImage[i] && emitter.isBlocked(name)) &&
    // The runtime reorders no other type.
    names.every((name, i) => inputs[i].dtype === 'float32' || emitter.isBlocked(name));
  if (!canBlock) return emitter.node(opType, names, attributes);
  const blocks = emitter.node(
    opType,
    names.map((name, i) => (isImage[i] ? emitter.toBlocks(name) : name)),
    attributes,
  );
  if (output.dtype === 'float32') return emitter.fromBlocks(blocks, Number(shape[1]));
  const image = emitter.node(opType, names, attributes);
  emitter.alsoInBlocks(image, blocks);
  return image;
}
