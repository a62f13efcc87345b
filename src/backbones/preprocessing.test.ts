import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenBackboneOptions, openBackbone } from './open-backbone.ts';
import type { ChannelScale } from './types.ts';

const weights = new URL('../../../shared/weights/mobilenet_v2_1.0_224.onnx', import.meta.url).pathname;

const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'samesame-preprocessing-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, content: string | object) => {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, typeof content === 'string' ? content : JSON.stringify(content));
  return target;
};

/** Opens a file with this written beside it. */
async function openWith(
  config: object | string,
  options?: OpenBackboneOptions,
  name = 'preprocessor_config.json',
) {
  const path = put('own.onnx', 'bytes of a network');
  put(name, config);
  return openBackbone(path, options);
}

/** What the network gets for a byte of its channel, by the scale that was read. */
const scaled = ({ mean, deviation }: ChannelScale, byte: number, channel: number) =>
  (byte / 255 - mean[channel]) / deviation[channel];

/** What Python's processor gives, spelt out step by step in its own order. */
function inPython(byte: number, channel: number, config: Record<string, never> | object): number {
  const { do_rescale, rescale_factor, rescale_offset, do_normalize, image_mean, image_std, include_top } = {
    do_rescale: true,
    rescale_factor: 1 / 255,
    rescale_offset: false,
    do_normalize: true,
    include_top: false,
    image_mean: MEAN,
    image_std: STD,
    ...config,
  };
  let value = byte;
  if (do_rescale) value = value * rescale_factor;
  if (do_rescale && rescale_offset) value = value - 1;
  if (do_normalize) value = (value - image_mean[channel]) / image_std[channel];
  if (include_top) value = (value - 0) / image_std[channel];
  return value;
}

describe('preprocessor_config.json', () => {
  it.each([
    ['ImageNet', { image_mean: MEAN, image_std: STD }],
    [
      'no rescaling, means in bytes',
      { do_rescale: false, image_mean: [123.7, 116.3, 103.5], image_std: [58, 57, 57] },
    ],
    ['rescaling alone', { do_normalize: false }],
    ['neither', { do_rescale: false, do_normalize: false }],
    ['another factor', { rescale_factor: 1 / 127.5, image_mean: [1, 1, 1], image_std: [1, 1, 1] }],
    [
      'an offset',
      { rescale_factor: 1 / 127.5, rescale_offset: true, image_mean: [0, 0.1, 0], image_std: STD },
    ],
    ['a second division', { include_top: true, image_mean: MEAN, image_std: STD }],
  ])('gives the network the same numbers as Python: %s', async (_name, config) => {
    const { preprocessing } = await openWith({ size: 224, ...config });
    for (const byte of [0, 1, 100, 255])
      for (const channel of [0, 1, 2]) {
        const expected = inPython(byte, channel, config);
        expect(scaled(preprocessing.scale, byte, channel)).toBeCloseTo(expected, 9);
      }
  });

  it.each([
    ['ViT of old', { size: 224 }, [224, 224, 'stretch', 0]],
    ['ViT', { size: { height: 384, width: 256 } }, [384, 256, 'stretch', 0]],
    [
      'MobileNet',
      { size: { shortest_edge: 256 }, crop_size: { height: 224, width: 224 }, do_center_crop: true },
      [224, 224, 'cover', 1],
    ],
    ['CLIP of old', { size: 224, crop_size: 224, do_center_crop: true }, [224, 224, 'cover', 0]],
    ['ResNet', { size: { shortest_edge: 224 }, crop_pct: 0.875 }, [224, 224, 'cover', 1]],
    ['ConvNeXt at 384', { size: { shortest_edge: 384 }, crop_pct: 0.875 }, [384, 384, 'stretch', 0]],
    [
      'EfficientNet',
      { size: { height: 256, width: 256 }, crop_size: { height: 224, width: 224 } },
      [224, 224, 'stretch', 1],
    ],
    [
      'no crop of it',
      { size: { shortest_edge: 224 }, crop_size: 200, do_center_crop: false },
      [224, 224, 'cover', 0],
    ],
  ])('reads the size of %s', async (_name, config, [height, width, resize, numNotes]) => {
    const { preprocessing, notes } = await openWith({ image_mean: MEAN, image_std: STD, ...config });
    expect(preprocessing).toMatchObject({ height, width, resize });
    expect(notes).toHaveLength(numNotes as number);
  });

  it('says what of its recipe is left out', async () => {
    const { notes } = await openWith({ size: 256, crop_size: 224, image_mean: MEAN, image_std: STD });
    expect(notes).toEqual([
      'its recipe cuts 13 % of the height and width away at the border; here that is kept',
    ]);
  });

  it('reads blue first where the channels are flipped', async () => {
    const { preprocessing } = await openWith({ size: 256, do_flip_channel_order: true });
    expect(preprocessing.scale).toEqual({ mean: [0, 0, 0], deviation: [1, 1, 1], order: 'bgr' });
  });

  it('assumes no mean where none is written', async () => {
    await expect(openWith({ size: 224, do_normalize: true })).rejects.toThrow(
      'missing is the mean of its pixels (--pixel-mean), their deviation (--pixel-deviation)',
    );
    const { preprocessing } = await openWith({ size: 224 }, { pixelScale: 'symmetric' });
    expect(preprocessing.scale.mean).toEqual([0.5, 0.5, 0.5]);
  });

  it.each([
    ['only one of image_mean and image_std', { size: 224, image_mean: MEAN }],
    ['image_std', { size: 224, image_mean: MEAN, image_std: [1, 2] }],
    ['not above 0', { size: 224, image_mean: MEAN, image_std: [0.2, 0, 0.2] }],
    ['size', { size: { longest_edge: 224 }, image_mean: MEAN, image_std: STD }],
    ['is not JSON', '{"size": 224,'],
    ['the whole of it', '[]'],
  ])('refuses: %s', async (message, config) => {
    await expect(openWith(config)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining(message),
    });
  });

  it('is found above an onnx folder, as the hub has it', async () => {
    const path = put('resnet/onnx/model.onnx', 'bytes');
    const config = put('resnet/preprocessor_config.json', { size: 8, image_mean: MEAN, image_std: STD });
    const { source, bytes, preprocessing } = await openBackbone(path);
    expect(source).toEqual({ kind: 'file', config });
    expect(Buffer.from(bytes).toString()).toBe('bytes');
    expect(preprocessing).toMatchObject({ height: 8, width: 8, scale: { mean: MEAN, deviation: STD } });
  });
});

describe('config.json of timm', () => {
  const TIMM = { mean: MEAN, std: STD, input_size: [3, 224, 192], crop_pct: 0.9, crop_mode: 'center' };
  const open = (config: object) => openWith(config, {}, 'config.json');

  it.each([
    ['under pretrained_cfg', { architecture: 'x', pretrained_cfg: TIMM }, 'cover'],
    ['whole', { architecture: 'x', ...TIMM }, 'cover'],
    ['squashed', { pretrained_cfg: { ...TIMM, crop_mode: 'squash' } }, 'stretch'],
    ['with a border', { pretrained_cfg: { ...TIMM, crop_mode: 'border' } }, 'fit'],
  ])('is read %s', async (_name, config, resize) => {
    const { preprocessing, notes } = await open(config);
    expect(preprocessing).toEqual({
      height: 224,
      width: 192,
      resize,
      scale: { mean: MEAN, deviation: STD, order: 'rgb' },
    });
    expect(notes).toEqual([expect.stringContaining('10 %')]);
  });

  it('is not taken for one where it is about something else', async () => {
    await expect(open({ model_type: 'vit', hidden_size: 384 })).rejects.toThrow('nothing says how');
  });

  it('refuses a network of other than 3 channels', async () => {
    await expect(open({ pretrained_cfg: { ...TIMM, input_size: [1, 28, 28] } })).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('input_size.0'),
    });
  });
});

describe('openBackbone', () => {
  it('puts options before what is written', async () => {
    const written = { size: 224, image_mean: MEAN, image_std: STD };
    const { preprocessing } = await openWith(written, {
      size: { height: 160, width: 96 },
      resize: 'fit',
      pixelMean: 0.5,
      channelOrder: 'bgr',
    });
    expect(preprocessing).toEqual({
      height: 160,
      width: 96,
      resize: 'fit',
      scale: { mean: [0.5, 0.5, 0.5], deviation: STD, order: 'bgr' },
    });
  });

  it('says what is needed where nothing is written', async () => {
    const path = put('own.onnx', 'bytes');
    await expect(openBackbone(path)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('--size 224 --pixel-scale imagenet'),
    });
    const { preprocessing } = await openBackbone(path, { size: 224, pixelScale: 'caffe' });
    expect(preprocessing).toMatchObject({
      height: 224,
      width: 224,
      resize: 'cover',
      scale: { order: 'bgr' },
    });
    // Keras: blue first, bytes less their mean.
    expect(scaled(preprocessing.scale, 200, 0)).toBeCloseTo(200 - 103.939, 9);
    expect(scaled(preprocessing.scale, 200, 2)).toBeCloseTo(200 - 123.68, 9);
  });

  it.each([
    [{ pixelMean: 123.7 }, 'in bytes? then divide by 255: 0.4851,0.4851,0.4851'],
    [{ pixelMean: [0.5, 0.5] }, 'one number, or one for each of 3 channels'],
    [{ pixelMean: Number.NaN }, 'wrong pixelMean'],
    [{ pixelDeviation: 0 }, 'above 0'],
    [{ size: 0 }, 'whole numbers from 1'],
    [{ size: { height: 224, width: 22.4 } }, '224×22.4'],
    [{ resize: 'covr' as 'cover' }, 'did you mean "cover"?'],
    [{ channelOrder: 'grb' as 'rgb' }, 'rgb, bgr'],
    [{ pixelScale: 'imagnet' as 'imagenet' }, 'did you mean "imagenet"?'],
    [{ pixelMeen: 0.5 } as OpenBackboneOptions, 'did you mean "pixelMean"?'],
  ] as const)('refuses %j before anything is fetched', async (options, message) => {
    const cache = join(root, 'cache');
    await expect(openBackbone('mobilenet-v2', { cache, offline: true, ...options })).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining(message),
    });
  });

  it('tells a name from a path', async () => {
    await expect(openBackbone('dinov2-smal', { offline: true })).rejects.toThrow(
      'did you mean "dinov2-small"?',
    );
    await expect(openBackbone(join(root, 'dinov2-small'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(openBackbone(root)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(openBackbone('here.onnx')).rejects.toThrow('there is no file here.onnx');
  });

  it('opens one of the table that was put into the cache by hand', async () => {
    put('cache/mobilenet-v2/mobilenet-v2.onnx', 'bytes');
    const { bytes, preprocessing, source } = await openBackbone('mobilenet-v2', {
      cache: join(root, 'cache'),
      offline: true,
      resize: 'fit',
    });
    expect(bytes).toHaveLength(5);
    expect(preprocessing).toMatchObject({ height: 224, resize: 'fit', scale: { mean: [0.5, 0.5, 0.5] } });
    expect(source).toMatchObject({ kind: 'named', file: { from: 'cache', by: 'first time' } });
  });

  it.skipIf(!existsSync(weights))('opens real weights (skipped without ../shared/weights)', async () => {
    const { bytes, preprocessing } = await openBackbone(weights, { size: 224, pixelScale: 'symmetric' });
    expect(bytes).toHaveLength(13_969_387);
    expect(scaled(preprocessing.scale, 51, 1)).toBeCloseTo(51 / 127.5 - 1, 9);
  });
});
