import type { RawImage } from '../../data/pixels/netpbm.ts';
import { roundToEven } from './round-to-even.ts';

/** Shares of red, green and blue light in luminance. */
const SHARES = Float32Array.of(0.2126, 0.7152, 0.0722);

/** Light, 0 to 1, of each value of sRGB. Every step is of single precision: in double, one colour in 200,000 ends a level off. */
const LIGHT = Float32Array.from({ length: 256 }, (_, value) => {
  const { fround } = Math;
  const v = fround(value / 255);
  if (v <= 0.04045) return v / fround(12.92);
  return fround(fround(v + fround(0.055)) / fround(1.055)) ** fround(2.4);
});

/** Value of sRGB, 0 to 255, at each 255th of light; one more at the end, to go towards. */
const VALUES = Uint16Array.from({ length: 257 }, (_, i) => {
  const light = Math.fround(Math.min(i, 255) / 255);
  const v = Math.fround(light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
  return roundToEven(255 * v);
});

/**
 * Colour to grey by luminance, as libvips does it, in single precision and by a table of 256 places: light is added up, not
 * values.
 */
export function toGrey(image: RawImage): RawImage {
  const { data, height, width, channels } = image;
  if (channels === 1) return image;
  const grey = new Uint8Array(height * width);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    const red = Math.fround(SHARES[0] * LIGHT[data[at]]);
    const green = Math.fround(SHARES[1] * LIGHT[data[at + 1]]);
    const blue = Math.fround(SHARES[2] * LIGHT[data[at + 2]]);
    grey[i] = sRgbOf(Math.fround(Math.fround(red + green) + blue));
  }
  return { data: grey, height, width, channels: 1 };
}

/** Grey repeated as red, green and blue. */
export function toRgb(image: RawImage): RawImage {
  const { data, height, width, channels } = image;
  if (channels === 3) return image;
  const colours = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i++) colours.fill(data[i], 3 * i, 3 * i + 3);
  return { data: colours, height, width, channels: 3 };
}

function sRgbOf(light: number): number {
  const { fround } = Math;
  const place = Math.min(255, fround(light * 255));
  const below = Math.floor(place);
  const step = VALUES[below + 1] - VALUES[below];
  return roundToEven(fround(VALUES[below] + fround(step * fround(place - below))));
}
