import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import type { ResizeRule } from '../data/types.ts';
import type { ChannelScale, Channels } from './types.ts';

/** What a file beside a network says of its pixels, and what it leaves open. */
export interface FoundConfig {
  readonly path: string;
  readonly height?: number;
  readonly width?: number;
  readonly resize?: ResizeRule;
  readonly scale?: ChannelScale;
  /** What is done otherwise here, in sentences for people. */
  readonly notes: readonly string[];
}

const side = z.number().int().positive();
const size = z.union([side, z.object({ height: side, width: side }), z.object({ shortest_edge: side })]);
const channels = z.union([z.tuple([z.number()]), z.tuple([z.number(), z.number(), z.number()])]);

/** The keys of `preprocessor_config.json` that decide what a network reads. Others are about Python. */
const preprocessorSchema = z.object({
  do_resize: z.boolean().optional(),
  size: size.optional(),
  do_center_crop: z.boolean().optional(),
  crop_size: z.union([side, z.object({ height: side, width: side })]).optional(),
  crop_pct: z.number().positive().nullish(),
  do_rescale: z.boolean().optional(),
  rescale_factor: z.number().positive().optional(),
  rescale_offset: z.boolean().optional(),
  do_normalize: z.boolean().optional(),
  include_top: z.boolean().optional(),
  image_mean: channels.nullish(),
  image_std: channels.nullish(),
  do_flip_channel_order: z.boolean().optional(),
});

/** What timm writes about a network, in `config.json`: whole, or under `pretrained_cfg`. */
const timmSchema = z.object({
  mean: channels,
  std: channels,
  input_size: z.tuple([z.literal(3), side, side]),
  crop_pct: z.number().positive().optional(),
  crop_mode: z.enum(['center', 'squash', 'border']).optional(),
});

/**
 * What is written beside an `.onnx` file about its pixels: a `preprocessor_config.json` of the Hugging Face hub, else the
 * `config.json` of timm; in its folder, or in the one above an `onnx` folder, as the hub has it.
 * @throws E_CONFIG for a file that is damaged or says what no network can read
 */
export async function findPreprocessorConfig(onnxPath: string): Promise<FoundConfig | undefined> {
  const folder = dirname(onnxPath);
  const folders = basename(folder) === 'onnx' ? [folder, dirname(folder)] : [folder];
  for (const name of ['preprocessor_config.json', 'config.json']) {
    for (const place of folders) {
      const path = join(place, name);
      const value = await readJson(path);
      if (value === undefined) continue;
      const found = name === 'config.json' ? readTimm(path, value) : readPreprocessor(path, value);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** @source transformers, `image_processing_{vit,convnext,mobilenet_v2,efficientnet,mobilevit}.py` */
function readPreprocessor(path: string, value: unknown): FoundConfig {
  const config = check(preprocessorSchema, path, value);
  const { do_rescale = true, rescale_factor = 1 / 255, rescale_offset = false } = config;
  const { do_normalize = true, image_mean, image_std, include_top = false } = config;
  const factor = do_rescale ? rescale_factor : 1;
  const shift = do_rescale && rescale_offset ? 1 : 0;
  if (do_normalize && (image_mean == null) !== (image_std == null)) throw incomplete(path);
  // Processors without a mean differ in what they then do. Those that flip the channels do nothing more (MobileViT).
  const isOpen = do_normalize && image_mean == null && config.do_flip_channel_order === undefined;
  const mean = spread(do_normalize ? (image_mean ?? [0]) : [0]);
  const std = spread(do_normalize ? (image_std ?? [1]) : [1]);
  // (byte·f − shift − mean) / std, written as (byte/255 − mean') / std'.
  const scale: ChannelScale = {
    mean: each(mean, (value) => (value + shift) / (255 * factor)),
    deviation: each(std, (value) => (include_top ? value * value : value) / (255 * factor)),
    order: config.do_flip_channel_order ? 'bgr' : 'rgb',
  };
  return { path, ...frameOf(config), scale: isOpen ? undefined : checkScale(path, scale) };
}

function frameOf(config: z.infer<typeof preprocessorSchema>): Omit<FoundConfig, 'path' | 'scale'> {
  const { size, crop_size, crop_pct, do_center_crop = crop_size !== undefined } = config;
  const given = typeof size === 'number' ? { height: size, width: size } : size;
  if (do_center_crop && crop_size !== undefined) {
    const frame = typeof crop_size === 'number' ? { height: crop_size, width: crop_size } : crop_size;
    const from = given === undefined ? undefined : 'height' in given ? given.height : given.shortest_edge;
    // A photo that was brought to both sides of its size was stretched before it was cut.
    const resize = typeof size === 'object' && 'height' in size ? 'stretch' : 'cover';
    return { ...frame, resize, notes: describeMargin(from, frame.height) };
  }
  if (given === undefined) return { notes: [] };
  const edge = 'height' in given ? undefined : given.shortest_edge;
  const frame = 'height' in given ? given : { height: given.shortest_edge, width: given.shortest_edge };
  // ConvNeXt and ResNet: cut below 384, stretched from there on.
  if (crop_pct != null && frame.height < 384)
    return { ...frame, resize: 'cover', notes: describeMargin(frame.height / crop_pct, frame.height) };
  return { ...frame, resize: edge === undefined || crop_pct != null ? 'stretch' : 'cover', notes: [] };
}

/** @source timm, `timm/data/transforms_factory.py` */
function readTimm(path: string, value: unknown): FoundConfig | undefined {
  const config = (value as { readonly pretrained_cfg?: unknown }).pretrained_cfg ?? value;
  // Every model of the hub has a config.json; only timm's is about pixels.
  if (typeof config !== 'object' || config === null || !('mean' in config) || !('input_size' in config))
    return undefined;
  const { mean, std, input_size, crop_pct = 1, crop_mode = 'center' } = check(timmSchema, path, config);
  const [, height, width] = input_size;
  const scale = { mean: spread(mean), deviation: spread(std), order: 'rgb' } as const;
  const resize = ({ center: 'cover', squash: 'stretch', border: 'fit' } as const)[crop_mode];
  return {
    path,
    height,
    width,
    resize,
    scale: checkScale(path, scale),
    notes: describeMargin(height / crop_pct, height),
  };
}

function describeMargin(from: number | undefined, side: number): string[] {
  if (from === undefined || from <= side) return [];
  const share = Math.round((1 - side / from) * 100);
  return [`its recipe cuts ${share} % of the height and width away at the border; here that is kept`];
}

function spread(values: readonly [number] | Channels): Channels {
  return values.length === 1 ? [values[0], values[0], values[0]] : values;
}

function each([a, b, c]: Channels, change: (value: number) => number): Channels {
  return [change(a), change(b), change(c)];
}

function checkScale(path: string, scale: ChannelScale): ChannelScale {
  if (scale.deviation.every((value) => value > 0)) return scale;
  throw new SamesameError('E_CONFIG', {
    what: `${path} divides pixels by something that is not above 0`,
    received: scale.deviation.join(', '),
    help: 'correct it, or give --pixel-mean and --pixel-deviation',
    details: { path },
  });
}

function incomplete(path: string): SamesameError {
  return new SamesameError('E_CONFIG', {
    what: `${path} has only one of image_mean and image_std`,
    expected: 'both, or neither',
    help: 'correct it, or give --pixel-mean and --pixel-deviation',
    details: { path },
  });
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw errorFromSystem(error, `reading ${path}`);
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SamesameError('E_CONFIG', {
      what: `${path} is not JSON`,
      received: (cause as Error).message,
      help: 'get it again, or remove it and give the preprocessing itself (--size, --pixel-scale)',
      details: { path },
      cause,
    });
  }
}

function check<T>(schema: z.ZodType<T>, path: string, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SamesameError('E_CONFIG', {
    what: `${path} is not understood: ${issue.path.join('.') || 'the whole of it'}`,
    expected: issue.message,
    help: 'remove it and give the preprocessing itself (--size, --pixel-mean, --pixel-deviation)',
    details: { path, key: issue.path.join('.') },
  });
}
