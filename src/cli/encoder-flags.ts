import type { Command } from 'commander';
import type { EncoderChoice } from '../jobs/encode/open-encoder.ts';
import { addPixelFlags, type PixelFlags, readPixelFlags } from './backbone-flags.ts';
import { toSize } from './common.ts';

/** What images are embedded with, as commander has it. */
export interface EncoderFlags extends PixelFlags {
  readonly model?: string;
  readonly backbone?: string;
  readonly cache?: string;
  readonly size?: [number, number];
}

/** For a verb that embeds with a trained model, or with a pretrained network as it came. */
export function addEncoderOptions(verb: Command): Command {
  verb
    .optionsGroup('Network:')
    .option('--model <folder>', 'embed with a trained model: its folder, or a run')
    .option(
      '--backbone <name or file>',
      'embed with a pretrained network: a name (samesame backbones), or an .onnx file',
    )
    .option(
      '--size <pixels>',
      "the pretrained network's input, N or HxW, where its file leaves it open",
      toSize,
    )
    .option('--cache <dir>', "where fetched networks are kept (default: samesame's own)");
  return addPixelFlags(verb);
}

/** Only what was given. */
export function readEncoderFlags({ model, backbone, cache, size, ...flags }: EncoderFlags): EncoderChoice {
  const { pixelScale, pixelMean, pixelDeviation, channelOrder } = readPixelFlags(flags);
  const all = { scale: pixelScale, mean: pixelMean, deviation: pixelDeviation, order: channelOrder };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return {
    model,
    backbone,
    cache,
    size,
    ...(given.length > 0 && { pixels: Object.fromEntries(given) as EncoderChoice['pixels'] }),
  };
}
