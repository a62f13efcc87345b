import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import type { ChannelScale, Channels } from './types.ts';

const HALF: Channels = [0.5, 0.5, 0.5];
const BYTE = 1 / 255;

/** The ways of scaling pixels that have a name among those who train networks. */
export const PIXEL_SCALES = {
  /** Mean and deviation of the photos of ImageNet: torchvision, timm, most of the hub. */
  imagenet: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225], order: 'rgb' },
  /** −1…1, `byte / 127.5 − 1`: TensorFlow's MobileNet, Google's vision transformers. */
  symmetric: { mean: HALF, deviation: HALF, order: 'rgb' },
  /** 0…1, `byte / 255`. */
  unit: { mean: [0, 0, 0], deviation: [1, 1, 1], order: 'rgb' },
  /** Mean and deviation of the photos that CLIP learned from. */
  clip: {
    mean: [0.48145466, 0.4578275, 0.40821073],
    deviation: [0.26862954, 0.26130258, 0.27577711],
    order: 'rgb',
  },
  /** Blue first, bytes less their mean: VGG and ResNet as Caffe and Keras have them. */
  caffe: {
    mean: [103.939 * BYTE, 116.779 * BYTE, 123.68 * BYTE],
    deviation: [BYTE, BYTE, BYTE],
    order: 'bgr',
  },
} as const satisfies Record<string, ChannelScale>;

export type PixelScaleName = keyof typeof PIXEL_SCALES;

export const PIXEL_SCALE_NAMES = Object.keys(PIXEL_SCALES) as PixelScaleName[];

/** @throws E_CONFIG naming the nearest */
export function findPixelScale(name: string): ChannelScale {
  if (Object.hasOwn(PIXEL_SCALES, name)) return PIXEL_SCALES[name as PixelScaleName];
  const near = suggest(name, PIXEL_SCALE_NAMES);
  throw new SamesameError('E_CONFIG', {
    what: `there is no way of scaling pixels called "${name}"`,
    expected: PIXEL_SCALE_NAMES.join(', '),
    received: name,
    help: near === undefined ? 'or give mean and deviation themselves' : `did you mean "${near}"?`,
    details: { name, suggestion: near },
  });
}
