import { type Command, InvalidArgumentError, Option } from 'commander';
import { PIXEL_SCALE_NAMES, type PreprocessingOptions } from '../backbones/index.ts';
import { toNumber } from './common.ts';

/** Where pretrained networks are kept and fetched from, as commander has it. */
export interface BackbonePlaces {
  readonly cache?: string;
  readonly mirror?: string;
  readonly endpoint?: string;
}

/** What a network's pixels are, as commander has it: the keys of `PreprocessingOptions` apart from size and resize. */
export type PixelFlags = Pick<
  PreprocessingOptions,
  'pixelScale' | 'pixelMean' | 'pixelDeviation' | 'channelOrder'
>;

export const BACKBONE_CACHE_OPTION = [
  '--cache <dir>',
  'where networks are kept (default: $SAMESAME_BACKBONES, else backbones in $SAMESAME_CACHE, else ~/.cache/samesame/backbones)',
] as const;

/** For a verb that fetches a network. */
export function addBackbonePlaces(verb: Command): Command {
  return verb
    .option('--mirror <url or dir>', 'fetch NAME.onnx from there: a base address, or a folder')
    .option(
      '--endpoint <url>',
      'another hub with the same paths (default: $HF_ENDPOINT, else huggingface.co)',
    )
    .option(...BACKBONE_CACHE_OPTION);
}

/** For a network that nothing is written of. */
export function addPixelFlags(verb: Command): Command {
  return verb
    .addOption(
      new Option('--pixel-scale <name>', 'what the network wants of its pixels, by name').choices(
        PIXEL_SCALE_NAMES,
      ),
    )
    .option('--pixel-mean <list>', 'mean of its pixels in 0…1: one number or r,g,b', toChannelList)
    .option('--pixel-deviation <list>', 'their deviation, likewise', toChannelList)
    .addOption(new Option('--channel-order <order>', 'what it reads first').choices(['rgb', 'bgr']));
}

/** Only what was given. */
export function readPixelFlags(flags: PixelFlags): PixelFlags {
  const { pixelScale, pixelMean, pixelDeviation, channelOrder } = flags;
  const given = Object.entries({ pixelScale, pixelMean, pixelDeviation, channelOrder });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** `0.5` or `0.485,0.456,0.406`. */
function toChannelList(text: string): number[] {
  const values = text.split(',').map(toNumber);
  if (values.length === 1 || values.length === 3) return values;
  throw new InvalidArgumentError('Expected one number, or three with commas between them.');
}
