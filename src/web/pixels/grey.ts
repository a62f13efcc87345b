import type { RawImage } from '../../data/pixels/netpbm.ts';

/** Shares of red, green and blue light in luminance, as libvips has them. */
const [RED, GREEN, BLUE] = [0.2, 0.7, 0.1];

/** Light, 0 to 1, of each value of sRGB. */
const LIGHT = Float64Array.from({ length: 256 }, (_, value) => {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
});

/** Colour to grey by luminance: light is added up, not values. Grey comes back as it was. */
export function toGrey(image: RawImage): RawImage {
  const { data, height, width, channels } = image;
  if (channels === 1) return image;
  const grey = new Uint8Array(height * width);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    const [r, g, b] = [data[at], data[at + 1], data[at + 2]];
    grey[i] = r === g && g === b ? r : toValue(RED * LIGHT[r] + GREEN * LIGHT[g] + BLUE * LIGHT[b]);
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

function toValue(light: number): number {
  const v = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(255 * v);
}
