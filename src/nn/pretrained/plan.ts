import { SamesameError } from '../../base/errors.ts';
import { joinDim, splitDim } from '../../graph/dims.ts';
import { isFloat } from '../../graph/dtype.ts';
import { input } from '../../graph/ops/source.ts';
import type { OnnxModel, OnnxNode } from '../../graph/read.ts';
import { describeShape, type Shape, sameShape, type Tensor } from '../../graph/tensor.ts';
import { transposeValue } from './arrange.ts';
import type { Builder } from './builder.ts';
import { translateNode } from './translate.ts';
import { isKnown, type Known, knownOf, toTensor, type Value } from './values.ts';

/** The name of the open batch while a network is looked over. */
export const BATCH = 'batch';

/** Images that a network reads. */
export interface PlannedImage {
  readonly height: number;
  readonly width: number;
  /** Default 3. */
  readonly channels?: number;
}

/** Shape of an image's planes. */
export function planesOf({ height, width, channels = 3 }: PlannedImage): readonly number[] {
  return [channels, height, width];
}

/** A network as it was looked over once, with an open batch: what every name of the file stands for. */
export interface Plan {
  readonly name: string;
  readonly model: OnnxModel;
  /** The image input's name. */
  readonly input: string;
  /** Whether the file reads `[N, H, W, 3]`. */
  readonly readsChannelsLast: boolean;
  readonly hasBatchOfOne: boolean;
  readonly image: PlannedImage;
  /** Constants of the file and results that do not depend on the image, and the types of those that do. */
  readonly values: ReadonlyMap<string, Value>;
  /** Names whose value depends on the image. */
  readonly dependent: ReadonlySet<string>;
  /** The node that gives a name. */
  readonly producers: ReadonlyMap<string, OnnxNode>;
  /** Float constants that a node uses as weights. */
  readonly weights: ReadonlyMap<OnnxNode, readonly Known[]>;
  /** Why a name has no value. */
  readonly failures: ReadonlyMap<string, SamesameError>;
}

/**
 * Looks a network over, without running it: shapes, constants, what depends on the image. Nodes that cannot be translated
 * are noted and matter only where something is built on them.
 * @param isEncoder whether it is the encoder of a samesame model, which reads bytes
 * @throws E_MODEL where it has no image input that samesame can feed
 */
export function planNetwork(model: OnnxModel, name: string, image: PlannedImage, isEncoder = false): Plan {
  const source = findImageInput(model, name, image, isEncoder);
  const producers = new Map(model.nodes.flatMap((node) => node.outputs.map((output) => [output, node])));
  const values = new Map<string, Value>();
  for (const [key, tensor] of model.initializers) values.set(key, knownOf(key, tensor));
  const planes = input('image', 'float32', [BATCH, ...planesOf(image)]);
  values.set(source.input, fedImage(planes, source.readsChannelsLast));
  const dependent = new Set([source.input]);
  const failures = new Map<string, SamesameError>();
  const weights = new Map<OnnxNode, Known[]>();

  for (const node of model.nodes) {
    const missing = node.inputs.find((key) => key !== '' && !values.has(key));
    const used: Known[] = [];
    const builder: Builder = {
      opset: model.opset,
      hasBatchOfOne: source.hasBatchOfOne,
      trains: false,
      carrier: planes,
      planned: () => undefined,
      isForEachImage: () => undefined,
      weight: (value, role) => {
        if (isWeight(value, role)) used.push(value);
        return toTensor(value);
      },
    };
    try {
      if (missing !== undefined) throw failures.get(missing) ?? notThere(node, missing, model, name);
      for (const [key, value] of translateNode(node, (key) => values.get(key)!, builder, name)) {
        values.set(key, value);
        if (!isKnown(value) && node.inputs.some((from) => dependent.has(from))) dependent.add(key);
      }
      if (used.length > 0) weights.set(node, used);
    } catch (error) {
      if (!(error instanceof SamesameError)) throw error;
      for (const output of node.outputs) failures.set(output, error);
    }
  }
  return {
    name,
    model,
    image,
    producers,
    values,
    dependent,
    weights,
    failures,
    ...source,
  };
}

/** Float constants that training may change; an offset of one number is a setting. */
export function isWeight(value: Value, role: 'kernel' | 'offset'): value is Known {
  return isKnown(value) && isFloat(value.dtype) && (role === 'kernel' || value.values.length > 1);
}

/** What the file's image input stands for, given planes `[N, C, H, W]`. */
export function fedImage(planes: Tensor, readsChannelsLast: boolean): Value {
  return readsChannelsLast ? transposeValue(planes, [0, 2, 3, 1]) : planes;
}

/** A shape of the plan for a given batch. */
export function withBatch(shape: Shape, batch: number | string): Shape {
  return shape.map((dim) => {
    const { count, symbol, outer } = splitDim(dim);
    if (symbol !== BATCH) return dim;
    return typeof batch === 'number' ? count * batch : joinDim({ count, symbol: batch, outer });
  });
}

function findImageInput(model: OnnxModel, network: string, image: PlannedImage, isEncoder: boolean) {
  const inputs = Object.entries(model.inputs);
  const found = inputs.find(([, { shape }]) => shape.length === 4);
  const list = inputs.map(([key, { dtype, shape }]) => `${key} ${dtype} ${describeShape(shape)}`).join('; ');
  if (found === undefined) {
    throw new SamesameError('E_MODEL', {
      what: `${network} has no image input`,
      expected: 'an input [N, 3, H, W] or [N, H, W, 3]',
      received: list || 'no input',
      help: 'take the file of the image tower',
    });
  }
  const [name, { dtype, shape }] = found;
  if (isEncoder) {
    const [channels, height, width] = planesOf(image);
    const isAsToBe = dtype === 'uint8' && sameShape(shape.slice(1), [height, width, channels]);
    if (isAsToBe) return { input: name, readsChannelsLast: true, hasBatchOfOne: shape[0] === 1 };
    throw new SamesameError('E_MODEL', {
      what: `${network} does not read what its configuration says`,
      expected: `uint8 ${describeShape(['N', height, width, channels])}`,
      received: list,
    });
  }
  if (!isFloat(dtype)) {
    throw new SamesameError('E_MODEL', {
      what: `${network} reads ${dtype} images, and scales them itself`,
      expected: 'an input of scaled float32 images',
      received: list,
      help: 'export the network without its preprocessing',
    });
  }
  const readsChannelsLast = shape[3] === 3 && shape[1] !== 3;
  const channels = shape[readsChannelsLast ? 3 : 1];
  if (typeof channels === 'number' && channels !== 3) {
    throw new SamesameError('E_MODEL', {
      what: `${network} does not read colour images`,
      expected: '3 channels',
      received: list,
    });
  }
  if (typeof shape[0] === 'number' && shape[0] !== 1) {
    throw new SamesameError('E_MODEL', {
      what: `${network} was written for batches of ${shape[0]} images`,
      expected: 'an open batch, or a batch of 1',
      received: list,
      help: 'export the network with a dynamic batch axis',
    });
  }
  return { input: name, readsChannelsLast, hasBatchOfOne: shape[0] === 1 };
}

function notThere(node: OnnxNode, missing: string, model: OnnxModel, network: string): SamesameError {
  const isInput = Object.hasOwn(model.inputs, missing);
  return new SamesameError('E_MODEL', {
    what: `${network} needs "${missing}" for its ${node.opType} node "${node.name || node.outputs[0]}"`,
    expected: 'a network of one image and nothing else',
    received: isInput ? 'another input of the file' : 'a value that no node gives',
    help: 'choose a place below it with --cut, or take the file of the image tower',
  });
}
