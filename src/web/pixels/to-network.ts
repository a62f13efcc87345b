/// <reference lib="dom" />
import type { PixelTarget } from '../../data/pixels/decode.ts';
import type { WebImage } from '../types.ts';
import { decodePixels } from './decode.ts';
import { resizePixels } from './resize.ts';
import { shrinkAsOnLoad } from './shrink-on-load.ts';

/** An image as a network reads it. */
export interface NetworkPixels {
  /** uint8 `[height, width, channels]`, owned by the caller. */
  readonly pixels: Uint8Array;
  /** Size of the image itself, upright. */
  readonly photo: { readonly height: number; readonly width: number };
}

/** An image decoded and brought to a network's size. @throws E_IMAGE */
export async function toNetwork(image: WebImage, target: PixelTarget): Promise<NetworkPixels> {
  const decoded = await decodePixels(image);
  const { height, width, file } = decoded;
  const smaller = file === undefined ? decoded : shrinkAsOnLoad(decoded, file, target);
  return { pixels: resizePixels(smaller, target), photo: { height, width } };
}
