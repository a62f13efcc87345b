import type { OnnxNode } from '../../graph/read.ts';
import type { Shape, Tensor } from '../../graph/tensor.ts';
import type { Value } from './values.ts';

/** What the translation of a node may ask of the graph that is being built. */
export interface Builder {
  /** Version of ONNX's operator set in which the file is written. */
  readonly opset: number;
  /** Whether the file was written for one image at a time, so that its constant shapes begin with 1. */
  readonly hasBatchOfOne: boolean;
  /** Whether the weights are parameters of a training step. Then arithmetic on weights is cheaper than on images. */
  readonly trains: boolean;
  /** A tensor whose first axis is the batch. */
  readonly carrier: Tensor;
  /**
   * The shape of a node's output, as it was worked out once with an open batch; undefined the first time. A batch of 12
   * cannot be told from 12 heads.
   */
  planned(node: OnnxNode): Shape | undefined;
  /** Whether that shape holds the batch; undefined the first time. */
  isForEachImage(node: OnnxNode): boolean | undefined;
  /**
   * A float constant of the file that training may change: a parameter above the boundary, a constant below it. A value
   * that depends on the image is given back, one that is no float becomes a constant.
   * @param role weight decay applies to kernels; an offset of one number (an epsilon, a temperature) is a constant
   */
  weight(value: Value, role: 'kernel' | 'offset'): Tensor;
}

/**
 * The translation of one kind of node into the graph. An input that is left out is undefined.
 * @throws SamesameError where this node cannot be translated
 */
export type Translate = (
  inputs: readonly (Value | undefined)[],
  node: OnnxNode,
  builder: Builder,
) => Value | readonly Value[];
