import { SamesameError } from '../../base/errors.ts';
import { checkOptionNames } from '../../base/suggest.ts';

/**
 * How training images are varied. Everything is off unless it is asked for; each drawn anew for every image.
 * Fractions of brightness are of the range from black to white.
 */
export interface AugmentOptions {
  /** Probability of a mirror image, left for right. From 0 to 1. Default 0. */
  readonly flipHorizontal?: number;
  /** Probability of a mirror image, top for bottom. From 0 to 1. Default 0. */
  readonly flipVertical?: number;
  /** Turn by up to ± this many degrees about the centre, from 0 to 180. Default 0. */
  readonly rotateDegrees?: number;
  /** Slant by up to ± this many degrees, as italics are, from 0 to 45. Default 0. */
  readonly shearDegrees?: number;
  /** Widen by a factor from 1 / (1 + stretch) to 1 + stretch and flatten by as much, from 0 to .9. Default 0. */
  readonly stretch?: number;
  /** Move by up to ± this many whole pixels along each axis, from 0. Default 0. */
  readonly shiftPixels?: number;
  /** Move by up to ± this share of each side, in whole pixels, from 0 to 1. Default 0. Not with `shiftPixels`. */
  readonly shiftFraction?: number;
  /** Scale by a factor from 1 − zoom to 1 + zoom, from 0 to .9. Default 0. */
  readonly zoom?: number;
  /** Add up to ± this to every value, from 0 to 1. Default 0. */
  readonly brightness?: number;
  /** Multiply distances from mid-grey by a factor from 1 − contrast to 1 + contrast, from 0 to 1. Default 0. */
  readonly contrast?: number;
  /** Probability of the negative. From 0 to 1. Default 0. */
  readonly invert?: number;
  /** Standard deviation of noise added to each value by itself, from 0 to 1. Default 0. */
  readonly noise?: number;
  /** Probability of a rectangle of random values, which hides part of the image. From 0 to 1. Default 0. */
  readonly erase?: number;
  /** Smallest and largest share of the image that the rectangle hides. Default [.02, .33], as in torchvision. */
  readonly eraseArea?: readonly [number, number];
  /**
   * What a turned, moved or shrunk image shows where it has no pixel: `edge` (default) repeats the nearest pixel, which
   * adds no contour that was not there; a number from 0 to 255 is that constant.
   */
  readonly border?: 'edge' | number;
}

const DEFAULTS: Required<AugmentOptions> = {
  flipHorizontal: 0,
  flipVertical: 0,
  rotateDegrees: 0,
  shearDegrees: 0,
  stretch: 0,
  shiftPixels: 0,
  shiftFraction: 0,
  zoom: 0,
  brightness: 0,
  contrast: 0,
  invert: 0,
  noise: 0,
  erase: 0,
  eraseArea: [0.02, 0.33],
  border: 'edge',
};

const LARGEST: Readonly<Partial<Record<keyof AugmentOptions, number>>> = {
  rotateDegrees: 180,
  shearDegrees: 45,
  stretch: 0.9,
  shiftPixels: Number.MAX_SAFE_INTEGER,
  zoom: 0.9,
};

/**
 * The options with their defaults.
 * @throws E_CONFIG for an unknown name (with a suggestion) or a value out of range
 */
export function readAugmentOptions(options: AugmentOptions): Required<AugmentOptions> {
  checkOptionNames('augmentation', options, Object.keys(DEFAULTS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all: Required<AugmentOptions> = { ...DEFAULTS, ...given };
  for (const [name, value] of Object.entries(all)) {
    if (name === 'border' || name === 'eraseArea') continue;
    const largest = LARGEST[name as keyof AugmentOptions] ?? 1;
    if (!(typeof value === 'number' && value >= 0 && value <= largest))
      throw outOfRange(name, `a number from 0 to ${largest}`, value);
  }
  if (!Number.isInteger(all.shiftPixels)) throw outOfRange('shiftPixels', 'a whole number', all.shiftPixels);
  if (all.shiftPixels > 0 && all.shiftFraction > 0) {
    throw outOfRange('shiftFraction', 'either shiftPixels or shiftFraction', all.shiftFraction);
  }
  const { border, eraseArea } = all;
  if (border !== 'edge' && !(Number.isInteger(border) && border >= 0 && border <= 255)) {
    throw outOfRange('border', '"edge" or a whole number from 0 to 255', border);
  }
  if (!(eraseArea.length === 2 && eraseArea[0] > 0 && eraseArea[0] <= eraseArea[1] && eraseArea[1] <= 1)) {
    throw outOfRange('eraseArea', 'two shares [smallest, largest] above 0 and up to 1', eraseArea);
  }
  return all;
}

function outOfRange(name: string, expected: string, received: unknown): SamesameError {
  return new SamesameError('E_CONFIG', {
    what: `the augmentation option ${name} is out of range`,
    expected,
    received: JSON.stringify(received),
    details: { option: name },
  });
}
