import { findBackbone } from '../../backbones/find.ts';
import { isBackbonePath, type OpenBackboneOptions, openBackbone } from '../../backbones/open-backbone.ts';
import type { Preprocessing } from '../../backbones/types.ts';
import type { PixelTarget } from '../../data/pixels/decode.ts';
import { readOnnx } from '../../graph/read.ts';
import type { TrainConfig } from '../../train/config.ts';

type PixelSettings = Pick<TrainConfig, 'pixels'>['pixels'];

/** What a configuration says of a backbone's pixels, as the room of backbones reads it. */
export function preprocessingOptions(
  pixels: PixelSettings,
  image: TrainConfig['image'],
): Partial<OpenBackboneOptions> {
  const { scale, mean, deviation, order } = pixels ?? {};
  const given = {
    pixelScale: scale,
    pixelMean: mean,
    pixelDeviation: deviation,
    channelOrder: order,
    ...(image && { size: { height: image.height, width: image.width }, resize: image.resize }),
    readInputSize,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The size that images are brought to for a backbone, before it is fetched where its name is in the table. */
export async function readBackboneTarget(
  nameOrPath: string,
  pixels: PixelSettings,
  size?: readonly [height: number, width: number],
): Promise<PixelTarget> {
  if (!isBackbonePath(nameOrPath)) return targetOf(findBackbone(nameOrPath).preprocessing);
  const { preprocessing } = await openBackbone(nameOrPath, {
    ...preprocessingOptions(pixels, undefined),
    ...(size && { size: { height: size[0], width: size[1] } }),
  });
  return targetOf(preprocessing);
}

export function targetOf({ height, width, resize }: Preprocessing): PixelTarget {
  return { height, width, channels: 3, resize };
}

/** Height and width that an ONNX network of planes `[N, 3, H, W]` is fixed to; undefined where it leaves them open. */
function readInputSize(bytes: Uint8Array): { height: number; width: number } | undefined {
  const inputs = Object.values(readOnnx(bytes).inputs);
  const [, , height, width] = inputs[0]?.shape ?? [];
  return typeof height === 'number' && typeof width === 'number' ? { height, width } : undefined;
}
