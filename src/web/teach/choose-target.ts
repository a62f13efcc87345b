/// <reference lib="dom" />
import type { PixelTarget } from '../../data/pixels/decode.ts';
import { isGrey } from '../../jobs/data-warnings.ts';
import { decodePixels } from '../pixels/decode.ts';
import type { ListedImage } from './list-images.ts';
import type { TeachOptions } from './types.ts';

/** Enough to tell whether all are of one size, and whether there is colour. */
const NUM_SAMPLES = 24;
/** Images of one size are used as they are up to that: a network on a processor can afford them. */
const MAX_OWN_SIDE = 32;
const MIN_SIDE = 8;
/** Digits and drawings are told apart at that, and photos want more; every pixel costs time. */
const SIDE = { grey: 32, colour: 48 } as const;

/**
 * The size and colours that the network sees, where the caller does not say. Photos lose their edges rather than a third of
 * the few pixels to black bars, whose place tells how the camera was held and not what is in the photo
 * (docs/browser-training.md); a drawing may not be cut. Images that cannot be read are passed over.
 */
export async function chooseTarget(
  images: readonly ListedImage[],
  { size, channels, resize }: Pick<TeachOptions, 'size' | 'channels' | 'resize'>,
): Promise<PixelTarget> {
  const count = Math.min(NUM_SAMPLES, images.length);
  const sizes: { readonly height: number; readonly width: number }[] = [];
  let isColoured = false;
  for (let i = 0; i < count; i++) {
    if (size !== undefined && channels !== undefined) break;
    const { image } = images[Math.floor((i * images.length) / count)];
    const decoded = await decodePixels(image).catch(() => undefined);
    if (decoded === undefined) continue;
    sizes.push(decoded);
    isColoured ||= decoded.channels === 3 && !isGrey(decoded.data);
  }
  const chosen = channels ?? (isColoured ? 3 : 1);
  const [first] = sizes;
  const sides = [first?.height ?? 0, first?.width ?? 0];
  const areAlike =
    sizes.every(({ height, width }) => height === first.height && width === first.width) &&
    Math.max(...sides) <= MAX_OWN_SIDE &&
    Math.min(...sides) >= MIN_SIDE;
  if (size === undefined && areAlike)
    return { height: first.height, width: first.width, channels: chosen, resize: resize ?? 'fit' };
  const side = size ?? SIDE[chosen === 1 ? 'grey' : 'colour'];
  return { height: side, width: side, channels: chosen, resize: resize ?? (chosen === 1 ? 'fit' : 'cover') };
}
