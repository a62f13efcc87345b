import { SamesameError } from '../base/errors.ts';
import type { DType, TensorData } from './dtype.ts';

/** One axis: a length, or the name of a length that is known only when the graph runs (the batch of an encoder). */
export type Dim = number | string;
export type Shape = readonly Dim[];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A value in a graph that is described but not computed. Tensors are immutable and compared by identity. */
export interface Tensor extends TensorType {
  readonly node: Node;
}

/** One application of an op. Ids grow with creation, so a node's inputs always have smaller ids. */
export interface Node<A = unknown> {
  readonly id: number;
  readonly rule: OpRule<A>;
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
  readonly output: Tensor;
}

/** Writes ONNX nodes while a graph is compiled. Values are referred to by name. */
export interface Emitter {
  /** Channels in a block of the target runtime's blocked convolution, where it has one. */
  readonly convBlock?: number;
  /** Adds a node with one output and returns the output's name. */
  node(opType: string, inputs: readonly string[], attributes?: OnnxAttributes, domain?: string): string;
  /** The name of a constant. Equal constants share one name. */
  constant(dtype: DType, shape: readonly number[], data: TensorData): string;
  /** The name of an int64 vector: axes, shapes, pads. */
  int64s(values: readonly number[]): string;
  /** Whether an image lies in blocks of channels already, because a blocked op made it. */
  isBlocked(image: string): boolean;
  /** The image in blocks of channels, `[N, C / block, H, W, block]`: as it was made, or reordered here. */
  toBlocks(image: string): string;
  /** The image that a blocked op made. Reordering it is left out where everybody who reads it takes blocks. */
  fromBlocks(blocks: string, channels: number): string;
  /** Says that an image has this form in blocks too. */
  alsoInBlocks(image: string, blocks: string): void;
  /**
   * The activation of an image, as a part of the blocked convolution that makes the image; undefined where none does, or
   * where others read the image too, for whom it would be made a second time.
   * @param tensor that `image` is the name of
   * @param attributes `activation` and its parameters, as the blocked convolution spells them
   */
  withActivation(image: string, tensor: Tensor, attributes: OnnxAttributes): string | undefined;
}

/** Attribute values by name. Whole numbers become ONNX ints; wrap floats as `{ float: 1 }` and `{ floats: [0, 6] }`. */
export type OnnxAttributes = Readonly<
  Record<
    string,
    number | string | readonly number[] | { float: number } | { floats: readonly number[] } | undefined
  >
>;

/** What samesame knows of an op: its shape rule, its ONNX spelling, its gradient rule. */
export interface OpRule<A> {
  /** The op's name in messages and in value names. */
  readonly name: string;
  /** The shape rule: checks the inputs and gives the type of the output. @throws E_SHAPE, E_DTYPE */
  infer(inputs: readonly Tensor[], attributes: A): TensorType;
  /** The ONNX spelling: adds nodes, returns the name of the output. */
  emit?(emitter: Emitter, inputs: readonly string[], node: Node<A>): string;
  /**
   * Before `emit`: the op as a composition of others, made when the graph is compiled. Undefined where `emit` is better
   * for this target.
   */
  compose?(inputs: readonly Tensor[], attributes: A, target: Pick<Emitter, 'convBlock'>): Tensor | undefined;
  /**
   * The gradient rule: given `dy = ∂loss/∂output`, gives `∂loss/∂inputs[index]`, a tensor of that input's shape.
   * `'none'` marks an op whose output does not vary smoothly with its inputs (comparisons, casts to integers).
   */
  gradient: ((dy: Tensor, node: Node<A>, index: number) => Tensor) | 'none';
}

let numNodes = 0;

/** Applies an op: checks the inputs by its shape rule and returns its output. */
export function apply<A>(rule: OpRule<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  const { dtype, shape } = rule.infer(inputs, attributes);
  const node = { id: numNodes++, rule, inputs, attributes } as unknown as {
    -readonly [K in keyof Node]: Node[K];
  };
  const output: Tensor = { dtype, shape, node };
  node.output = output;
  return output;
}

/** `[N, 3, 28, 28]`, for messages. */
export function describeShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** A shape that must be static: every axis a number. @throws E_SHAPE naming `user`, which needs it */
export function staticShape(shape: Shape, user: string): number[] {
  for (const dim of shape) {
    if (typeof dim !== 'number') {
      throw new SamesameError('E_SHAPE', {
        what: `${user} needs a static shape`,
        expected: 'a number on every axis',
        received: describeShape(shape),
        help: 'give the batch a fixed size; only inference graphs may leave it open',
      });
    }
  }
  return shape as number[];
}

/** Number of elements. @throws E_SHAPE where an axis is symbolic */
export function sizeOf(shape: Shape): number {
  return staticShape(shape, 'counting elements').reduce((product, dim) => product * dim, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** `axis` counted from the front: −1 becomes rank − 1. @throws E_SHAPE where it is out of range */
export function normalizeAxis(axis: number, rank: number, user: string): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || positive < 0 || positive >= rank) {
    throw new SamesameError('E_SHAPE', {
      what: `${user} was asked for an axis that is not there`,
      expected: `an integer from ${-rank} to ${rank - 1}`,
      received: String(axis),
    });
  }
  return positive;
}
