import type { RawImage } from '../../data/pixels/netpbm.ts';
import { findFrame } from './header-size.ts';

/** Pixels that share one colour in a JPEG file, along each axis. */
export interface ColourGrain {
  readonly across: number;
  readonly down: number;
}

/**
 * How coarsely a JPEG file keeps its colours, by its frame header; 1 × 1 for grey, CMYK and what is not understood.
 * @param shown the width of the image as it is shown: one that lies on its side in the file has its axes exchanged
 */
export function colourGrainOf(bytes: Uint8Array, shown: { readonly width: number }): ColourGrain {
  const one = { across: 1, down: 1 };
  const frame = findFrame(bytes);
  if (frame?.samplings.length !== 3) return one;
  const [brightness, colour] = frame.samplings;
  const across = brightness.across / colour.across;
  const down = brightness.down / colour.down;
  if (!Number.isInteger(across) || !Number.isInteger(down)) return one;
  return frame.width === shown.width ? { across, down } : { across: down, down: across };
}

/** Gives groups of pixels the mean colour of the group, each pixel keeping its brightness. Changes the image. */
export function shareColours(
  { data, height, width, channels }: RawImage,
  { across, down }: ColourGrain,
): void {
  if (channels !== 3 || (across === 1 && down === 1)) return;
  for (let top = 0; top < height; top += down) {
    for (let left = 0; left < width; left += across) {
      const [bottom, right] = [Math.min(top + down, height), Math.min(left + across, width)];
      let [red, blue, brightness] = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const at = (y * width + x) * 3;
          red += data[at];
          blue += data[at + 2];
          brightness += brightnessAt(data, at);
        }
      }
      const count = (bottom - top) * (right - left);
      // What the colour adds to the brightness.
      const [addedRed, addedBlue] = [(red - brightness) / count, (blue - brightness) / count];
      const addedGreen = -(RED * addedRed + BLUE * addedBlue) / GREEN;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const at = (y * width + x) * 3;
          const own = brightnessAt(data, at);
          data[at] = clamped(own + addedRed);
          data[at + 1] = clamped(own + addedGreen);
          data[at + 2] = clamped(own + addedBlue);
        }
      }
    }
  }
}

/** Of brightness in JPEG files. */
const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114];

function brightnessAt(data: Uint8Array, at: number): number {
  return RED * data[at] + GREEN * data[at + 1] + BLUE * data[at + 2];
}

function clamped(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
