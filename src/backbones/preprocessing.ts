import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import type { ResizeRule } from '../data/types.ts';
import type { FoundConfig } from './preprocessor-config.ts';
import { findPixelScale, PIXEL_SCALE_NAMES, type PixelScaleName } from './scales.ts';
import type { ChannelOrder, Channels, Preprocessing } from './types.ts';

/** What a person says of a network's pixels. It goes before what is written beside the network or in the table. */
export interface PreprocessingOptions {
  /** Height and width; one number is a square. */
  readonly size?: number | { readonly height: number; readonly width: number };
  /** How photos get that size. Default for a network that nothing is written of: `cover`, what most were trained with. */
  readonly resize?: ResizeRule;
  /** Mean, deviation and order by their name. Never assumed: a wrong one costs accuracy and says nothing. */
  readonly pixelScale?: PixelScaleName;
  /** In 0…1: for all channels, or for each in the order that the network reads. */
  readonly pixelMean?: number | readonly number[];
  /** Likewise, above 0. */
  readonly pixelDeviation?: number | readonly number[];
  /** Default: as `pixelScale` or the network's own description has it, else `rgb`. */
  readonly channelOrder?: ChannelOrder;
}

export const PREPROCESSING_OPTION_NAMES = [
  'size',
  'resize',
  'pixelScale',
  'pixelMean',
  'pixelDeviation',
  'channelOrder',
] as const satisfies readonly (keyof PreprocessingOptions)[];

const RESIZE_RULES: readonly ResizeRule[] = ['fit', 'cover', 'stretch'];
const ORDERS: readonly ChannelOrder[] = ['rgb', 'bgr'];

/**
 * The preprocessing of a network: what `options` say, over what is known of it.
 * @param name of the network, for messages
 * @throws E_CONFIG for an option that is out of its range, or where nothing says what is needed
 */
export function choosePreprocessing(
  name: string,
  known: Partial<Preprocessing & FoundConfig> | undefined,
  options: PreprocessingOptions = {},
): Preprocessing {
  const size = options.size === undefined ? undefined : checkSize(options.size);
  const named = options.pixelScale === undefined ? undefined : findPixelScale(options.pixelScale);
  const base = named ?? known?.scale;
  const mean = options.pixelMean === undefined ? base?.mean : checkMean(options.pixelMean);
  const deviation =
    options.pixelDeviation === undefined ? base?.deviation : checkDeviation(options.pixelDeviation);
  const { height = known?.height, width = known?.width } = size ?? {};
  if (height === undefined || width === undefined || mean === undefined || deviation === undefined) {
    const missing = [
      height === undefined ? 'the size of its input (--size)' : undefined,
      mean === undefined ? 'the mean of its pixels (--pixel-mean)' : undefined,
      deviation === undefined ? 'their deviation (--pixel-deviation)' : undefined,
    ].filter((each) => each !== undefined);
    throw new SamesameError('E_CONFIG', {
      what: `nothing says how ${name} wants its photos: missing is ${missing.join(', ')}`,
      expected: `a preprocessor_config.json of the Hugging Face hub, or the config.json of timm, beside it; or options`,
      help:
        `for example --size 224 --pixel-scale imagenet, which most networks of torchvision and timm want; ` +
        `--pixel-scale knows ${PIXEL_SCALE_NAMES.join(', ')}`,
      details: { name },
    });
  }
  return {
    height,
    width,
    resize: checkOneOf('resize', options.resize, RESIZE_RULES) ?? known?.resize ?? 'cover',
    scale: {
      mean,
      deviation,
      order: checkOneOf('channelOrder', options.channelOrder, ORDERS) ?? base?.order ?? 'rgb',
    },
  };
}

const MAX_SIDE = 4096;

function checkSize(size: NonNullable<PreprocessingOptions['size']>): { height: number; width: number } {
  const { height, width } = typeof size === 'number' ? { height: size, width: size } : size;
  const isSide = (side: number) => Number.isInteger(side) && side >= 1 && side <= MAX_SIDE;
  if (isSide(height) && isSide(width)) return { height, width };
  throw outOfRange('size', `whole numbers from 1 to ${MAX_SIDE}`, `${height}×${width}`);
}

function checkMean(given: number | readonly number[]): Channels {
  const mean = toChannels('pixelMean', given);
  if (mean.every((value) => value >= 0 && value <= 1)) return mean;
  throw outOfRange('pixelMean', 'brightness in 0…1', mean.join(', '), describeBytes(mean));
}

function checkDeviation(given: number | readonly number[]): Channels {
  const deviation = toChannels('pixelDeviation', given);
  if (deviation.every((value) => value > 0 && value <= 1)) return deviation;
  throw outOfRange(
    'pixelDeviation',
    'brightness above 0, at most 1',
    deviation.join(', '),
    describeBytes(deviation),
  );
}

function toChannels(option: string, given: number | readonly number[]): Channels {
  const values = typeof given === 'number' ? [given] : given;
  const isNumber = values.every((value) => Number.isFinite(value));
  if (isNumber && values.length === 1) return [values[0], values[0], values[0]];
  if (isNumber && values.length === 3) return [values[0], values[1], values[2]];
  throw outOfRange(option, 'one number, or one for each of 3 channels', values.join(', '));
}

function describeBytes(values: Channels): string | undefined {
  if (!values.some((value) => value > 1)) return undefined;
  return `in bytes? then divide by 255: ${values.map((value) => Number((value / 255).toFixed(4))).join(',')}`;
}

function checkOneOf<T extends string>(
  option: string,
  value: T | undefined,
  known: readonly T[],
): T | undefined {
  if (value === undefined || known.includes(value)) return value;
  const near = suggest(String(value), known);
  throw outOfRange(option, known.join(', '), String(value), near && `did you mean "${near}"?`);
}

function outOfRange(option: string, expected: string, received: string, help?: string): SamesameError {
  const what = `the preprocessing has a wrong ${option}`;
  return new SamesameError('E_CONFIG', { what, expected, received, help, details: { option } });
}
