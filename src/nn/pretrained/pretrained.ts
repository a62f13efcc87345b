import type { OnnxModel } from '../../graph/read.ts';
import type { Layer } from '../layers/layer.ts';
import { type Block, countParameters, listBlocks } from './blocks.ts';
import { findBoundaries, nodesTowards } from './boundaries.ts';
import { frozenLayer, trainableLayer } from './build.ts';
import { type Cut, featuresCut, findCut, isName, LAST_MAP, lastMapCut, namedCut } from './cut.ts';
import { chooseBoundary, type Freeze } from './freeze.ts';
import { type Plan, type PlannedImage, planesOf, planNetwork } from './plan.ts';

export interface PretrainedOptions {
  /** For messages: the name of the backbone, or of the file. */
  readonly name: string;
  /** Size of the images that it is to read. A network without fixed shapes inside takes any. */
  readonly image: PlannedImage;
  /**
   * Whether it is the encoder of a samesame model. Then its planes are bytes from 0 to 255, for it scales them itself, and
   * it is cut off in front of its embedding, which is of the things that it learned. Default false.
   */
  readonly isEncoder?: boolean;
  /**
   * Name of the tensor or node to cut the network off at; `NAME[0]` takes the first token of `[N, T, D]`; `map` is the
   * last map, without the dense layers behind it. Default: found by itself, since few know the names in their file.
   */
  readonly cut?: string;
  /**
   * How much stays as it is: a share of the layers with weights in 0…1, `all` up to the cut, `none`, or everything up to
   * a tensor.
   */
  readonly freeze: Freeze;
}

/** A network that was read from a file, in two layers: a frozen trunk, and a tail that training changes. */
export interface Pretrained {
  readonly name: string;
  /** Size of the images that it reads. */
  readonly image: PlannedImage;
  /** The tensor at which the classifier was cut off; `NAME[0]` for its first token. */
  readonly cut: string;
  /** Shape there, without the batch: `[C, H, W]` before a global pool, `[D]`, or `[T, D]`. */
  readonly outputShape: readonly number[];
  /** The tensor up to which it is frozen; undefined where nothing is. */
  readonly frozenUpTo: string | undefined;
  /** Shape there, without the batch; `[C, H, W]` where nothing is frozen. */
  readonly trunkShape: readonly number[];
  /**
   * Scaled planes `float32 [N, C, H, W] → float32 [N, ...trunkShape]`; N may be open. Its weights are constants and no
   * gradient passes. The image itself where nothing is frozen.
   */
  readonly trunk: Layer;
  /**
   * `float32 [N, ...trunkShape] → float32 [N, ...outputShape]`. Its weights are parameters of the scope, named and filled
   * as in the file; batch norm keeps the file's statistics. The identity where everything is frozen.
   */
  readonly tail: Layer;
  /** From the image to the cut. */
  readonly blocks: readonly Block[];
  readonly numFrozenParameters: number;
  readonly numTrainableParameters: number;
}

/**
 * A pretrained ONNX network as two layers of a graph, its classifier cut off: op by op, so that gradients pass through
 * the part that is not frozen.
 * @param model as `readOnnx` gives it; its arrays are kept, not copied, and not written to
 * @throws E_CONFIG where a name is unknown or cannot be a boundary; E_MODEL where a node cannot be taken over, or has no
 *   gradient and stands above the boundary: the message names it and the boundary that would do
 * @example
 * const network = openPretrained(readOnnx(bytes), {
 *   name: 'mobilenet-v2',
 *   image: { height: 224, width: 224 },
 *   freeze: 0.7,
 * });
 * network.cut; // 'conv51'
 * network.outputShape; // [1280, 7, 7]
 * network.tail(network.trunk(planes, scope), scope); // [N, 1280, 7, 7]
 */
export function openPretrained(
  model: OnnxModel,
  { name, image, isEncoder = false, cut: cutName, freeze }: PretrainedOptions,
): Pretrained {
  const plan = planNetwork(model, name, image, isEncoder);
  const cut = isEncoder && cutName === undefined ? featuresCut(plan) : chooseCut(plan, cutName);
  const nodes = nodesTowards(plan, cut.tensor);
  const boundaries = findBoundaries(plan, nodes, cut.tensor);
  const end = boundaries[boundaries.length - 1];
  const frozen = chooseBoundary(plan, nodes, boundaries, freeze);
  const isWhole = frozen?.name === end.name;
  const numFrozen = frozen === undefined ? 0 : frozen.index + 1;
  const outputShape = cut.takesFirstToken ? end.shape.slice(1) : end.shape;
  const [below, above] = [nodes.slice(0, numFrozen), nodes.slice(numFrozen)];
  return {
    name,
    image,
    cut: cut.label,
    outputShape,
    frozenUpTo: isWhole ? cut.label : frozen?.name,
    trunkShape: frozen === undefined ? planesOf(image) : isWhole ? outputShape : frozen.shape,
    trunk:
      frozen === undefined
        ? (x) => x
        : frozenLayer(plan, {
            from: undefined,
            to: frozen,
            nodes: below,
            takesFirstToken: isWhole && cut.takesFirstToken,
          }),
    tail: isWhole
      ? (x) => x
      : trainableLayer(plan, {
          from: frozen,
          to: end,
          nodes: above,
          takesFirstToken: cut.takesFirstToken,
        }),
    blocks: listBlocks(plan, nodes, boundaries, frozen),
    numFrozenParameters: countParameters(plan, below),
    numTrainableParameters: countParameters(plan, above),
  };
}

function chooseCut(plan: Plan, name: string | undefined): Cut {
  if (name === undefined) return findCut(plan);
  return name === LAST_MAP && !isName(plan, name) ? lastMapCut(plan) : namedCut(plan, name);
}
